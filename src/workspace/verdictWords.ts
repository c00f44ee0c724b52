import type { Experiment } from '../core/experiment';
import { formatValue } from '../core/measureFormat';
import { measureInfo } from '../core/measures/table';
import type { FieldDifference } from '../core/fingerprint';
import { yardsticksOf } from '../core/published';
import { judge, mainYardstick, pointsText, settingText, verdictSigns, type Verdict } from '../core/verdict';
import type { VariantOverview } from './overview';
import { t } from './text';

/** Fields that are named one by one. */
const MOST_FIELDS = 6;

/** How a variant stands to what was published of it, or to what its file expects. */
export interface VerdictWords {
  /** `✓ published 20.6 %` */
  readonly short: string;
  /** Lines: the verdict, the fields that differ, in what the method is another one, the source. */
  readonly text: string;
}

/** Undefined where nothing is known that it could be compared with, and of what has changed since. */
export function verdictInWords(
  experiment: Experiment,
  { variant, row: { measures }, stale }: Pick<VariantOverview, 'variant' | 'row' | 'stale'>,
): VerdictWords | undefined {
  const yardstick = stale ? undefined : mainYardstick(yardsticksOf(experiment, variant), measures);
  if (!yardstick) return undefined;
  const { published, protocol, differs } = yardstick;
  const verdict = judge(measures[published.measure], yardstick);
  const { measure } = published;
  const value = `${formatValue(measure, published.value)}${measureInfo[measure].unit === '%' ? ' %' : ''}`;
  const said = protocol === undefined ? t('expected {0}', value) : t('published {0}', value);
  const lines = [
    verdictLine(verdict),
    ...fieldLines(verdict),
    differs && t(differs),
    sourceLine(published.source, protocol),
  ];
  return { short: `${verdictSigns[verdict.kind]} ${said}`, text: lines.filter(Boolean).join('\n') };
}

const kindText = (kind: Verdict['kind']): string => {
  switch (kind) {
    case 'agrees':
      return t('agrees with the published value');
    case 'outside':
      return t('outside the tolerance of the published value');
    case 'too few seeds':
      return t('too few seeds to say');
    case 'unverified':
      return t('the published value has not been read in its source');
    case 'not comparable':
      return t('not comparable: other settings than published');
  }
};

const verdictLine = (verdict: Verdict): string =>
  [
    kindText(verdict.kind),
    ...('difference' in verdict ? [t('{0} points apart', pointsText(verdict.difference))] : []),
    ...('tolerance' in verdict ? [t('tolerance {0}', pointsText(verdict.tolerance))] : []),
  ].join(' · ');

function fieldLines(verdict: Verdict): string[] {
  if (verdict.kind !== 'not comparable') return [];
  const { fields } = verdict;
  return [...fields.slice(0, MOST_FIELDS).map(fieldLine), ...(fields.length > MOST_FIELDS ? ['…'] : [])];
}

const fieldLine = ({ field, ours, theirs }: FieldDifference): string =>
  t('{0}: {1}, published {2}', field, settingText(ours), settingText(theirs));

const sourceLine = (source: string, protocol: string | undefined) => [source, protocol].filter(Boolean).join(' · ');
