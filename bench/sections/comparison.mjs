import { availableParallelism } from 'node:os';
import path from 'node:path';
import { cli, environment } from '../lethe.mjs';
import { counterpart, hasPython, measured, root, withFolder } from '../processes.mjs';
import { megabytes, number, percent, table } from '../tables.mjs';

export const title = 'A comparison on all cores';

const example = path.join(root, 'examples', 'split-mnist.lethe.json');
const shared = ['none', 'ewc', 'replay'];
/** The network and training of the example. */
const setting = ['--hidden', 256, 256, '--batch', 128, '--optimizer', 'adam', '--learning-rate', 0.001];

export async function measure({ quick, say }) {
  const seeds = quick ? 1 : 5;
  const results = [];
  const add = async (by, work) => {
    results.push({ by, ...(await work()) });
    say(by);
  };
  await add('Lethe native, all six methods', () => lethe('native', seeds));
  await add('Lethe native, the three', () => lethe('native', seeds, shared));
  if (hasPython) await add('avalanche-lib, the three', () => avalanche(seeds));
  await add('Lethe WASM, the three', () => lethe('wasm', seeds, shared));
  return { cores: availableParallelism(), seeds, results };
}

/** From the command to the printed table: the queue keeps all cores busy, one process and one thread for each. */
const lethe = (backend, seeds, methods) =>
  withFolder(async (folder) => {
    const some = methods ? ['--method', ...methods] : [];
    const where = ['--out', folder, '--backend', backend, '--seeds', String(seeds), '--no-report', '--json'];
    const args = [cli, 'run', example, ...where, ...some];
    const { stdout, ...took } = await measured(process.execPath, args, { env: environment });
    const { rows } = JSON.parse(stdout.trim().split('\n').at(-1));
    const accuracies = rows.map(({ key, measures }) => [key, measures.accuracy?.n ? measures.accuracy.mean : null]);
    return { ...took, runs: rows.length * seeds, accuracies: Object.fromEntries(accuracies) };
  });

/** As many processes as cores with one thread each; a process takes its share of the runs one after another. */
async function avalanche(seeds) {
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

export function tables({ cores, seeds, results }) {
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
  return `${cores} cores, ${seeds} seed${seeds === 1 ? '' : 's'}, one pass over each task.\n\n${table([...head, 'accuracy none · EWC · replay'], rows)}`;
}
