import { describe, expect, it } from 'vitest';
import type { ComparedExperiment } from './comparedExperiment';
import type { ComparisonRow } from './comparison';
import type { MeasureName } from './measures/table';
import { measureNames } from './measures/table';
import { parseExperiment } from './parse';
import { verdictsOf } from './published';
import { summarise, type Summary } from './statistics';
import { differencesOf, verdictSentence } from './verdictText';

const CLASS = 'split-mnist/van-de-ven-2022-class';

function experimentOf(file: object): ComparedExperiment {
  const { experiment, problems } = parseExperiment(JSON.stringify(file));
  if (!experiment) throw new Error(problems.map(({ message }) => message).join('\n'));
  return experiment;
}

/** A row whose measures are those given, each over the seeds. */
function rowOf(key: string, measures: Partial<Record<MeasureName, readonly number[]>>): ComparisonRow {
  const all = Object.fromEntries(measureNames.map((name) => [name, summarise(measures[name] ?? [])]));
  const seedsDone = measures.accuracy?.length ?? 0;
  return {
    ...{ key, label: key.toUpperCase(), seedsDone, seeds: 5, missing: {}, differs: [], backends: [], perSeed: [] },
    measures: all as Record<MeasureName, Summary>,
  };
}
const five = (mean: number) => [-0.002, -0.001, 0, 0.001, 0.002].map((by) => mean + by);
const judge = (file: object, ...rows: readonly ComparisonRow[]) => verdictsOf(experimentOf(file), rows);
const kinds = (file: object, ...rows: readonly ComparisonRow[]) =>
  judge(file, ...rows).map(({ key, published, verdict }) => [key, published.value, verdict.kind]);

describe('verdicts of a file that extends a protocol', () => {
  it('are on the published values of each row that has results', () => {
    const rows = [rowOf('none', { accuracy: five(0.198) }), rowOf('ewc', { accuracy: five(0.3) }), rowOf('replay', {})];
    expect(kinds({ extends: CLASS }, ...rows)).toEqual([
      ['none', 0.1989, 'agrees'],
      ['ewc', 0.2064, 'outside'],
    ]);
  });

  it('name what the file changes of it, with both values', () => {
    const file = { extends: CLASS, training: { batchSize: 64 }, methods: [{ method: 'ewc', lambda: 5 }] };
    const [none, ewc] = judge(file, rowOf('none', { accuracy: five(0.2) }), rowOf('ewc', { accuracy: five(0.2) }));
    expect(none?.verdict).toEqual({
      kind: 'not comparable',
      fields: [{ field: 'training.batchSize', ours: 64, theirs: 128 }],
    });
    expect(ewc?.verdict).toMatchObject({ fields: [{ field: 'training.batchSize' }, { field: 'ewc.lambda', ours: 5 }] });
  });

  it('are beside the nearest of several entries of a method', () => {
    const methods = [{ method: 'der', size: 5120, alpha: 0.4 }];
    const [verdict] = judge({ extends: 'split-mnist/buzzega-2020', methods }, rowOf('der', { accuracy: five(0.9) }));
    expect(verdict?.published.value).toBe(0.949);
    expect(verdict?.verdict).toMatchObject({ fields: [{ field: 'der.alpha', ours: 0.4, theirs: 0.5 }] });
  });

  it('of a changed row may be on another protocol, where it is that one exactly', () => {
    const ewc = { method: 'ewc', preset: 'van-de-ven-2019-class' };
    const training = { activeClasses: 'all-so-far' };
    const judged = (entry: object) =>
      judge({ extends: CLASS, methods: [entry] }, rowOf('ewc', { accuracy: five(0.2) }))[0];
    expect(judged(ewc)?.verdict.kind).toBe('not comparable');
    expect(judged({ ...ewc, training })).toMatchObject({
      protocol: 'split-mnist/van-de-ven-2019-class',
      published: { value: 0.2001 },
      verdict: { kind: 'agrees' },
    });
  });

  it('are none on a method that the protocol has not', () => {
    expect(judge({ extends: CLASS, methods: [{ method: 'sam' }] }, rowOf('sam', { accuracy: five(0.2) }))).toEqual([]);
  });

  it('are on each measure that is published and known', () => {
    const file = { extends: 'rotated-mnist/lopez-paz-2017' };
    const measures = { accuracy: five(0.86), backwardTransfer: five(0.3) };
    expect(kinds(file, rowOf('gem', measures), rowOf('none', { accuracy: five(0.53) }))).toEqual([
      ['gem', 0.86, 'agrees'],
      ['gem', 0.05, 'outside'],
      ['none', 0.53, 'agrees'],
    ]);
  });

  it('conclude nothing from a value that nobody read', () => {
    const file = { extends: 'permuted-mnist/buzzega-2020' };
    expect(kinds(file, rowOf('none', { accuracy: five(0.99) }))).toEqual([['none', 0.407, 'unverified']]);
  });
});

describe('verdicts of a file that extends nothing', () => {
  const spelled = {
    name: 'x',
    stream: { tasks: 5, scenario: 'class', classOrder: 'per-seed' },
    network: { hidden: [400, 400] },
    training: { batchSize: 128, iterations: 2000 },
    methods: [{ method: 'ewc', lambda: 1e9 }],
  };

  it('are there where its settings are those of a protocol', () => {
    const [verdict] = judge(spelled, rowOf('ewc', { accuracy: five(0.2) }));
    expect(verdict).toMatchObject({ protocol: CLASS, verdict: { kind: 'agrees' } });
  });

  it('are none where they are not', () => {
    const near = { ...spelled, methods: [{ method: 'ewc', lambda: 1e8 }] };
    expect(judge(near, rowOf('ewc', { accuracy: five(0.2) }))).toEqual([]);
  });

  it('are none on runs of other programs, whose settings are in their own words', () => {
    const own = experimentOf(spelled);
    const foreign = { ...own, variants: own.variants.map((variant) => ({ ...variant, isForeign: true as const })) };
    expect(verdictsOf(foreign, [rowOf('ewc', { accuracy: five(0.2) })])).toEqual([]);
  });

  it('are on what it expects', () => {
    const expected = [
      { method: 'ewc', value: 0.2, sd: 0.01, seeds: 5 },
      { method: 'ewc', measure: 'forgetting', value: 0.5 },
    ];
    const file = { name: 'x', methods: [{ method: 'ewc' }], expect: expected };
    const row = rowOf('ewc', { accuracy: five(0.201), forgetting: five(0.9) });
    expect(kinds(file, row)).toEqual([
      ['ewc', 0.2, 'agrees'],
      ['ewc', 0.5, 'outside'],
    ]);
    expect(judge(file, row)[0]).not.toHaveProperty('protocol');
  });
});

describe('in words', () => {
  const sentenceOf = (file: object, row: ComparisonRow) => {
    const [verdict] = judge(file, row);
    if (!verdict) throw new Error('no verdict');
    return verdictSentence(verdict, row.measures[verdict.published.measure]);
  };

  it('a verdict has both sides, what their spreads are, the distance and the source', () => {
    expect(sentenceOf({ extends: CLASS }, rowOf('ewc', { accuracy: five(0.198) }))).toBe(
      'EWC: Accuracy 19.80 ± 0.16 (SD), 5 seeds; published 20.64 ± 0.52 (SEM), 20 seeds: agrees: 0.8 points apart, tolerance 2.3. ' +
        '(van de Ven, Tuytelaars & Tolias 2022, Nature Machine Intelligence, table 2; restated by others.)',
    );
  });

  it('too few seeds are counted', () => {
    expect(sentenceOf({ extends: CLASS }, rowOf('ewc', { accuracy: [0.9] }))).toContain(
      'Accuracy 90.00, 1 seed; published 20.64 ± 0.52 (SEM), 20 seeds: too few seeds to say: 1 of the 5 that it takes at least, 69.4 points apart.',
    );
  });

  it('a change of the protocol is named', () => {
    const file = { extends: CLASS, stream: { classOrder: 'fixed' } };
    expect(sentenceOf(file, rowOf('none', { accuracy: five(0.2) }))).toContain(
      'not comparable: differs in stream.classOrder ("fixed", published "per-seed").',
    );
  });

  it('what is known to differ is said once for each protocol', () => {
    const verdicts = judge(
      { extends: 'split-mnist/van-de-ven-2019-class' },
      rowOf('none', { accuracy: five(0.2) }),
      rowOf('ewc', { accuracy: five(0.2) }),
    );
    expect(differencesOf(verdicts)).toEqual([
      expect.stringMatching(
        /^Known differences from split-mnist\/van-de-ven-2019-class: The settings are .*; the loss of LwF is as in the first version\.$/,
      ),
    ]);
  });
});
