// Training processes of Lethe, started as the queue starts them: a run folder in, events out.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { measured, output, root, withFolder } from './processes.mjs';

/** A build: the folder with its train.js, and what a run's manifest has to say for it. */
export const ownBuild = { folder: path.join(root, 'dist'), format: { lethe: 2, trainer: 'lethe' } };
/** What manifests said before. */
const earlierFormats = [{ lethe: 1 }];

export const train = path.join(ownBuild.folder, 'train.js');
export const cli = path.join(root, 'dist', 'cli.js');

/** As in the queue (src/runs/trainingProcess.ts). */
export const environment = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
  GLIBC_TUNABLES: 'glibc.malloc.tcache_count=127',
};

export const everyNetwork = { bias: true, dropout: 0, output: 'softmax', init: 'fan-in' };

const defaults = {
  stream: { dataset: 'mnist', kind: 'split', tasks: 5, scenario: 'class', classOrder: 'fixed' },
  network: { kind: 'mlp', hidden: [400, 400], ...everyNetwork },
  training: { optimizer: 'adam', learningRate: 0.001, momentum: 0, batchSize: 128 },
  evaluation: { points: 10, samples: 200 },
  method: { method: 'none' },
};

/** A run's settings are complete: nothing fills in what is missing. */
const methodDefaults = {
  ewc: { form: 'plain', lambda: 1e5, online: false, gamma: 1, fisher: 'exact', fisherBatch: 128 },
  icarl: {
    ...{ budget: 'per-class', perClass: 100, size: 2000, selection: 'herding' },
    ...{ activeClasses: 'all', temperature: 1, mirrored: false },
  },
  replay: { buffer: 'per-class', perClass: 100, size: 1000, mixing: 'balanced' },
  packnet: { prune: 0.5, retrain: 0.5 },
  si: { variant: 'zenke', c: 1, xi: 0.001, resetOptimizer: true },
  mas: { lambda: 1, importance: 'batch', batchSize: 200, tasks: 'sum' },
  rwalk: { lambda: 1, form: 'code', alpha: 0.9, every: 10, xi: 0.001 },
  lwf: { lambda: 1, temperature: 2, weighting: 'once', outputs: 'all', warmUp: 0 },
  agem: { perClass: 25, batchSize: 256 },
  ogd: { variant: 'gtl', perTask: 200, plus: 'off' },
  gpm: { threshold: [0.95, 0.99], thresholdGrowth: 0, samples: 300 },
  sam: { rho: 0.05 },
};

/**
 * Makes a run folder of `folder`. `spec` says what differs from the defaults; a network of its own replaces theirs. `id` tells it
 * from other runs that are looked at together.
 */
export function prepareRun(
  folder,
  { id: run = 'bench', stream, network, training, evaluation, method },
  backend,
  { format } = ownBuild,
) {
  const { method: id, ...settings } = method ?? defaults.method;
  const spec = {
    stream: { ...defaults.stream, ...stream },
    network: network?.kind ? network : { ...defaults.network, ...network },
    training: { ...defaults.training, ...training },
    evaluation: { ...defaults.evaluation, ...evaluation },
    methods: [{ method: id, settings: { ...methodDefaults[id], ...settings } }],
  };
  const manifest = {
    ...format,
    id: run,
    created: 0,
    experiment: { name: 'bench' },
    variant: { key: 'bench', label: 'bench', hash: '' },
    seed: 1,
    backend,
    spec,
  };
  writeFileSync(path.join(folder, 'run.json'), JSON.stringify(manifest));
}

export function readEvents(folder) {
  const lines = readFileSync(path.join(folder, 'events.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** Trains a run and returns its events. `flags` are those of the training process (`--eager`). */
export async function trainedEvents(spec, backend, { flags = [], build = ownBuild } = {}) {
  return withFolder(async (folder) => {
    prepareRun(folder, spec, backend, build);
    await output(process.execPath, [path.join(build.folder, 'train.js'), folder, ...flags], { env: environment });
    return readEvents(folder);
  });
}

/** Another build of Lethe, this version's or an earlier one's. @throws Error when it trains nothing */
export async function buildIn(folder) {
  const failures = [];
  for (const format of [ownBuild.format, ...earlierFormats]) {
    const build = { folder: path.resolve(folder), format };
    const failure = await trainedEvents(shortRun, 'native', { build }).then(
      () => undefined,
      (error) => error,
    );
    if (!failure) return build;
    failures.push(failure.message);
  }
  throw new Error(`The build in ${folder} trains nothing:\n${failures.join('\n')}`);
}

/** Only shows that training works, and with what. */
export const shortRun = { training: { iterations: 1 }, evaluation: { points: 1, samples: 1 } };

/** Trains a run and returns its events with what its process took. */
export async function measuredRun(spec, backend) {
  return withFolder(async (folder) => {
    prepareRun(folder, spec, backend);
    const { wall, cpu, peak } = await measured(process.execPath, [train, folder], { env: environment });
    return { wall, cpu, peak, events: readEvents(folder) };
  });
}

/** Seconds of a run by part: `start` is all before the first event, the others are sums over tasks. */
export function secondsOf(events) {
  const { seconds: start = {} } = events.find(({ type }) => type === 'started');
  const sums = { start: Object.values(start).reduce((sum, seconds) => sum + seconds, 0) };
  for (const { seconds } of events.filter(({ type }) => type === 'task-end'))
    for (const [part, value] of Object.entries(seconds)) sums[part] = (sums[part] ?? 0) + value;
  return sums;
}

/** Final accuracy: the mean over tasks after the last one. */
export function accuracyOf(events) {
  const { accuracy } = events.findLast(({ type }) => type === 'task-end');
  return accuracy.reduce((sum, value) => sum + value, 0) / accuracy.length;
}
