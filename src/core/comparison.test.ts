import { describe, expect, it } from 'vitest';
import { compare, groupRuns, measuresOf } from './comparison';
import type { RunEvent } from './events';
import { resolveExperiment, experimentSchema, type Experiment } from './experiment';
import { RUN_FORMAT } from './manifest';
import type { Run, RunStatus } from './run';
import { foldEvents } from './runModel';

const experimentOf = (file: object): Experiment =>
  resolveExperiment(experimentSchema.parse({ name: 'x', stream: { tasks: 2 }, ...file }));

interface Made {
  readonly key: string;
  readonly seed: number;
  /** Accuracy matrix of two tasks. */
  readonly rows: readonly (readonly (number | null)[])[];
  readonly aware?: readonly (readonly number[])[];
  readonly status?: RunStatus;
  readonly created?: number;
  readonly backend?: string;
  readonly data?: Record<string, string>;
  /** Of each row the tasks it has measured, and on how many images each. */
  readonly measured?: readonly (readonly number[])[];
  readonly samples?: number;
  /** Of each row the areas under ROC curves. */
  readonly areas?: readonly (readonly (number | null)[])[];
}

function runOf(experiment: Experiment, made: Made): Run {
  const variant = experiment.variants.find(({ key }) => key === made.key);
  if (!variant) throw new Error(`no variant ${made.key}`);
  const aware = made.aware ?? made.rows.map((row) => row.map((value) => value ?? 0));
  const started: RunEvent = {
    type: 'started',
    at: 0,
    schema: 1,
    backend: { name: made.backend ?? 'wasm', version: '1' },
    tasks: [0, 1].map((i) => ({ name: String(i), classes: [i], train: 1, test: 1 })),
    steps: [1, 1],
    ...(made.data ? { data: made.data } : {}),
  };
  const ends = made.rows.map((accuracy, task): RunEvent => ({
    type: 'task-end',
    at: 1,
    task,
    accuracy: [...accuracy],
    taskAware: [...(aware[task] ?? [])],
    ...(made.measured && { tasks: [...(made.measured[task] ?? [])] }),
    ...(made.samples !== undefined && { samples: made.samples }),
    ...(made.areas && { rocAuc: [...(made.areas[task] ?? [])] }),
    memoryBytes: 10 * task,
  }));
  const { stream, evaluation } = experiment;
  return {
    manifest: {
      lethe: RUN_FORMAT,
      trainer: 'lethe',
      id: `${made.key}-${made.seed}-${made.created ?? 0}`,
      created: made.created ?? 0,
      experiment: { name: 'x' },
      variant: { key: variant.key, label: variant.label, hash: variant.key },
      seed: made.seed,
      backend: 'auto',
      spec: { stream, network: variant.network, training: variant.training, evaluation, methods: [] },
    },
    state: foldEvents([started, ...ends, { type: 'ended', at: 2, status: 'done', seconds: 3 }]),
    status: made.status ?? 'done',
  };
}

const tableOf = (experiment: Experiment, runs: readonly Made[]) =>
  compare(
    groupRuns(
      experiment,
      runs.map((made) => runOf(experiment, made)),
      (key) => key,
    ),
  );

const experiment = experimentOf({ seeds: 2, methods: [{ method: 'replay' }, { method: 'packnet' }] });
const bounds = [1, 2].flatMap((seed): Made[] => [
  {
    key: 'none',
    seed,
    rows: [
      [1, 0],
      [0, 0.4],
    ],
    aware: [
      [1, 0.5],
      [0.6, 1],
    ],
  },
  {
    key: 'joint',
    seed,
    rows: [
      [0.9, 0.8],
      [1, 0.8],
    ],
    aware: [
      [1, 1],
      [1, 1],
    ],
  },
]);

describe('the measures of a run', () => {
  it('come from its accuracy matrix: mean of the last row, drop from the best, memory at its largest', () => {
    const run = runOf(experiment, {
      key: 'replay',
      seed: 1,
      rows: [
        [0.9, 0.1],
        [0.5, 0.7],
      ],
    });
    expect(measuresOf(run)).toMatchObject({
      seed: 1,
      accuracy: 0.6,
      learningAccuracy: 0.8,
      memoryBytes: 10,
      seconds: 3,
    });
    expect(measuresOf(run).forgetting).toBeCloseTo(0.4, 12);
    expect(measuresOf(run).backwardTransfer).toBeCloseTo(-0.4, 12);
  });

  it('have no time where nobody said how long it took', () => {
    const run = runOf(experiment, { key: 'replay', seed: 1, rows: [[0.9, 0.1]] });
    expect(measuresOf({ ...run, state: { ...run.state, seconds: 0 } }).seconds).toBeNaN();
  });

  it('come from the rows of a log by their tasks, not by their order', () => {
    const matrix = [
      [0.8, 0],
      [0.2, 0.6],
    ];
    const run = runOf(experiment, { key: 'replay', seed: 1, rows: matrix });
    const turned = { ...run, state: { ...run.state, rows: [...run.state.rows].reverse() } };
    expect(measuresOf(turned)).toEqual(measuresOf(run));
  });

  it('are not defined where results are missing: a part of the tasks is no result', () => {
    const { seed, seconds, ...rest } = measuresOf(runOf(experiment, { key: 'replay', seed: 1, rows: [[0.9, 0.1]] }));
    expect([seed, seconds]).toEqual([1, 3]);
    expect(new Set(Object.values(rest))).toEqual(new Set([NaN]));
  });

  it('are not defined where the accuracy is not', () => {
    const run = runOf(experiment, {
      key: 'packnet',
      seed: 1,
      rows: [
        [null, null],
        [null, null],
      ],
      aware: [
        [1, 0.5],
        [1, 0.9],
      ],
    });
    expect(measuresOf(run).accuracy).toBeNaN();
    expect(measuresOf(run).taskAwareAccuracy).toBeCloseTo(0.95, 12);
  });
});

describe('measures beside a network of all data seen by then', () => {
  const rows = [
    [0.8, 0.2],
    [0.4, 0.6],
  ];
  const own = bounds.concat([1, 2].map((seed): Made => ({ key: 'replay', seed, rows })));

  it('take the end of joint training in its place', () => {
    const replay = tableOf(experiment, own).rows.find(({ key }) => key === 'replay');
    // Joint ends at 1 and 0.8: (0.2 + 0.2) / 2; Ω: 0.8 / 1 and 0.5 / 0.9.
    expect(replay?.measures.intransigence.mean).toBeCloseTo(0.2, 12);
    expect(replay?.measures.omegaAll.mean).toBeCloseTo((0.8 + 0.5 / 0.9) / 2, 12);
    expect(replay?.measures.omegaBase.mean).toBeCloseTo(0.4, 12);
  });

  it('take cumulative training where there is some', () => {
    const wider = experimentOf({ seeds: 2, methods: [{ method: 'replay' }, { method: 'cumulative' }] });
    const cumulative = [
      [0.9, 0.1],
      [0.8, 0.7],
    ];
    const replay = tableOf(
      wider,
      own.concat([1, 2].map((seed): Made => ({ key: 'cumulative', seed, rows: cumulative }))),
    ).rows.find(({ key }) => key === 'replay');
    // Of its own row each: (0.1 + 0.1) / 2; Ω: 0.8 / 0.9 and 0.5 / 0.75.
    expect(replay?.measures.intransigence.mean).toBeCloseTo(0.1, 12);
    expect(replay?.measures.omegaAll.mean).toBeCloseTo((0.8 / 0.9 + 0.5 / 0.75) / 2, 12);
  });

  it('are missing without either, and say why', () => {
    const alone = own.filter(({ key }) => key === 'replay');
    const replay = tableOf(experiment, alone).rows.find(({ key }) => key === 'replay');
    expect(replay?.measures.omegaAll.n).toBe(0);
    expect(replay?.missing.omegaAll).toBe('It needs a finished run of joint, or of cumulative, with the same seed.');
    expect(replay?.missing.stabilityGap).toContain('points of the accuracy curve');
    expect(replay?.missing.accuracy).toBeUndefined();
  });
});

describe('the comparison', () => {
  it('gives each method the share of the gap it closes, seed by seed', () => {
    const { rows } = tableOf(experiment, [
      ...bounds,
      {
        key: 'replay',
        seed: 1,
        rows: [
          [1, 0],
          [0.6, 0.5],
        ],
      },
      {
        key: 'replay',
        seed: 2,
        rows: [
          [1, 0],
          [0.8, 0.8],
        ],
      },
    ]);
    const gaps = rows.find(({ key }) => key === 'replay')?.measures.gapClosed;
    // none 0.2, joint 0.9: (0.55 − 0.2)/0.7 = 0.5 and (0.8 − 0.2)/0.7 = 0.857…
    expect(gaps?.n).toBe(2);
    expect(gaps?.mean).toBeCloseTo((0.5 + 0.6 / 0.7) / 2, 9);
  });

  it('measures the gap by the task-aware accuracy where only that is defined, and says why', () => {
    const packnet: Made = {
      key: 'packnet',
      seed: 1,
      rows: [
        [null, null],
        [null, null],
      ],
      aware: [
        [1, 0.5],
        [1, 0.8],
      ],
    };
    const row = tableOf(experiment, [...bounds, packnet]).rows.find(({ key }) => key === 'packnet');
    expect(row?.taskAwareOnly).toContain('must be told the task');
    // none 0.8, joint 1.0 task-aware: (0.9 − 0.8)/0.2
    expect(row?.measures.gapClosed.mean).toBeCloseTo(0.5, 9);
    expect(row?.measures.accuracy.n).toBe(0);
  });

  it('marks the best remedy, never a bound', () => {
    const two = experimentOf({ seeds: 2, methods: [{ method: 'replay' }, { method: 'ewc' }] });
    const made = [1, 2].flatMap((seed): Made[] => [
      {
        key: 'replay',
        seed,
        rows: [
          [1, 0],
          [0.8, 0.8],
        ],
      },
      {
        key: 'ewc',
        seed,
        rows: [
          [1, 0],
          [0.1, 0.5],
        ],
      },
    ]);
    const { rows } = tableOf(two, [...bounds, ...made]);
    expect(rows.filter(({ rank }) => rank === 'best').map(({ key }) => key)).toEqual(['replay']);
    expect(rows.find(({ key }) => key === 'joint')?.rank).toBeUndefined();
  });

  it('names no winner before every remedy has its runs: only a best so far, on the seeds they share', () => {
    const two = experimentOf({ seeds: 3, methods: [{ method: 'replay' }, { method: 'ewc' }, { method: 'si' }] });
    const made = (key: string, ...values: number[]) =>
      values.map((value, i): Made => ({
        ...{ key, seed: i + 1 },
        rows: [
          [1, 0],
          [value, value],
        ],
      }));
    const ranks = (all: readonly Made[]) =>
      Object.fromEntries(
        tableOf(two, [...bounds, ...all]).rows.flatMap(({ key, rank }) => (rank ? [[key, rank]] : [])),
      );
    const weak = [...made('ewc', 0.4, 0.4, 0.4), ...made('si', 0.3, 0.3, 0.3)];
    // The best one lacks a run.
    expect(ranks([...weak, ...made('replay', 0.9, 0.9)])).toEqual({ replay: 'best so far' });
    // The weak ones finish first.
    expect(ranks(weak)).toMatchObject({ ewc: 'best so far' });
    // What one has on a seed that the others lack says nothing.
    expect(ranks([...made('ewc', 0.5, 0.1), ...made('si', 0.4), ...made('replay', 0.3, 0.9, 0.9)])).toMatchObject({
      ewc: 'best so far',
    });
    expect(ranks([...weak, ...made('replay', 0.9, 0.9, 0.9)])).toMatchObject({ replay: 'best' });
  });

  it('says that two rows cannot be told apart when their intervals overlap and the test is not significant', () => {
    const two = experimentOf({ seeds: 3, methods: [{ method: 'replay' }, { method: 'ewc' }] });
    const accuracies = { replay: [0.8, 0.7, 0.9], ewc: [0.75, 0.85, 0.72] };
    const made = Object.entries(accuracies).flatMap(([key, values]) =>
      values.map((value, i): Made => ({
        key,
        seed: i + 1,
        rows: [
          [1, 0],
          [value, value],
        ],
      })),
    );
    const row = tableOf(two, made).rows.find(({ key }) => key === 'ewc');
    expect(row?.rank).toBe('not distinguishable');
    expect(row?.pAgainstBest).toBeGreaterThan(0.05);
  });

  it('counts only finished runs, and the newest finished one of a seed', () => {
    const old: Made = {
      key: 'replay',
      seed: 1,
      rows: [
        [1, 0],
        [0.2, 0.2],
      ],
      created: 1,
    };
    const recent: Made = {
      key: 'replay',
      seed: 1,
      rows: [
        [1, 0],
        [0.6, 0.6],
      ],
      created: 2,
    };
    const crashed: Made = { key: 'replay', seed: 1, rows: [[1, 0]], created: 3, status: 'crashed' };
    const row = tableOf(experiment, [crashed, recent, old]).rows.find(({ key }) => key === 'replay');
    expect(row).toMatchObject({ seedsDone: 1, seeds: 2 });
    expect(row?.measures.accuracy.mean).toBeCloseTo(0.6, 12);
  });

  it('does not count a run without its whole result, names it, and prefers an older one that has it', () => {
    const first: Made = { key: 'replay', seed: 1, rows: [[0.9, 0.1]], created: 2 };
    const short: Made = { key: 'replay', seed: 2, rows: [[0.9, 0.1], [0.9]] };
    const { rows, warnings } = tableOf(experiment, [...bounds, first, short]);
    const row = rows.find(({ key }) => key === 'replay');
    expect(row).toMatchObject({ seedsDone: 0, seeds: 2, perSeed: [], measures: { accuracy: { n: 0 } } });
    expect(warnings).toEqual([
      'Replay, seed 1: ended as done with results after 1 of 2 tasks; not counted.',
      'Replay, seed 2: has results without one accuracy for each task (after 1 task); not counted.',
    ]);
    const matrix = [
      [0.8, 0],
      [0.2, 0.6],
    ];
    const both = tableOf(experiment, [...bounds, first, { ...first, rows: matrix, created: 1 }]);
    expect(both.rows.find(({ key }) => key === 'replay')?.measures.accuracy.mean).toBeCloseTo(0.4, 12);
    expect(both.warnings).toEqual([]);
  });

  it('warns of several backends and of several versions of the data, not of runs that have not started', () => {
    const mixed: Made[] = [
      {
        key: 'replay',
        seed: 1,
        rows: [
          [1, 0],
          [1, 1],
        ],
        data: { a: '1' },
      },
      {
        key: 'replay',
        seed: 2,
        rows: [
          [1, 0],
          [1, 1],
        ],
        backend: 'native',
        data: { a: '2' },
      },
    ];
    expect(tableOf(experiment, mixed).warnings).toHaveLength(2);
    expect(tableOf(experiment, mixed.slice(0, 1)).warnings).toEqual([]);
    const queued = {
      ...runOf(experiment, { key: 'none', seed: 1, rows: [] }),
      state: foldEvents([]),
      status: 'queued' as const,
    };
    const groups = groupRuns(
      experiment,
      [queued, ...mixed.slice(0, 1).map((made) => runOf(experiment, made))],
      (key) => key,
    );
    expect(compare(groups).warnings).toEqual([]);
  });
});

describe('runs that were measured in part', () => {
  const experiment = experimentOf({ bounds: false, seeds: 1, methods: [{ method: 'none' }, { method: 'ewc' }] });
  const part = { seed: 1, rows: [[0.9], [0.5]], measured: [[0], [1]], samples: 5 };
  const whole = {
    seed: 1,
    rows: [
      [0.9, 0.1],
      [0.4, 0.5],
    ],
  };

  it('count by what was measured, and say what that is', () => {
    const { rows, basis, warnings } = tableOf(experiment, [
      { key: 'none', ...part },
      { key: 'ewc', ...part },
    ]);
    expect(rows[0]?.measures.accuracy.mean).toBe(0.5);
    expect(rows[0]?.measures.learningAccuracy.mean).toBeCloseTo(0.7, 12);
    expect(rows[0]?.measures.forgetting.mean).toBeNaN();
    expect(rows[0]?.basis).toMatchObject({ images: 5, terms: { accuracy: { terms: 1, of: 2 } } });
    expect(basis).toEqual(['Accuracy over 1 of 2 tasks, learning accuracy over 2 of 2; 5 test images of each.']);
    expect(warnings).toEqual([]);
  });

  it('are compared with others where what is missing was not learned yet', () => {
    const learned = {
      ...{ seed: 1, rows: [[0.9], [0.4, 0.5]] },
      measured: [[0], [0, 1]],
    };
    const { rows, basis, warnings } = tableOf(experiment, [
      { key: 'none', ...whole },
      { key: 'ewc', ...learned },
    ]);
    expect(warnings).toEqual([]);
    expect(basis).toHaveLength(2);
    const numbers = rows.map(({ measures }) => [measures.accuracy.mean, measures.forgetting.mean]);
    expect(numbers[1]).toEqual(numbers[0]);
  });

  it('are not compared with others without a word', () => {
    const { basis, warnings } = tableOf(experiment, [
      { key: 'none', ...whole },
      { key: 'ewc', ...part },
    ]);
    expect(warnings).toEqual([expect.stringContaining('measured on different tasks')]);
    expect(basis).toHaveLength(2);
    const images = { ...whole, samples: 3 };
    expect(
      tableOf(experiment, [
        { key: 'none', ...whole },
        { key: 'ewc', ...images },
      ]).warnings,
    ).toHaveLength(1);
  });

  it('have nothing to say where all was measured', () => {
    const { rows, basis } = tableOf(experiment, [{ key: 'none', ...whole }]);
    expect([rows[0]?.basis, basis]).toEqual([undefined, []]);
  });

  it('have no whole result where a row names no task that was learned', () => {
    const { rows } = tableOf(experiment, [{ key: 'none', ...part, measured: [[1], [1]] }]);
    expect(rows[0]?.seedsDone).toBe(0);
  });
});

describe('the area under the ROC curve', () => {
  const experiment = experimentOf({ methods: [{ method: 'ewc' }] });
  const whole = {
    key: 'ewc',
    seed: 1,
    rows: [
      [0.9, 0.1],
      [0.7, 0.8],
    ],
  };
  const ofRow = (more: Partial<Made>) => measuresOf(runOf(experiment, { ...whole, ...more })).rocAuc;

  it('is the mean over the tasks of the last row', () => {
    expect(
      ofRow({
        areas: [
          [0.99, 0.5],
          [0.9, 0.96],
        ],
      }),
    ).toBeCloseTo(0.93, 12);
  });

  it('is undefined where no row has it, or where that of a task is', () => {
    expect(ofRow({})).toBeNaN();
    expect(
      ofRow({
        areas: [
          [0.99, 0.5],
          [null, 0.96],
        ],
      }),
    ).toBeNaN();
  });

  it('goes over the tasks that the last row measures', () => {
    expect(ofRow({ rows: [[0.9], [0.5]], measured: [[0], [1]], areas: [[0.99], [0.96]] })).toBe(0.96);
  });
});
