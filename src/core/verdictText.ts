/** Verdicts in words. */
import { formatValue } from './measureFormat';
import type { FieldDifference } from './fingerprint';
import { measureInfo } from './measures/table';
import { protocolOf } from './protocols/index';
import type { Certainty, PublishedValue } from './protocols/protocol';
import type { RowVerdict } from './published';
import type { Summary } from './statistics';
import { enumerated, inARow, t } from './text';
import { LEAST_SEEDS, pointsText, settingText, spreadText, type Verdict } from './verdict';

/** Fields that one message names. */
const MOST_FIELDS = 6;

/** "agrees", "outside tolerance", …: for a cell of a table. */
function verdictWord(kind: Verdict['kind']): string {
  switch (kind) {
    case 'agrees':
      return t('agrees');
    case 'outside':
      return t('outside tolerance');
    case 'too few seeds':
      return t('too few seeds to say');
    case 'unverified':
      return t('unverified value');
    case 'not comparable':
      return t('not comparable');
  }
}

function certaintyWord(sure: Certainty): string | undefined {
  switch (sure) {
    case 'read':
      return undefined;
    case 'restated':
      return t('restated by others');
    case 'unverified':
      return t('not read in its source');
  }
}

const fieldText = ({ field, ours, theirs }: FieldDifference): string =>
  t('{0} ({1}, published {2})', field, settingText(ours, t('none')), settingText(theirs, t('none')));

/** "training.batchSize (64, published 128) and 2 more". */
export function fieldsText(fields: readonly FieldDifference[]): string {
  const some = enumerated(fields.slice(0, MOST_FIELDS).map(fieldText));
  return fields.length > MOST_FIELDS ? t('{0} and {1} more', some, fields.length - MOST_FIELDS) : some;
}

/** What a verdict says, in words that stand by themselves: "agrees: 0.8 points apart, tolerance 1.5". */
export function verdictText(verdict: Verdict, seeds: number): string {
  const word = verdictWord(verdict.kind);
  if (verdict.kind === 'not comparable') return t('{0}: differs in {1}', word, fieldsText(verdict.fields));
  const apart = pointsText(verdict.difference);
  if (verdict.kind === 'unverified') return t('{0}, {1} points apart', word, apart);
  if (verdict.kind === 'too few seeds' && seeds < LEAST_SEEDS)
    return t('{0}: {1} of the {2} that it takes at least, {3} points apart', word, seeds, LEAST_SEEDS, apart);
  return t('{0}: {1} points apart, tolerance {2}', word, apart, pointsText(verdict.tolerance));
}

const seedsText = (n: number): string => (n === 1 ? t('1 seed') : t('{0} seeds', n));

/** "20.6 ± 0.52 (SEM), 20 seeds": a published value in the unit of its measure. */
export function publishedText({ measure, value, spread, seeds }: PublishedValue): string {
  const number = formatValue(measure, value, 2);
  const said = spread ? `${number} ± ${spreadText(spread)}` : number;
  return seeds === undefined ? said : t('{0}, {1}', said, seedsText(seeds));
}

/** Where a value comes from, and how sure it is. */
export const sourceText = ({ source, sure }: PublishedValue): string =>
  [source, certaintyWord(sure)].filter(Boolean).join('; ');

/** "19.79 ± 0.26 (SD), 5 seeds": our side. */
export function oursText(measure: PublishedValue['measure'], { mean, sd, n }: Summary): string {
  const number = formatValue(measure, mean, 2);
  return t('{0}, {1}', Number.isFinite(sd) ? `${number} ± ${formatValue(measure, sd, 2)} (SD)` : number, seedsText(n));
}

/** One verdict as a sentence for notes below a table. */
export function verdictSentence({ label, published, protocol, verdict, differs }: RowVerdict, ours: Summary): string {
  const said = [
    label,
    t(measureInfo[published.measure].title),
    oursText(published.measure, ours),
    publishedText(published),
    verdictText(verdict, ours.n),
  ] as const;
  return inARow([
    protocol === undefined
      ? t('{0}: {1} {2}; expected {3}: {4}.', ...said)
      : t('{0}: {1} {2}; published {3}: {4}.', ...said),
    t('({0}.)', sourceText(published)),
    ...(differs === undefined ? [] : [t(differs)]),
  ]);
}

/** What is known to be another in the protocols of some verdicts, a sentence for each. */
export function differencesOf(verdicts: readonly RowVerdict[]): string[] {
  const ids = [...new Set(verdicts.flatMap(({ protocol }) => (protocol === undefined ? [] : [protocol])))];
  return ids.flatMap((id) => {
    const { differences = [] } = protocolOf(id) ?? {};
    return differences.length > 0
      ? [t('Known differences from {0}: {1}', id, inARow(differences.map((one) => t(one))))]
      : [];
  });
}
