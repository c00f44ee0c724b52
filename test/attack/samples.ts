import type { RunEvent } from '../../src/core/events';
import type { Experiment } from '../../src/core/experiment';
import { RUN_FORMAT, type OwnManifest, type RunManifest } from '../../src/core/manifest';
import { actions, type FromWebview, type PageRequest } from '../../src/core/fromWebview';
import type { ToWebview } from '../../src/core/messages';
import { emptyRun, foldEvents } from '../../src/core/runModel';
import { shownState } from '../../src/core/stateChange';
import { parseExperiment } from '../../src/core/parse';
import { sampleViews } from '../../src/core/testViews';
import { forkOf } from '../../src/runs/fork';
import { specHash, specOf } from '../../src/runs/index';
import { tinyExperiment } from './tinyExperiment';

/** What is mutated: one valid file, line or message of every kind. */

export const sampleExperiment: Experiment = parsed();

function parsed(): Experiment {
  const { experiment, problems } = parseExperiment(JSON.stringify({ ...tinyExperiment, seeds: 3 }));
  if (!experiment) throw new Error(problems.map(({ message }) => message).join('\n'));
  return experiment;
}

/** The manifest of a run of the sample experiment, as `lethe run` writes it. */
export function sampleManifest(index: number, seed: number, id = `sample-${index}-${seed}`): OwnManifest {
  const variant = sampleExperiment.variants[index % sampleExperiment.variants.length];
  if (!variant) throw new Error('The sample experiment has no variants.');
  const spec = specOf(sampleExperiment, variant);
  return {
    lethe: RUN_FORMAT,
    trainer: 'lethe',
    id,
    created: 1_790_000_000_000 + seed,
    experiment: { name: sampleExperiment.name, file: 'tiny.lethe.json' },
    variant: { key: variant.key, label: variant.label, hash: specHash(spec) },
    seed,
    backend: 'wasm',
    spec,
    version: '0.1.0',
  };
}

/** The manifest of a run that was forked from such a one. */
export function forkedManifest(index: number, seed: number, id = `fork-${index}-${seed}`): OwnManifest {
  const parent = { manifest: sampleManifest(index, seed), status: 'done' as const, state: emptyRun() };
  return { ...forkOf(parent, { afterTask: 1, changes: { 'training.learningRate': 0.05 } }), id };
}

/** The manifest of a run of another program, or of a command, in words of its own. */
export function foreignManifest(index: number, seed: number, id = `foreign-${index}-${seed}`): RunManifest {
  const trainer =
    index % 2 === 0
      ? { trainer: 'program' as const, program: 'Avalanche 0.6' }
      : { trainer: 'command' as const, command: ['python', 'train.py', '--er'] };
  return {
    ...trainer,
    lethe: RUN_FORMAT,
    id,
    created: 1_790_000_000_000 + seed,
    experiment: { name: 'Split CIFAR-100' },
    variant: { key: `er-${index}`, label: `ER ${index}`, hash: `er-${index}` },
    seed,
    backend: 'auto',
    spec: {
      stream: { dataset: 'cifar100', tasks: TASKS, scenario: 'class', 'crop.padding': 4 },
      network: { kind: 'resnet18', width: 20, norm: null, layers: [{ kind: 'conv', filters: [20, 20] }] },
      training: { optimizer: 'adamw', weightDecay: 0.01, learningRate: 10 ** -index, amp: true },
      evaluation: {},
      methods: [{ method: 'er', settings: { buffer: 200, sampler: { kind: 'reservoir' } } }],
    },
  };
}

const TASKS = 3;
const STEPS = 8;
const at = 1_790_000_000_000;
const accuracies = (task: number) => Array.from({ length: TASKS }, (_, i) => (i > task ? 0 : 0.9 - 0.1 * (task - i)));

const startOf: RunEvent = {
  type: 'started',
  at,
  schema: 1,
  pid: 4_000_000,
  host: 'elsewhere',
  backend: { name: 'wasm', version: '4.22.0', why: 'asked for by name', threads: 1 },
  versions: { lethe: '0.1.0', node: '20.19.0' },
  data: { 'train-images': 'ab12'.repeat(16) },
  tasks: Array.from({ length: TASKS }, (_, i) => ({
    name: `${2 * i}, ${2 * i + 1}`,
    classes: [2 * i, 2 * i + 1],
    train: 64,
    test: 20,
  })),
  steps: Array.from({ length: TASKS }, () => STEPS),
  parameters: 15_910,
  seconds: { program: 0.1, backend: 0.2, data: 0.3 },
};

const IMAGES = 20;

/** What the images of each task were taken for: right, or for the first class of the newest task. */
function answersAfter(task: number): RunEvent {
  const tasks = Array.from({ length: task + 1 }, (_, i) => i);
  return {
    ...{ type: 'confusion', at: at + task, task, tasks, among: 'all' },
    examples: tasks.map(() => IMAGES),
    right: tasks.map((own) => (own === task ? 18 : 12)),
    ownTask: tasks.map((own) => (own === task ? IMAGES : 14)),
    newest: tasks.map((own) => (own === task ? IMAGES : 6)),
    cells: {
      task: tasks,
      label: tasks.map((own) => 2 * own),
      takenTask: tasks.map(() => task),
      takenLabel: tasks.map(() => 2 * task),
      count: tasks.map(() => 6),
    },
    unlisted: 3,
  };
}

const forgottenAfter = (task: number): RunEvent => ({
  ...{ type: 'forgotten', at: at + task, task, tasks: [0], examples: [IMAGES], lost: [4], regained: [1] },
  list: { index: [3, 9], task: [0, 0], label: [0, 1], takenTask: [task, task], takenLabel: [2 * task, 2 * task + 1] },
});

const taskOf = (task: number): RunEvent[] => [
  { type: 'task-start', at: at + task, task, steps: STEPS + 2 },
  { type: 'plan', at: at + task, task, step: 0, steps: STEPS },
  { type: 'step', at: at + task, task, step: 4, loss: 0.7 },
  { type: 'eval', at: at + task, task, step: 4, accuracy: accuracies(task), taskAware: accuracies(task), samples: 20 },
  { type: 'validation', at: at + task, task, step: 4, loss: 0.6, accuracy: 0.8 },
  { type: 'metrics', at: at + task, task, step: 4, values: { 'learning rate': 0.1, norm: null } },
  { type: 'phase', at: at + task, task, name: 'fisher', done: 0.5, note: 'half of it' },
  { type: 'network', at: at + task, task, parameters: 15_910 + 100 * task },
  { type: 'step', at: at + task, task, step: STEPS, loss: 0.2 },
  { type: 'mechanism', at: at + task, task, method: 'packnet', views: [...sampleViews] },
  answersAfter(task),
  {
    type: 'task-end',
    at: at + task,
    task,
    accuracy: accuracies(task),
    taskAware: accuracies(task).map(() => null),
    memoryBytes: 1024 * task,
    seconds: { train: 1, evaluate: 0.5 },
  },
  ...(task === 0 ? [] : [forgottenAfter(task)]),
  { type: 'interference', at: at + task, task, step: 4, cosine: task === 0 ? null : -0.25, images: 20 },
  {
    type: 'checkpoint',
    at: at + task,
    task: task + 1,
    step: 0,
    file: 'checkpoints/latest.safetensors',
    sha256: '0f'.repeat(32),
  },
];

/** A whole log, with an event of every type in it. */
export const sampleEvents: readonly RunEvent[] = [
  startOf,
  { type: 'baseline', at, accuracy: accuracies(-1), taskAware: accuracies(-1) },
  ...taskOf(0),
  { type: 'warning', at: at + 1, message: 'Steps are not compiled, so the run takes longer.' },
  ...taskOf(1),
  {
    type: 'resumed',
    at: at + 2,
    task: 2,
    step: 0,
    steps: STEPS,
    pid: 4_000_001,
    host: 'elsewhere',
    backend: { name: 'wasm', version: '4.22.0' },
  },
  ...taskOf(2),
  { type: 'ended', at: at + 9, status: 'done', seconds: 2.5, peakMemoryBytes: 170_000_000 },
];

/** `process.json`. The process is one that cannot be: no system gives such a pid. */
export const sampleProcess = {
  token: '0123456789abcdef01234567',
  at,
  process: {
    host: 'elsewhere',
    machine: '0123456789abcdef',
    boot: 'b',
    pidSpace: 'pid:[1]',
    pid: 2 ** 22 + 1,
    startTime: '12345',
  },
};
export const sampleMarker = { at, order: 1, resume: true };
export const sampleQueue = { parallel: 2, threads: 1, stopTimeout: 10_000 };

/** One of each kind, and a little more. */
export const requests: readonly PageRequest[] = [
  { kind: 'curve', runs: ['sample-0-1', 'sample-0-1'], measure: 'accuracy', from: 2, to: 20, points: 64 },
  { kind: 'curve', runs: ['sample-0-1'], measure: 'taskAware', points: 200, thin: 'even' },
  { kind: 'metric', runs: ['sample-0-1'], name: 'rate', points: 64 },
  { kind: 'mechanisms', run: 'sample-0-1' },
  { kind: 'confusions', run: 'sample-0-1', task: 1 },
  { kind: 'forgotten', run: 'sample-0-1', task: 2 },
  { kind: 'analyses', run: 'sample-0-1' },
  { kind: 'several', run: 'sample-0-1', name: 'path-0123456789ab' },
  { kind: 'images', run: 'sample-0-1', part: 'test', index: [0, 9999], task: [0, 1] },
];

export const messagesOfPage: readonly FromWebview[] = [
  { type: 'ready' },
  { type: 'resync', have: 3 },
  ...actions.map((action): FromWebview => ({
    type: 'action',
    action,
    variant: 'ewc',
    run: 'sample-1-1',
    text: 'Method\tAccuracy',
  })),
  ...requests.map((request, id): FromWebview => ({ type: 'ask', id, request })),
  { type: 'cancel', id: 3 },
  { type: 'cspViolation', directive: 'script-src', blocked: 'inline' },
  { type: 'error', message: 'something' },
];

export const messagesOfHost: readonly ToWebview[] = [
  { type: 'heartbeat', seq: 3 },
  {
    type: 'snapshot',
    seq: 1,
    view: { name: 'Tiny', variants: [], seeds: [1, 2, 3], trusted: true },
    runs: [{ manifest: sampleManifest(0, 1), status: 'done', state: shownState(foldEvents(sampleEvents)) }],
  },
  { type: 'reply', id: 1, reply: [] },
  { type: 'refused', id: 2, why: 'unknown run' },
  { type: 'delta', seq: 2, runs: [{ id: 'sample-0-1', state: { set: { step: 3, error: null } }, status: 'running' }] },
];
