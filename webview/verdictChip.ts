import { html, nothing, type TemplateResult } from 'lit';
import { formatPercent } from '../src/core/format';
import { formatValue } from '../src/core/measureFormat';
import { measureInfo } from '../src/core/measures/table';
import {
  judge,
  mainYardstick,
  pointsText,
  settingText,
  verdictSigns,
  type Verdict,
  type Yardstick,
} from '../src/core/verdict';
import { t, tn, type TextKey } from './strings';
import type { LiveVariant } from './variants';

const words = {
  agrees: 'verdictAgrees',
  outside: 'verdictOutside',
  'too few seeds': 'verdictFewSeeds',
  unverified: 'verdictUnverified',
  'not comparable': 'verdictNotComparable',
} as const satisfies Readonly<Record<Verdict['kind'], TextKey>>;

const shortWords = {
  agrees: 'shortAgrees',
  outside: 'shortOutside',
  'too few seeds': 'shortFewSeeds',
  unverified: 'shortUnverified',
  'not comparable': 'shortNotComparable',
} as const satisfies Readonly<Record<Verdict['kind'], TextKey>>;

/** The verdict on a variant beside what is published, with the fields that differ where it is no comparison. */
export function verdictChip({ yardsticks = [], row }: LiveVariant): TemplateResult | typeof nothing {
  const yardstick = mainYardstick(yardsticks, row.measures);
  if (!yardstick) return nothing;
  const { measure, value } = yardstick.published;
  const summary = row.measures[measure];
  const verdict = judge(summary, yardstick);
  const said = t(protocolKey(yardstick), {
    value: measureInfo[measure].unit === '%' ? formatPercent(value) : formatValue(measure, value),
    verdict: verdict.kind === 'too few seeds' ? tn('shortFewSeeds', summary.n) : t(shortWords[verdict.kind]),
  });
  return html`<details class="verdict">
    <summary class="chip ${verdict.kind === 'agrees' ? 'good' : ''}" data-verdict=${verdict.kind}>
      ${verdictSigns[verdict.kind]} ${said}
    </summary>
    <div class="aside">${details(verdict, yardstick).map((line) => html`<p>${line}</p>`)}</div>
  </details>`;
}

/** Published, or expected by the file. */
const protocolKey = ({ protocol }: Yardstick): TextKey => (protocol === undefined ? 'expectedValue' : 'publishedValue');

function details(verdict: Verdict, { published, protocol, differs }: Yardstick): string[] {
  const apart = 'difference' in verdict ? [t('verdictApart', { n: pointsText(verdict.difference) })] : [];
  const tolerance = 'tolerance' in verdict ? [t('verdictTolerance', { n: pointsText(verdict.tolerance) })] : [];
  return [
    [t(words[verdict.kind]), ...apart, ...tolerance].join(' · '),
    ...(verdict.kind === 'not comparable'
      ? verdict.fields.map(({ field, ours, theirs }) =>
          t('verdictField', { field, ours: settingText(ours), theirs: settingText(theirs) }),
        )
      : []),
    ...(differs === undefined ? [] : [differs]),
    [published.source, ...(protocol === undefined ? [] : [protocol])].join(' · '),
  ];
}
