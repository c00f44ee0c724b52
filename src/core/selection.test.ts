import { describe, expect, it } from 'vitest';
import { compare, groupRuns, type Comparison } from './comparison';
import type { RunEvent } from './events';
import type { Experiment } from './experiment';
import { RUN_FORMAT } from './manifest';
import { parseExperiment } from './parse';
import type { Run, RunStatus } from './run';
import { foldEvents } from './runModel';

const TASKS = 4;
const methods = [{ method: 'ewc', lambda: { sweep: [1, 2, 3] } }, { method: 'si' }];
const validation = { share: 0.1 };

const parsed = (more: object) =>
  parseExperiment(
    JSON.stringify({
      name: 'x',
      bounds: false,
      stream: { tasks: 5 },
      seeds: 3,
      training: { validation },
      methods,
      ...more,
    }),
  );

function experimentOf(more: object = {}): Experiment {
  const { experiment, problems } = parsed(more);
  expect(problems).toEqual([]);
  if (!experiment) throw new Error('not an experiment');
  return experiment;
}

/** What a run measures: on each task after it and all later ones the same. */
interface Made {
  readonly test: readonly number[];
  readonly validation?: readonly number[];
  readonly aware?: readonly number[];
}

function runOf(experiment: Experiment, key: string, seed: number, made: Made, status: RunStatus = 'done'): Run {
  const variant = experiment.variants.find((one) => one.key === key);
  if (!variant) throw new Error(`no variant ${key}`);
  const { stream, evaluation } = experiment;
  const started: RunEvent = {
    type: 'started',
    at: 0,
    schema: 1,
    backend: { name: 'wasm', version: '1' },
    tasks: Array.from({ length: TASKS }, (_, i) => ({ name: String(i), classes: [i], train: 1, test: 1 })),
    steps: Array.from({ length: TASKS }, () => 1),
  };
  const ends = Array.from({ length: TASKS }, (_, task): RunEvent => {
    const seen = made.validation?.slice(0, task + 1);
    return {
      type: 'task-end',
      at: 1,
      task,
      accuracy: [...made.test],
      taskAware: [...(made.aware ?? made.test)],
      ...(seen && { validation: { accuracy: seen, taskAware: seen } }),
      memoryBytes: 0,
    };
  });
  return {
    manifest: {
      lethe: RUN_FORMAT,
      trainer: 'lethe',
      id: `${key}-${seed}`,
      created: 0,
      experiment: { name: 'x' },
      variant: { key, label: variant.label, hash: key },
      seed,
      backend: 'auto',
      spec: { stream, network: variant.network, training: variant.training, evaluation, methods: [] },
    },
    state: foldEvents([started, ...ends, { type: 'ended', at: 2, status: 'done', seconds: 3 }]),
    status,
  };
}

const tableOf = (experiment: Experiment, runs: readonly Run[]): Comparison =>
  compare(
    groupRuns(experiment, runs, (key) => key),
    experiment.select,
  );
const rowOf = ({ rows }: Comparison, key: string) => {
  const found = rows.find((row) => row.key === key);
  if (!found) throw new Error(`no row ${key}`);
  return found;
};
const picked = ({ rows }: Comparison) => rows.filter(({ pick }) => pick).map(({ key, pick }) => [key, pick?.on]);

const lambda = (n: number) => `ewc-lambda-${n}`;
const same = (value: number) => Array.from({ length: TASKS }, () => value);

/** All seeds of all three settings; SI too. */
function all(experiment: Experiment, made: (setting: number, seed: number) => Made): Run[] {
  const ofEwc = [1, 2, 3].flatMap((n) => [1, 2, 3].map((seed) => runOf(experiment, lambda(n), seed, made(n, seed))));
  return [...ofEwc, ...[1, 2, 3].map((seed) => runOf(experiment, 'si', seed, { test: same(0.5) }))];
}

describe('a family of which nothing selects', () => {
  it('has its best row picked by what it is measured by, and says so', () => {
    const experiment = experimentOf();
    const table = tableOf(
      experiment,
      all(experiment, (n) => ({ test: same(n === 2 ? 0.8 : 0.6) })),
    );
    expect(picked(table)).toEqual([[lambda(2), 'test']]);
    expect(rowOf(table, lambda(2))).toMatchObject({ rank: 'best', pick: { of: 3, by: 'accuracy', value: 0.8 } });
    expect(table.selection).toEqual([
      'EWC · lambda 2 is the best of 3 settings by what it is measured by: its numbers are too good to be true. "select" chooses on something else.',
    ]);
  });

  it('has none while something is still to come', () => {
    const experiment = experimentOf();
    const runs = all(experiment, () => ({ test: same(0.8) })).filter(
      ({ manifest }) => manifest.id !== `${lambda(3)}-2`,
    );
    expect(picked(tableOf(experiment, runs))).toEqual([]);
  });
});

describe('a selection on the validation sets', () => {
  const select = { on: 'validation' };

  it('takes the setting that is best there, whatever the test says, and it alone competes', () => {
    const experiment = experimentOf({ select });
    const runs = all(experiment, (n) => ({ test: same(n === 3 ? 0.9 : 0.7), validation: same(n === 1 ? 0.8 : 0.6) }));
    const table = tableOf(experiment, runs);
    expect(picked(table)).toEqual([[lambda(1), 'validation']]);
    expect(rowOf(table, lambda(1))).toMatchObject({ rank: 'best', pick: { of: 3, on: 'validation', value: 0.8 } });
    expect(rowOf(table, lambda(1)).measures.accuracy.mean).toBeCloseTo(0.7, 12);
    expect(rowOf(table, lambda(3)).rank).toBeUndefined();
    expect(table.selection).toEqual(['EWC · lambda 1 was selected of 3 settings by accuracy on the validation sets.']);
  });

  it('goes by the mean over seeds of the mean over tasks after the last one', () => {
    const experiment = experimentOf({ select });
    const runs = all(experiment, (n, seed) => ({
      test: same(0.5),
      // Setting 2 is best in no seed and best on average.
      validation: n === 2 ? [0.7, 0.7, 0.7, 0.7] : seed === n ? [1, 1, 1, 0.9] : [0, 0.5, 0.5, 0.5],
    }));
    expect(picked(tableOf(experiment, runs))).toEqual([[lambda(2), 'validation']]);
  });

  it('takes none where runs know of no validation set, and leaves out a setting that failed', () => {
    const experiment = experimentOf({ select });
    const unknown = tableOf(
      experiment,
      all(experiment, () => ({ test: same(0.5) })),
    );
    expect(picked(unknown)).toEqual([]);
    expect(unknown.selection).toEqual(['EWC: none of 3 settings is selected before the runs that select are done.']);
    const runs = all(experiment, (n) => ({ test: same(0.5), validation: same(n / 10) })).map((run) =>
      run.manifest.variant.key === lambda(3) && run.manifest.seed === 1 ? { ...run, status: 'failed' as const } : run,
    );
    expect(picked(tableOf(experiment, runs))).toEqual([[lambda(2), 'validation']]);
  });

  it('needs validation sets', () => {
    const [problem, ...more] = parsed({ select, training: {} }).problems;
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ severity: 'error', path: ['select', 'on'] });
    expect(problem?.message).toMatch(/^EWC · lambda 1 has no validation set: "validation" of the training/);
  });
});

describe('a selection with seeds', () => {
  const select = { on: { seeds: [2] } };

  it('goes by those alone, and no row counts them', () => {
    const experiment = experimentOf({ select });
    const runs = all(experiment, (n, seed) => ({ test: same(seed === 2 ? n / 10 : 1 - n / 10) }));
    const table = tableOf(experiment, runs);
    expect(picked(table)).toEqual([[lambda(3), 'seeds']]);
    const row = rowOf(table, lambda(3));
    expect(row.measures.accuracy.mean).toBeCloseTo(0.7, 12);
    expect(row.perSeed.map(({ seed }) => seed)).toEqual([1, 3]);
    expect(rowOf(table, 'si')).toMatchObject({ seeds: 2, seedsDone: 2 });
    expect(table.selection).toEqual([
      'Seed 2 only selects: no row counts it.',
      'EWC · lambda 3 was selected of 3 settings by accuracy with the seeds that only select.',
    ]);
  });

  it('waits for nothing else', () => {
    const experiment = experimentOf({ select });
    const runs = all(experiment, (n) => ({ test: same(n / 10) })).filter(({ manifest }) => manifest.seed === 2);
    expect(picked(tableOf(experiment, runs))).toEqual([[lambda(3), 'seeds']]);
  });

  it.each([
    [[7], ['select', 'on', 'seeds', 0], `Seed 7 is none of the experiment's "seeds".`],
    [[1, 1], ['select', 'on', 'seeds', 1], 'Seed 1 is given twice.'],
    [[1, 2, 3], ['select', 'on', 'seeds'], 'All seeds select: at least one must be left that rows count.'],
  ])('needs seeds of the experiment and leaves some (%j)', (seeds, path, message) => {
    expect(parsed({ select: { on: { seeds } } }).problems).toMatchObject([{ severity: 'error', path, message }]);
  });
});

describe('a selection on the first tasks', () => {
  const select = { on: { tasks: 2 } };

  it('goes by the accuracy on these after the last of them, and rows count the others', () => {
    const experiment = experimentOf({ select });
    const runs = all(experiment, (n) => ({ test: n === 1 ? [0.9, 0.7, 0.1, 0.3] : [0.5, 0.5, 0.8, 1] }));
    const table = tableOf(experiment, runs);
    expect(picked(table)).toEqual([[lambda(1), 'tasks']]);
    const { measures, pick, missing } = rowOf(table, lambda(1));
    expect(pick?.value).toBeCloseTo(0.8, 12);
    expect(measures.accuracy.mean).toBeCloseTo(0.2, 12);
    expect(measures.forgetting.mean).toBeCloseTo(0, 12);
    expect(measures.seconds.mean).toBe(3);
    // What is known of all tasks together alone, the selecting ones among them, is not said of the others.
    expect(measures.anytimeAccuracy.n).toBe(0);
    expect(missing.anytimeAccuracy).toBe('It is not known of some tasks alone, and the first 2 only select.');
    expect(table.selection[0]).toBe('The first 2 tasks only select: rows count the others.');
  });

  it('leaves at least one that counts', () => {
    expect(parsed({ select: { on: { tasks: 5 } } }).problems).toMatchObject([
      {
        path: ['select', 'on', 'tasks'],
        message: 'The stream has 5 tasks: at least one must be left that rows count.',
      },
    ]);
  });
});

describe('a selection', () => {
  it('may go by another measure, of which a low value may be the better one', () => {
    const experiment = experimentOf({ select: { by: 'forgetting', on: { seeds: [1] } } });
    const falling = (by: number): RunEvent[] =>
      Array.from({ length: TASKS }, (_, task): RunEvent => {
        const accuracy = Array.from({ length: TASKS }, (__, j) => 0.9 - by * Math.max(0, task - j));
        return { type: 'task-end', at: 1, task, accuracy, taskAware: accuracy, memoryBytes: 0 };
      });
    const runs = all(experiment, () => ({ test: same(0.5) })).map((run) => {
      const [started] = [run.state.started].flatMap((event) => event ?? []);
      const n = Number(run.manifest.variant.key.at(-1));
      if (!started || Number.isNaN(n)) return run;
      return { ...run, state: foldEvents([started, ...falling(n / 50), { type: 'ended', at: 2, status: 'done' }]) };
    });
    const table = tableOf(experiment, runs);
    expect(picked(table)).toEqual([[lambda(1), 'seeds']]);
    expect(table.selection[1]).toMatch(/by forgetting with the seeds/);
  });

  it('goes by the accuracy when told the task where only that is defined', () => {
    const experiment = experimentOf({
      select: { on: { seeds: [1] } },
      methods: [{ method: 'packnet', prune: { sweep: [0.1, 0.2] } }],
    });
    const [first, second] = experiment.variants.map(({ key }) => key) as [string, string];
    const runs = [first, second].flatMap((key, i) =>
      [1, 2, 3].map((seed) => runOf(experiment, key, seed, { test: same(0), aware: same(0.5 + i / 10) })),
    );
    expect(picked(tableOf(experiment, runs))).toEqual([[second, 'seeds']]);
  });

  it('of nothing is said to be none', () => {
    const { problems, experiment } = parsed({ select: { on: { tasks: 1 } }, methods: [{ method: 'ewc' }] });
    expect(problems).toMatchObject([{ severity: 'warning', path: ['select'] }]);
    expect(experiment).toBeDefined();
  });

  it('of a sweep of the whole chooses the bounds too, and gaps go by those', () => {
    const experiment = experimentOf({
      bounds: true,
      training: { learningRate: { sweep: [0.1, 0.01] } },
      methods: [{ method: 'ewc' }],
      select: { on: { seeds: [1] } },
    });
    const values: Record<string, readonly [number, number]> = {
      'none-learningRate-0.1': [0.1, 0.3],
      'none-learningRate-0.01': [0.2, 0.2],
      'joint-learningRate-0.1': [0.9, 1],
      'joint-learningRate-0.01': [0.8, 0.5],
      'ewc-learningRate-0.1': [0.5, 0.6],
      'ewc-learningRate-0.01': [0.4, 0.6],
    };
    const runs = Object.entries(values).flatMap(([key, [selecting, counting]]) =>
      [1, 2, 3].map((seed) => runOf(experiment, key, seed, { test: same(seed === 1 ? selecting : counting) })),
    );
    const table = tableOf(experiment, runs);
    expect(picked(table).map(([key]) => key)).toEqual([
      'none-learningRate-0.01',
      'joint-learningRate-0.1',
      'ewc-learningRate-0.1',
    ]);
    // (0.6 − 0.2) / (1 − 0.2)
    expect(rowOf(table, 'ewc-learningRate-0.1').measures.gapClosed.mean).toBeCloseTo(0.5, 12);
    expect(table.rows.map(({ bound }) => bound)).toEqual(['lower', 'lower', 'upper', 'upper', undefined, undefined]);
  });
});
