import { describe, expect, it } from 'vitest';
import type { ComparisonRow } from './comparison';
import { findingsOf } from './findings';
import { measureNames, type MeasureName } from './measures/table';
import { summarise, type Summary } from './statistics';

type Values = Partial<Record<MeasureName, number>>;
function row(key: string, values: Values, more: Partial<ComparisonRow> = {}): ComparisonRow {
  const summary = (name: MeasureName) => summarise([values[name] ?? NaN]);
  const measures = Object.fromEntries(measureNames.map((name) => [name, summary(name)])) as Record<
    MeasureName,
    Summary
  >;
  return {
    ...{ key, label: key.toUpperCase(), seedsDone: 1, seeds: 1, measures, missing: {}, differs: [] },
    ...{ backends: [], perSeed: [], ...more },
  };
}

const replay = row('replay', { accuracy: 0.9, forgetting: 0.05, learningAccuracy: 0.95 }, { rank: 'best' });
const ewc = row('ewc', { accuracy: 0.2, forgetting: 0.9, learningAccuracy: 0.97 });
const lazy = row('lazy', { accuracy: 0.3, forgetting: 0.01, learningAccuracy: 0.31 });
const none = row('none', { accuracy: 0.2, forgetting: 0 }, { bound: 'lower' });
const waiting = row('waiting', {}, { seedsDone: 0 });
const packnet = row('packnet', { taskAwareAccuracy: 0.98 }, { taskAwareOnly: 'It must be told the task.' });

describe('what comes out of a comparison', () => {
  it('is the best remedy and the one that forgets least, never a bound or one without results', () => {
    const { best, least, leastLearns, bounds, own, toldOnly } = findingsOf([none, replay, ewc, packnet, waiting]);
    expect(best).toEqual({ row: replay, isSoFar: false, isAlone: false, equals: [] });
    expect([least, leastLearns, bounds, own, toldOnly]).toEqual([replay, undefined, [none], [replay, ewc], [packnet]]);
  });

  it('says of what forgets least that it learns little, where that is why', () => {
    const { best, least, leastLearns } = findingsOf([replay, ewc, lazy]);
    expect([best?.row.key, least?.key]).toEqual(['replay', 'lazy']);
    expect(leastLearns).toEqual({ own: 0.31, best: 0.97 });
  });

  it('calls the only remedy no best, and one with runs to come the best so far', () => {
    expect(findingsOf([none, { ...ewc }])).toMatchObject({ best: { isAlone: true, row: { key: 'ewc' } } });
    expect(findingsOf([{ ...replay, rank: 'best so far' }, ewc]).best?.isSoFar).toBe(true);
    expect(findingsOf([replay, { ...ewc, rank: 'not distinguishable' }]).best?.equals.map(({ key }) => key)).toEqual([
      'ewc',
    ]);
  });

  it('is nothing where nothing is done, or two remedies share no seed', () => {
    expect(findingsOf([waiting])).toEqual({ bounds: [], own: [], toldOnly: [] });
    expect(findingsOf([ewc, lazy]).best).toBeUndefined();
  });
});
