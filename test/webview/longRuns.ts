/**
 * Made-up runs of a stream of hundreds of tasks, with the events that a training process would log: permuted images, rows
 * and points of the curve of some tasks, the online accuracy. No network was trained.
 */
import type { EventOf, RunEvent } from '../../src/core/events';
import { experimentSchema, resolveExperiment, type Experiment } from '../../src/core/experiment';
import { manifestSchema, RUN_FORMAT, type RunManifest } from '../../src/core/manifest';
import { lossesPerTask, measuredAfter, seenAmongMeasured } from '../../src/core/measuredTasks';
import { foldEvents } from '../../src/core/runModel';
import type { RunWithHistory } from '../../src/core/run';
import { specHash, specOf } from '../../src/runs/index';
import type { LoggedRun } from './loggedRuns';

export const LONG_TASKS = 500;
const STEPS = 625;
const SEEDS = [1, 2];
const T0 = Date.UTC(2026, 0, 5, 9);

/** @param matrixTasks which tasks a row measures: 20 as long experiments are advised to, or all */
export const longExperiment = (matrixTasks: number | 'all' = 20): Experiment =>
  resolveExperiment(
    experimentSchema.parse({
      name: 'Permuted MNIST, 500 tasks',
      stream: { kind: 'permuted', tasks: LONG_TASKS, scenario: 'domain' },
      training: { iterations: STEPS, batchSize: 10, optimizer: 'sgd', learningRate: 0.01, validation: { count: 100 } },
      evaluation: { points: 1, samples: 100, matrixTasks, matrixSamples: 200, keep: 'last', online: true },
      seeds: SEEDS.length,
      methods: [{ method: 'ewc' }, { method: 'si' }, { method: 'replay' }, { method: 'sam' }],
    }),
  );

/** What is left of a task for each one learned since, and of the ability to learn after each task, by variant. */
const behaviours: Readonly<Record<string, readonly [kept: number, plastic: number]>> = {
  none: [0.9, 0.9995],
  joint: [1, 1],
  ewc: [0.98, 0.999],
  si: [0.97, 0.9992],
  replay: [0.995, 0.9998],
  sam: [0.93, 0.9999],
};

function eventsOf(experiment: Experiment, key: string, seed: number): RunEvent[] {
  const [kept, plastic] = behaviours[key] ?? [0.9, 1];
  const accuracy = (learned: number, task: number) =>
    task > learned
      ? 0.1
      : Math.max(0.1, 0.9 * plastic ** task * kept ** (learned - task) + 0.01 * Math.sin(seed + 7 * task));
  const { evaluation } = experiment;
  const measured = (learned: number, tasks: readonly number[] | undefined) => {
    const of = tasks ?? Array.from({ length: LONG_TASKS }, (_, task) => task);
    const values = of.map((task) => accuracy(learned, task));
    return { accuracy: values, taskAware: values, ...(tasks && { tasks: [...tasks] }) };
  };
  const started: EventOf<'started'> = {
    ...{ type: 'started', at: T0, schema: 1, backend: { name: 'native', version: '2.19.0' }, parameters: 89_610 },
    tasks: Array.from({ length: LONG_TASKS }, (_, task) => ({
      name: task === 0 ? 'identity' : `permutation ${task + 1}`,
      classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      ...{ train: 60_000, test: 10_000 },
    })),
    steps: new Array<number>(LONG_TASKS).fill(STEPS),
  };
  const losses = lossesPerTask(LONG_TASKS);
  const ofTask = (task: number): RunEvent[] => {
    const at = T0 + 400 * task;
    const reached = accuracy(task, task);
    const steps = Array.from({ length: losses }, (_, i) => Math.round(((i + 1) * STEPS) / losses));
    return [
      { type: 'task-start', at, task, steps: STEPS },
      ...steps.map((step): RunEvent => {
        const online = reached * (1 - Math.exp(-step / 150));
        return { type: 'step', at: at + step / 2, task, step, loss: 2.3 * (1 - online), accuracy: online };
      }),
      {
        type: 'eval',
        at: at + 320,
        task,
        step: STEPS,
        samples: 100,
        ...measured(task, seenAmongMeasured(task, evaluation)),
      },
      { type: 'validation', at: at + 330, task, step: STEPS, loss: 1 - reached, accuracy: reached },
      {
        type: 'task-end',
        at: at + 390,
        task,
        samples: 200,
        memoryBytes: 1000 * task,
        ...measured(task, measuredAfter(task, evaluation)),
      },
    ];
  };
  return [
    started,
    ...Array.from({ length: LONG_TASKS }, (_, task) => ofTask(task)).flat(),
    { type: 'ended', at: T0 + 400 * LONG_TASKS, status: 'done', seconds: 1010 + seed, peakMemoryBytes: 6e8 },
  ];
}

function manifestOf(experiment: Experiment, key: string, seed: number): RunManifest {
  const variant = experiment.variants.find((other) => other.key === key);
  if (!variant) throw new Error(`The experiment has no variant ${key}`);
  const spec = specOf(experiment, variant);
  return manifestSchema.parse({
    ...{ lethe: RUN_FORMAT, trainer: 'lethe', id: `${key}-s${seed}`, created: T0 + seed, seed, spec },
    experiment: { name: experiment.name, file: 'long.lethe.json' },
    variant: { key, label: variant.label, hash: specHash(spec) },
  });
}

interface LongRun {
  readonly manifest: RunManifest;
  readonly events: readonly RunEvent[];
}

/** All runs of the experiment, the last of them in the middle of its work. */
export function longRuns(experiment: Experiment): LongRun[] {
  const runs = experiment.variants.flatMap(({ key }) =>
    SEEDS.map((seed) => ({ manifest: manifestOf(experiment, key, seed), events: eventsOf(experiment, key, seed) })),
  );
  return runs.map((run, i) =>
    i === runs.length - 1 ? { ...run, events: run.events.slice(0, Math.round(0.6 * run.events.length)) } : run,
  );
}

const statusOf = ({ events }: LongRun) => (events.at(-1)?.type === 'ended' ? 'done' : 'running');

/** As a host reads them. */
export const longSnapshots = (runs: readonly LongRun[]): LoggedRun[] =>
  runs.map((run) => ({
    ...{ manifest: run.manifest, status: statusOf(run), events: run.events },
    ...{ malformed: 0, unknownTypes: [] },
  }));

/** As the report reads them. */
export const longHistories = (runs: readonly LongRun[]): RunWithHistory[] =>
  runs.map((run) => ({ manifest: run.manifest, status: statusOf(run), state: foldEvents(run.events) }));
