/** Verdicts in words. */
import { formatValue } from './format';
import type { FieldDifference } from './fingerprint';
import { measureInfo } from './measures/table';
import { protocolOf } from './protocols/index';
import type { Certainty, PublishedValue } from './protocols/protocol';
import type { RowVerdict } from './published';
import type { Summary } from './statistics';
import { LEAST_SEEDS, pointsText, settingText, spreadText, type Verdict } from './verdict';

/** Fields that one message names. */
const MOST_FIELDS = 6;

/** "agrees", "outside tolerance", …: for a cell of a table. */
export const verdictWords: Readonly<Record<Verdict['kind'], string>> = {
  agrees: 'agrees',
  outside: 'outside tolerance',
  'too few seeds': 'too few seeds to say',
  unverified: 'unverified value',
  'not comparable': 'not comparable',
};

const certaintyWords: Readonly<Record<Certainty, string | undefined>> = {
  read: undefined,
  restated: 'restated by others',
  unverified: 'not read in its source',
};

const fieldText = ({ field, ours, theirs }: FieldDifference): string =>
  `${field} (${settingText(ours, 'none')}, published ${settingText(theirs, 'none')})`;

/** "training.batchSize (64, published 128) and 2 more". */
export function fieldsText(fields: readonly FieldDifference[]): string {
  const named = fields.slice(0, MOST_FIELDS).map(fieldText).join(', ');
  return fields.length > MOST_FIELDS ? `${named} and ${fields.length - MOST_FIELDS} more` : named;
}

/** What a verdict says, in words that stand by themselves: "agrees: 0.8 points apart, tolerance 1.5". */
export function verdictText(verdict: Verdict, seeds: number): string {
  const word = verdictWords[verdict.kind];
  if (verdict.kind === 'not comparable') return `${word}: differs in ${fieldsText(verdict.fields)}`;
  const apart = `${pointsText(verdict.difference)} points apart`;
  if (verdict.kind === 'unverified') return `${word}, ${apart}`;
  if (verdict.kind === 'too few seeds' && seeds < LEAST_SEEDS)
    return `${word}: ${seeds} of the ${LEAST_SEEDS} that it takes at least, ${apart}`;
  return `${word}: ${apart}, tolerance ${pointsText(verdict.tolerance)}`;
}

/** "20.6 ± 0.52 (SEM), 20 seeds": a published value in the unit of its measure. */
export function publishedText({ measure, value, spread, seeds }: PublishedValue): string {
  const number = formatValue(measure, value, 2);
  const counted = seeds === undefined ? [] : [seeds === 1 ? '1 seed' : `${seeds} seeds`];
  return [spread ? `${number} ± ${spreadText(spread)}` : number, ...counted].join(', ');
}

/** Where a value comes from, and how sure it is. */
export const sourceText = ({ source, sure }: PublishedValue): string =>
  [source, certaintyWords[sure]].filter(Boolean).join('; ');

/** "19.79 ± 0.26 (SD), 5 seeds": our side. */
export function oursText(measure: PublishedValue['measure'], { mean, sd, n }: Summary): string {
  const number = formatValue(measure, mean, 2);
  const counted = n === 1 ? '1 seed' : `${n} seeds`;
  return Number.isFinite(sd) ? `${number} ± ${formatValue(measure, sd, 2)} (SD), ${counted}` : `${number}, ${counted}`;
}

/** One verdict as a sentence for notes below a table. */
export function verdictSentence({ label, published, protocol, verdict, differs }: RowVerdict, ours: Summary): string {
  const { title } = measureInfo[published.measure];
  const what = protocol === undefined ? 'expected' : 'published';
  return [
    `${label}: ${title} ${oursText(published.measure, ours)}; ${what} ${publishedText(published)}: ${verdictText(verdict, ours.n)}.`,
    `(${sourceText(published)}.)`,
    ...(differs === undefined ? [] : [differs]),
  ].join(' ');
}

/** What is known to be another in the protocols of some verdicts, a sentence for each. */
export function differencesOf(verdicts: readonly RowVerdict[]): string[] {
  const ids = [...new Set(verdicts.flatMap(({ protocol }) => (protocol === undefined ? [] : [protocol])))];
  return ids.flatMap((id) => {
    const { differences = [] } = protocolOf(id) ?? {};
    return differences.length > 0 ? [`Known differences from ${id}: ${differences.join(' ')}`] : [];
  });
}
