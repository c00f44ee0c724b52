import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import jsonc from 'jsonc-parser';
import { cli, environment } from '../lethe.mjs';
import { counterpart, hasPython, measured, root, withFolder } from '../processes.mjs';
import { megabytes, number, percent, table } from '../tables.mjs';

export const title = 'A comparison on all cores';

/** What avalanche-lib has too, as we mean it. */
const shared = ['none', 'joint', 'ewc', 'replay'];

const online = {
  name: 'Split MNIST, online',
  stream: { dataset: 'mnist', kind: 'split', tasks: 5, scenario: 'class' },
  network: { kind: 'mlp', hidden: [100, 100] },
  training: { optimizer: 'sgd', learningRate: 0.03, batchSize: 10, epochs: 1 },
  seeds: 5,
  methods: [
    { method: 'none' },
    { method: 'joint' },
    { method: 'ewc', lambda: 10 },
    { method: 'packnet', prune: 0.5 },
    { method: 'replay', perClass: 100 },
    { method: 'sleep' },
  ],
};

/** Tested as avalanche-lib tests here: on the whole test set after each task, and nothing else. */
const asSeldom = (experiment) => (folder) => {
  const text = readFileSync(experiment(folder), 'utf8');
  const evaluation = { points: 0, dense: 0, answers: false, interference: 0 };
  const file = path.join(folder, 'seldom.lethe.json');
  writeFileSync(file, jsonc.applyEdits(text, jsonc.modify(text, ['evaluation'], evaluation, {})));
  return file;
};

/** One pass over each task. `peer`: the same network and training for avalanche-lib. */
const settings = [
  {
    title: 'The example: 784-256-256-10, batch 128, Adam',
    experiment: () => path.join(root, 'examples', 'split-mnist.lethe.json'),
    peer: ['--hidden', 256, 256, '--batch', 128, '--optimizer', 'adam', '--learning-rate', 0.001],
  },
  {
    title: 'Online: 784-100-100-10, batch 10, SGD',
    experiment: (folder) => {
      const file = path.join(folder, 'online.lethe.json');
      writeFileSync(file, JSON.stringify(online));
      return file;
    },
    peer: ['--hidden', 100, 100, '--batch', 10, '--optimizer', 'sgd', '--learning-rate', 0.03, '--strength', 10],
  },
];

export async function measure({ quick, say }) {
  const seeds = quick ? 1 : 5;
  const groups = [];
  for (const { title, experiment, peer } of settings) {
    const results = [];
    const add = async (by, work) => {
      results.push({ by, ...(await work()) });
      say(`${title}, ${by}`);
    };
    await add('Lethe native, all six methods', () => lethe(experiment, 'native', seeds));
    await add('Lethe native, the four', () => lethe(experiment, 'native', seeds, shared));
    await add('Lethe native, the four, tested as seldom as avalanche-lib', () =>
      lethe(asSeldom(experiment), 'native', seeds, shared),
    );
    if (hasPython) await add('avalanche-lib, the four', () => avalanche(peer, seeds));
    await add('Lethe WASM, the four', () => lethe(experiment, 'wasm', seeds, shared));
    groups.push({ title, results });
  }
  return { cores: availableParallelism(), seeds, groups };
}

/** From the command to the printed table: the queue keeps all cores busy, with one process for each and one thread. */
const lethe = (experiment, backend, seeds, methods) =>
  withFolder(async (folder) => {
    const some = methods ? ['--method', ...methods] : [];
    const where = ['--out', folder, '--backend', backend, '--seeds', String(seeds), '--no-report', '--json'];
    const args = [cli, 'run', experiment(folder), ...where, ...some];
    const { stdout, ...took } = await measured(process.execPath, args, { env: environment });
    const { rows } = JSON.parse(stdout.trim().split('\n').at(-1));
    const accuracies = rows.map(({ key, measures }) => [key, measures.accuracy?.n ? measures.accuracy.mean : null]);
    return { ...took, runs: rows.length * seeds, accuracies: Object.fromEntries(accuracies) };
  });

/** As many processes as cores with one thread each; a process takes its share of the runs one after another. */
async function avalanche(setting, seeds) {
  const processes = availableParallelism();
  const runs = shared.flatMap((method) => Array.from({ length: seeds }, (_, i) => `${method}:${i + 1}`));
  const shares = Array.from({ length: processes }, (_, p) => runs.filter((_, i) => i % processes === p));
  const took = await Promise.all(
    shares
      .filter((share) => share.length > 0)
      .map((share) => measured(...counterpart('avalanche_runs.py', ['--runs', ...share, ...setting]))),
  );
  const done = took.flatMap(({ stdout }) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
  const meanOf = (method) => {
    const values = done.filter((run) => run.method === method).map(({ accuracy }) => accuracy);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    wall: Math.max(...took.map(({ wall }) => wall)),
    cpu: took.reduce((sum, { cpu }) => sum + cpu, 0),
    peak: Math.max(...took.map(({ peak }) => peak)),
    runs: runs.length,
    accuracies: Object.fromEntries(shared.map((method) => [method, meanOf(method)])),
  };
}

export function tables({ cores, seeds, groups }) {
  const count = `${cores} cores, ${seeds} seed${seeds === 1 ? '' : 's'}, one pass over each task.`;
  return [count, ...groups.map(({ title, results }) => `${title}\n\n${resultsTable(results)}`)].join('\n\n');
}

function resultsTable(results) {
  const peer = results.find(({ by }) => by.startsWith('avalanche'));
  const shown = (value) => (typeof value === 'number' ? percent(value) : '–');
  const rows = results.map(({ by, wall, cpu, peak, runs, accuracies }) => [
    by,
    String(runs),
    number(wall),
    number(cpu),
    number(wall / runs),
    peer?.runs === runs ? `${number(peer.wall / wall)}×` : '–',
    megabytes(peak),
    shared.map((method) => shown(accuracies[method])).join(' · '),
  ]);
  const head = [
    'what',
    'runs',
    'wall (s)',
    'CPU (s)',
    'wall for each run (s)',
    'avalanche-lib takes',
    'peak of a process',
  ];
  return table([...head, 'accuracy none · joint · EWC · replay'], rows);
}
