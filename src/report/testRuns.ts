/** Made-up runs for the report's tests: deterministic, with forgetting of a given strength. */
import { compare, groupRuns } from '../core/comparison';
import type { RunEvent } from '../core/events';
import type { Experiment, Variant } from '../core/experiment';
import { RUN_FORMAT, type RunManifest } from '../core/manifest';
import { parseExperiment } from '../core/parse';
import type { RunStatus, RunWithHistory } from '../core/run';
import { foldEvents } from '../core/runModel';
import { tasksOf } from '../core/streamTasks';
import type { ReportInput } from './html';

const STEPS = 94;

/** Share of an old task's accuracy that is left after each further task, by method. */
const kept: Readonly<Record<string, number>> = {
  none: 0.02,
  joint: 1,
  ewc: 0.03,
  packnet: 1,
  replay: 0.94,
  sleep: 0.7,
};

export function experimentOf(text: string): Experiment {
  const { experiment, problems } = parseExperiment(text);
  if (!experiment) throw new Error(problems.map((problem) => problem.message).join('\n'));
  return experiment;
}

/** Wobbles by at most ±0.02, always the same way for the same arguments. */
const wobble = (...keys: number[]) =>
  0.02 * Math.sin(keys.reduce((sum, key, i) => sum + key * (12.9898 + i * 7.233), 1));

export function eventsOf(spec: Experiment, variant: Variant, seed: number): RunEvent[] {
  const tasks = tasksOf(spec.stream);
  const method = variant.methods[0]?.method ?? 'none';
  const left = kept[method] ?? 0.5;
  const aware = method === 'packnet';
  const after = (i: number, j: number, age: number) =>
    j > i ? 0 : Math.min(1, Math.max(0, 0.97 * left ** age + wobble(seed, i, j, age)));
  const row = (i: number, shift = 0) => Array.from({ length: tasks }, (_, j) => after(i, j, i - j + shift));
  const own = (values: number[]) => (aware ? values.map(() => null) : values);
  const events: RunEvent[] = [
    {
      type: 'started',
      at: 0,
      schema: 1,
      backend: { name: 'wasm', version: '4.22.0' },
      versions: { lethe: '0.1.0', node: '20.19.0' },
      data: { 'train-images': 'ab12'.repeat(16) },
      tasks: Array.from({ length: tasks }, (_, i) => ({
        name: `${2 * i}, ${2 * i + 1}`,
        classes: [2 * i, 2 * i + 1],
        train: 12000,
        test: 2000,
      })),
      steps: Array.from({ length: tasks }, () => STEPS),
    },
    { type: 'baseline', at: 1, accuracy: row(0).map(() => 0.1), taskAware: row(0).map(() => 0.5) },
  ];
  for (let task = 0; task < tasks; task++) {
    events.push({ type: 'task-start', at: 2, task, steps: STEPS });
    for (const step of [2, 5, 10, 20, 40, 60, 80, STEPS]) {
      const progress = 1 - Math.exp(-step / 12);
      const values = Array.from({ length: task + 1 }, (_, j) =>
        j === task ? after(task, j, 0) * progress : after(task, j, task - j - 1 + progress),
      );
      const taskAware = values.map((value) => 0.5 + value / 2);
      events.push({ type: 'eval', at: 3, task, step, accuracy: own(values), taskAware, samples: 250 });
    }
    const accuracy = row(task);
    events.push({
      type: 'task-end',
      at: 4,
      task,
      accuracy: own(accuracy),
      taskAware: accuracy.map((value) => 0.5 + value / 2),
      memoryBytes: method === 'replay' ? 157_000 * (task + 1) : 0,
    });
  }
  return [...events, { type: 'ended', at: 60_000, status: 'done', seconds: 55 + 3 * wobble(seed, 3) * 50 }];
}

export function runOf(spec: Experiment, variant: Variant, seed: number, status: RunStatus = 'done'): RunWithHistory {
  const events = eventsOf(spec, variant, seed);
  const manifest: RunManifest = {
    lethe: RUN_FORMAT,
    trainer: 'lethe',
    id: `20260102-030405-${variant.key}-s${seed}`,
    created: seed,
    experiment: { name: spec.name, file: 'examples/split-mnist.lethe.json' },
    variant: { key: variant.key, label: variant.label, hash: variant.key },
    seed,
    backend: 'auto',
    spec: {
      stream: spec.stream,
      network: variant.network,
      training: variant.training,
      evaluation: spec.evaluation,
      methods: variant.methods.map(({ method, settings }) => ({ method, settings: { ...settings } })),
    },
  };
  return { manifest, status, state: foldEvents(status === 'done' ? events : events.slice(0, 20)) };
}

/** The report's input for an experiment, every run done unless `statusOf` says otherwise; undefined leaves a run out. */
export function reportOf(
  spec: Experiment,
  statusOf: (variant: Variant, seed: number) => RunStatus | undefined = () => 'done',
): ReportInput {
  const runs = spec.variants.flatMap((variant) =>
    spec.seeds.flatMap((seed) => {
      const status = statusOf(variant, seed);
      return status ? [runOf(spec, variant, seed, status)] : [];
    }),
  );
  const groups = groupRuns(spec, runs, (key) => key);
  const file = 'examples/split-mnist.lethe.json';
  return { file, experiment: spec, runs, groups, comparison: compare(groups, spec.select), created: new Date(0) };
}

export const sixMethods = `{ "name": "Split MNIST, class-incremental", "seeds": 3, "methods": [
  { "method": "ewc" }, { "method": "packnet" }, { "method": "replay" }, { "method": "replay", "perClass": 20 }, { "method": "sleep" } ] }`;
