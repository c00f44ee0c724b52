/** Small made-up runs for unit tests. */
import type { RunEvent } from '../src/core/events';
import { manifestSchema, RUN_FORMAT } from '../src/core/manifest';
import { foldEvents } from '../src/core/runModel';
import type { RunStatus } from '../src/core/run';
import type { LiveRun } from './liveRuns';

export const manifest = (id: string, seed = 1, key = 'ewc', created = 0) =>
  manifestSchema.parse({
    lethe: RUN_FORMAT,
    trainer: 'lethe',
    id,
    created,
    experiment: { name: 'test' },
    variant: { key, label: key.toUpperCase(), hash: `hash-${key}` },
    seed,
    spec: { stream: {}, network: {}, training: {}, evaluation: {}, methods: [{ method: key, settings: {} }] },
  });

const logs = new WeakMap<LiveRun, readonly RunEvent[]>();
/** The events that a run was made of. */
export const logOf = (of: LiveRun): readonly RunEvent[] => logs.get(of) ?? [];

export function run(id: string, events: RunEvent[], status: RunStatus = 'running', seed = 1, key = 'ewc'): LiveRun {
  const made = { manifest: manifest(id, seed, key), status, state: foldEvents(events) };
  logs.set(made, events);
  return made;
}

/** Two tasks of `steps` steps each. */
export const started = (steps: number[] = [10, 10], tasks = 2): RunEvent => ({
  type: 'started',
  at: 0,
  schema: 1,
  backend: { name: 'cpu', version: '1' },
  tasks: Array.from({ length: tasks }, (_, i) => ({ name: `${i}`, classes: [i], train: 1, test: 1 })),
  steps,
});

export const evaluation = (task: number, step: number, accuracy: (number | null)[]): RunEvent => ({
  type: 'eval',
  at: 0,
  task,
  step,
  accuracy,
  taskAware: accuracy.map(() => 1),
  samples: 1,
});

export const taskEnd = (task: number, accuracy: (number | null)[]): RunEvent => ({
  type: 'task-end',
  at: 0,
  task,
  accuracy,
  taskAware: accuracy.map(() => 1),
  memoryBytes: 0,
});

export const validation = (task: number, step: number, accuracy: number | null, loss = 1): RunEvent => ({
  type: 'validation',
  at: 0,
  task,
  step,
  loss,
  accuracy,
});

export const ended = (seconds = 1): RunEvent => ({ type: 'ended', at: 1000 * seconds, status: 'done', seconds });
