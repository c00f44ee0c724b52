/**
 * Made-up runs for tests of the dashboard: the events a training process would log, with accuracies drawn from simple
 * formulas. They look like the field's curves, but no network was trained.
 */
import type { RunEvent } from '../../src/core/events';
import { resolveExperiment, experimentSchema, type Experiment } from '../../src/core/experiment';
import { manifestSchema, RUN_FORMAT, type RunManifest } from '../../src/core/manifest';
import { specHash, specOf } from '../../src/runs/index';
import type { LoggedRun } from './loggedRuns';

export const TASKS = 5;
const STEPS = 400;
const EVERY = 25;
/** Steps of a task after which it is evaluated: as by default, densely after a switch. */
const evaluated: readonly number[] = [
  ...Array.from({ length: 10 }, (_, i) => i + 1),
  20,
  ...Array.from({ length: STEPS / EVERY }, (_, i) => (i + 1) * EVERY),
];
const T0 = Date.UTC(2026, 0, 5, 9);

/** How an invented method behaves: what is left of an old task, and how well a new one is learned. */
interface Behaviour {
  readonly learned: number;
  /** Accuracy an old task keeps. */
  readonly kept: number;
  /** Steps after which forgetting is two thirds done. */
  readonly pace: number;
  readonly noise: number;
  readonly memoryBytes: number;
  readonly msPerStep: number;
  readonly taskAwareOnly?: boolean;
  /** What it does between steps, from which step of a task on, and for how long. */
  readonly works?: readonly { readonly name: string; readonly seconds: number; readonly step?: number }[];
  /** The accuracy on old tasks falls while a task is trained, and what is done after it brings it back. */
  readonly restores?: boolean;
}

const behaviours: Readonly<Record<string, Behaviour>> = {
  none: { learned: 0.99, kept: 0, pace: 30, noise: 0.01, memoryBytes: 0, msPerStep: 2 },
  joint: { learned: 0.97, kept: 0.97, pace: 60, noise: 0.004, memoryBytes: 0, msPerStep: 2 },
  ewc: {
    ...{ learned: 0.98, kept: 0.02, pace: 70, noise: 0.015, memoryBytes: 3_828_000, msPerStep: 3 },
    works: [{ name: 'fisher', seconds: 0.8 }],
  },
  packnet: {
    learned: 0.98,
    kept: 0.98,
    pace: 50,
    noise: 0.01,
    memoryBytes: 239_000,
    msPerStep: 2.4,
    taskAwareOnly: true,
    works: [{ name: 'prune', seconds: 0.2, step: 270 }],
  },
  replay: { learned: 0.97, kept: 0.9, pace: 120, noise: 0.02, memoryBytes: 784_000, msPerStep: 4 },
  sleep: {
    ...{ learned: 0.82, kept: 0.48, pace: 90, noise: 0.05, memoryBytes: 12_000, msPerStep: 3 },
    works: [
      { name: 'scale', seconds: 1.5 },
      { name: 'sleep', seconds: 3 },
    ],
    restores: true,
  },
};

/** The experiment all tests show. */
export const experiment: Experiment = resolveExperiment(
  experimentSchema.parse({
    name: 'Split MNIST, class-incremental',
    stream: { tasks: TASKS, scenario: 'class' },
    training: { iterations: STEPS },
    seeds: 3,
    methods: [{ method: 'ewc' }, { method: 'packnet' }, { method: 'replay' }, { method: 'sleep' }],
  }),
);

/** The manifest of a variant's run with one seed. */
export function manifestOf(key: string, seed: number): RunManifest {
  const variant = experiment.variants.find((other) => other.key === key);
  if (!variant) throw new Error(`The test experiment has no variant ${key}`);
  const spec = specOf(experiment, variant);
  return manifestSchema.parse({
    lethe: RUN_FORMAT,
    trainer: 'lethe',
    id: `${key}-s${seed}`,
    created: T0 + seed,
    experiment: { name: experiment.name, file: 'split-mnist.lethe.json' },
    variant: { key, label: variant.label, hash: specHash(spec) },
    seed,
    spec,
  });
}

/** The whole log of a finished run. */
export function eventsOf(key: string, seed: number, backend = 'wasm'): RunEvent[] {
  const behaviour = behaviours[key] ?? behaviours['none'];
  if (!behaviour) return [];
  const draw = random(seed * 7919 + key.length * 104729);
  return key === 'joint' ? jointEvents(behaviour, draw, backend) : streamEvents(behaviour, draw, backend);
}

function startedEvent(steps: number[], backend: string): RunEvent {
  return {
    type: 'started',
    at: T0,
    schema: 1,
    pid: 4242,
    backend: { name: backend, version: '4.22.0', why: 'asked for by name' },
    tasks: Array.from({ length: TASKS }, (_, i) => ({
      name: `${2 * i}/${2 * i + 1}`,
      classes: [2 * i, 2 * i + 1],
      train: 12000,
      test: 2000,
    })),
    steps,
  };
}

function streamEvents(behaviour: Behaviour, draw: () => number, backend: string): RunEvent[] {
  let worked = 0;
  const at = (task: number, step: number) => T0 + worked + (task * STEPS + step) * behaviour.msPerStep * 10;
  const work = (task: number, step: number) => {
    for (const { name, seconds, step: place = STEPS } of behaviour.works ?? []) {
      if (place <= step - EVERY || place > step) continue;
      const event = { type: 'phase', task, step: place, name } as const;
      events.push({ ...event, at: at(task, step), done: 0 });
      worked += 1000 * seconds;
      events.push({ ...event, at: at(task, step), done: 1 });
    }
  };
  const events: RunEvent[] = [startedEvent(Array<number>(TASKS).fill(STEPS), backend)];
  for (let task = 0; task < TASKS; task++) {
    events.push({ type: 'task-start', at: at(task, 0), task, steps: STEPS });
    for (const step of evaluated) {
      const now = { at: at(task, step), task, step };
      events.push({ type: 'step', ...now, loss: 2.3 * Math.exp(-step / 90) });
      const left = behaviour.restores ? 0.3 + 0.7 * Math.exp(-step / 60) : 1;
      const accuracy = accuracies(behaviour, task, step, task + 1, draw).map((value, k) =>
        k < task ? left * value : value,
      );
      events.push({ type: 'eval', ...now, samples: 250, ...both(behaviour, accuracy, draw) });
      work(task, step);
    }
    const row = accuracies(behaviour, task, STEPS, TASKS, draw);
    events.push({
      type: 'task-end',
      at: at(task, STEPS),
      task,
      memoryBytes: Math.round((behaviour.memoryBytes * (task + 1)) / TASKS),
      seconds: { train: 7, evaluate: 1.5, method: behaviour.msPerStep / 4 },
      ...both(behaviour, row, draw),
    });
    events.push({ type: 'checkpoint', at: at(task, STEPS), task: task + 1, step: 0, file: `t${task}`, sha256: 'x' });
  }
  const seconds = (TASKS * STEPS * behaviour.msPerStep) / 100;
  events.push({ type: 'ended', at: at(TASKS, 1), status: 'done', seconds: seconds + draw(), peakMemoryBytes: 3e8 });
  return events;
}

/** All tasks are trained and measured at once, in as many stretches as those of the other methods. */
function jointEvents(behaviour: Behaviour, draw: () => number, backend: string): RunEvent[] {
  const at = (task: number, step: number) => T0 + (task * STEPS + step) * behaviour.msPerStep * 10;
  const values = (task: number, step: number) =>
    Array.from({ length: TASKS }, () => clamp(rise((task * STEPS + step) / 3, behaviour) + noise(behaviour, draw)));
  const events: RunEvent[] = [startedEvent(Array<number>(TASKS).fill(STEPS), backend)];
  for (let task = 0; task < TASKS; task++) {
    events.push({ type: 'task-start', at: at(task, 0), task, steps: STEPS });
    for (let step = 50; step <= STEPS; step += 50) {
      const now = { at: at(task, step), task, step };
      events.push({ type: 'step', ...now, loss: Math.exp(-(task * STEPS + step) / 400) });
      events.push({ type: 'eval', ...now, samples: 250, ...both(behaviour, values(task, step), draw) });
    }
    const row = both(behaviour, values(task, STEPS), draw);
    events.push({ type: 'task-end', at: at(task, STEPS), task, memoryBytes: 0, ...row });
  }
  events.push({ type: 'ended', at: at(TASKS, 1), status: 'done', seconds: 40 + draw(), peakMemoryBytes: 3e8 });
  return events;
}

/** Accuracy on the first `count` tasks, `step` steps into a task. */
function accuracies(behaviour: Behaviour, task: number, step: number, count: number, draw: () => number): number[] {
  return Array.from({ length: count }, (_, k) => {
    if (k > task) return behaviour.taskAwareOnly ? clamp(0.5 + 4 * noise(behaviour, draw)) : 0;
    if (k === task) return clamp(rise(step, behaviour) + noise(behaviour, draw));
    const sinceThen = (task - k - 1) * STEPS + step;
    const decay = Math.exp(-sinceThen / (behaviour.pace * (behaviour.kept > 0.3 ? 8 : 1)));
    const dip = behaviour.kept > 0.3 ? 0.12 * Math.exp(-step / 30) : 0;
    return clamp(behaviour.kept + (behaviour.learned - behaviour.kept) * decay - dip + noise(behaviour, draw));
  });
}

const rise = (step: number, { learned }: Behaviour) => learned * (1 - Math.exp(-step / 45));
const noise = ({ noise: size }: Behaviour, draw: () => number) => size * (draw() - 0.5);
const clamp = (value: number) => Math.min(1, Math.max(0, value));

function both(behaviour: Behaviour, accuracy: number[], draw: () => number) {
  if (behaviour.taskAwareOnly) return { accuracy: accuracy.map(() => null), taskAware: accuracy };
  return { accuracy, taskAware: accuracy.map((value) => clamp(0.9 + 0.08 * value + 0.02 * draw())) };
}

/** Mulberry32. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

/** A run as the host would send it; `share` of its log is there. */
export function snapshotOf(
  key: string,
  seed: number,
  share = 1,
  extra: Partial<Omit<LoggedRun, 'manifest' | 'events'>> & { backend?: string } = {},
): LoggedRun {
  const { backend, ...rest } = extra;
  const all = eventsOf(key, seed, backend);
  const events = all.slice(0, Math.round(all.length * share));
  const status = share >= 1 ? 'done' : share <= 0 ? 'queued' : 'running';
  return { manifest: manifestOf(key, seed), status, events, malformed: 0, unknownTypes: [], ...rest };
}

/** A comparison in the middle of its work. */
export const halfway = (): LoggedRun[] => [
  ...['none', 'joint', 'ewc', 'packnet'].flatMap((key) => [1, 2, 3].map((seed) => snapshotOf(key, seed))),
  snapshotOf('replay', 1),
  snapshotOf('replay', 2),
  snapshotOf('replay', 3, 0.72),
  snapshotOf('sleep', 1, 0.55),
  snapshotOf('sleep', 2, 0),
  snapshotOf('sleep', 3, 0),
];

/** The same run with a validation set, measured every so many steps: a little better than on test images. */
export function validated(run: LoggedRun, every = 100): LoggedRun {
  const events = run.events.flatMap((event): RunEvent[] => {
    if (event.type !== 'eval' || event.step % every !== 0) return [event];
    const { at, task, step } = event;
    const accuracy = event.accuracy[task] ?? event.taskAware[task] ?? null;
    return [event, { type: 'validation', at, task, step, loss: 2.2 * Math.exp(-step / 90), accuracy }];
  });
  return { ...run, events };
}

/** A comparison that is done. */
export const finished = (): LoggedRun[] =>
  Object.keys(behaviours).flatMap((key) => [1, 2, 3].map((seed) => snapshotOf(key, seed)));

/** Everything that can go wrong at once. */
export const troubled = (): LoggedRun[] => [
  ...['none', 'joint'].flatMap((key) => [1, 2, 3].map((seed) => snapshotOf(key, seed))),
  snapshotOf('ewc', 1, 1, { backend: 'cpu' }),
  snapshotOf('ewc', 2, 0.4, {
    status: 'crashed',
    outputTail: 'Epoch 3\nfatal: out of memory in matMul\n    at step (train.js:1:20311)\nKilled',
  }),
  snapshotOf('replay', 1, 0.1, { status: 'failed', outputTail: '' }),
  snapshotOf('sleep', 1, 1, { malformed: 3, unknownTypes: ['histogram'] }),
];
