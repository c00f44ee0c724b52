import { trainedEvents } from '../lethe.mjs';
import { counterpart, hasPython, output } from '../processes.mjs';
import { ratio, spread, table } from '../tables.mjs';

export const title = 'Between tasks';

/** Of the first four of five tasks, like bench/python/between.py. */
const TASKS = 4;
const STEPS = 60;
const THREADS = [1, 2];
/** Images of the largest task of split MNIST: all of each. */
const ALL = 12_700;

const cases = [
  { name: 'EWC, exact Fisher information', method: { method: 'ewc', lambda: 1, samples: ALL } },
  { name: 'MAS', method: { method: 'mas', lambda: 0.01, samples: ALL } },
  { name: 'GPM, 300 images', method: { method: 'gpm' } },
  { name: 'OGD, 25 gradients', method: { method: 'ogd', perTask: 25 } },
  { name: 'iCaRL, 2 × 100 exemplars', method: { method: 'icarl' }, network: { output: 'sigmoid' } },
];

export async function measure({ quick, repeats, say }) {
  const results = cases.map(({ name }) => ({ name, times: {} }));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [i, setting] of cases.entries()) {
      const steps = quick ? 2 : STEPS;
      const { times } = results[i];
      (times.lethe ??= []).push(await letheSeconds(setting, steps));
      for (const [threads, seconds] of Object.entries(await torchSeconds(setting, steps)))
        (times[threads] ??= []).push(seconds);
      say(`${setting.name}, repeat ${repeat + 1} of ${repeats}`);
    }
  }
  return results;
}

/** Mean of what runs count as the method's own work at the end of a task; compiling is not part of it. */
async function letheSeconds({ method, network = {} }, iterations) {
  const spec = {
    stream: { tasks: TASKS + 1 },
    network: { hidden: [400, 400], ...network },
    training: { batchSize: 128, optimizer: 'sgd', learningRate: 0.01, iterations },
    evaluation: { points: 1, samples: 1 },
    method,
  };
  const events = await trainedEvents(spec, 'native');
  const ends = events.filter(({ type }) => type === 'task-end').slice(0, TASKS);
  return ends.reduce((sum, { seconds }) => sum + seconds.method, 0) / TASKS;
}

async function torchSeconds({ method }, steps) {
  if (!hasPython) return {};
  const args = ['--method', method.method, '--steps', steps, '--threads', ...THREADS];
  return JSON.parse(await output(...counterpart('between.py', args)));
}

export const tables = (results) =>
  `Seconds: minimum (median). The last column is by the minima.\n\n${table(
    ['after a task', 'Lethe native', 'PyTorch', 'PyTorch, 2 threads', 'times faster than PyTorch'],
    results.map(({ name, times }) => [
      name,
      ...['lethe', 1, 2].map((key) => spread(times[key])),
      ratio(times[1], times.lethe),
    ]),
  )}`;
