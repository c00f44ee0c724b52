// Mean time of a training step (ms), by Lethe's training process, by hand-written PyTorch and by avalanche-lib.
import { everyNetwork, trainedEvents } from './lethe.mjs';
import { counterpart, hasPython, output } from './processes.mjs';
import { ratio, spread, table } from './tables.mjs';

/** Runs long enough for a good mean (ms) that end soon. */
const WINDOW = 700;

/** The network of cases without `hidden`. */
const cnn = { kind: 'cnn', conv: [32, 64], kernel: 3, hidden: [], ...everyNetwork };

/** A case with that network. */
export const smallCnn = { batch: 10, optimizer: 'sgd', learningRate: 0.03, work: 5 };

/** `pace`: about how long a step takes in terms of PyTorch's with one thread, which decides how many are run. */
const letheContenders = {
  compiled: { title: 'Lethe native', backend: 'native', flags: [], pace: 0.5 },
  eager: { title: 'Lethe native, not compiled', backend: 'native', flags: ['--eager'], pace: 2.5 },
  wasm: { title: 'Lethe WASM', backend: 'wasm', flags: [], pace: 3.5 },
};
/** How much longer than the hand-written one a step of avalanche-lib takes, about. */
const PEER_PACE = 2;
const torchVariants = { 1: 'PyTorch', '1t': 'PyTorch tuned', 2: 'PyTorch, 2 threads' };

/**
 * @param cases name, hidden (undefined: the CNN), batch, optimizer, learningRate, method with settings, `work`: about
 *   how long a PyTorch step takes (ms), and `peer`: whether avalanche-lib has a strategy for it
 * @returns for each case its times by contender, one for each repeat; the contenders of a case take turns
 */
export async function measureSteps(cases, names, { repeats, quick, say }) {
  const window = quick ? WINDOW / 10 : WINDOW;
  const results = cases.map(({ name }) => ({ name, times: {} }));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [i, setting] of cases.entries()) {
      const { times } = results[i];
      for (const name of names) (times[name] ??= []).push(await letheTime(setting, letheContenders[name], window));
      for (const [variant, time] of Object.entries(await torchTimes(setting, window)))
        (times[variant] ??= []).push(time);
      const peer = await peerTime(setting, window);
      if (peer !== undefined) (times.peer ??= []).push(peer);
      say(`${setting.name}, repeat ${repeat + 1} of ${repeats}`);
    }
  }
  return results;
}

/** The compiled step of a build, as in `measureSteps`. */
export const compiledTime = (setting, build, quick) =>
  letheTime(setting, { ...letheContenders.compiled, build }, quick ? WINDOW / 10 : WINDOW);

/** The time in the last task, compiling not counted. */
async function letheTime(setting, contender, window) {
  const { hidden, batch, optimizer, learningRate, method, network = {}, tasks = 2, work } = setting;
  const iterations = Math.max(10, Math.round(window / (work * contender.pace)));
  const spec = {
    stream: { tasks },
    network: { ...(hidden ? { hidden } : cnn), ...network },
    training: { batchSize: batch, optimizer, learningRate, iterations },
    evaluation: { points: 1, samples: 1 },
    method: method ?? { method: 'none' },
  };
  const events = await trainedEvents(spec, contender.backend, contender);
  return (1000 * events.findLast(({ type }) => type === 'task-end').seconds.train) / iterations;
}

async function torchTimes(setting, window) {
  if (!hasPython) return {};
  const options = [...counterpartOptions(setting, window), '--variants', ...Object.keys(torchVariants)];
  return JSON.parse(await output(...counterpart('steps.py', options)));
}

/** In avalanche-lib's own training loop; undefined where it has no such strategy, or nothing to run it with. */
async function peerTime(setting, window) {
  if (!hasPython || !setting.peer) return undefined;
  const options = counterpartOptions(setting, window / PEER_PACE);
  return JSON.parse(await output(...counterpart('avalanche_steps.py', options))) ?? undefined;
}

function counterpartOptions({ hidden, batch, optimizer, learningRate, method, work }, window) {
  const options = ['--batch', batch, '--optimizer', optimizer, '--learning-rate', learningRate];
  const network = hidden ? ['--hidden', ...hidden] : [];
  const steps = Math.max(10, Math.round(window / work));
  return [...options, ...network, '--method', method?.method ?? 'none', '--steps', steps];
}

/** Milliseconds by contender, and how much faster the compiled step is. */
export function stepTables(results, names) {
  const columns = [
    ...names.map((name) => [name, letheContenders[name].title]),
    ...Object.keys(torchVariants)
      .sort()
      .map((variant) => [variant, torchVariants[variant]]),
    ...(results.some(({ times }) => times.peer) ? [['peer', 'avalanche-lib']] : []),
  ];
  const times = table(
    ['step', ...columns.map(([, title]) => title)],
    results.map(({ name, times }) => [name, ...columns.map(([key]) => spread(times[key]))]),
  );
  const others = columns.filter(([key]) => key !== 'compiled');
  const ratios = table(
    ['step', ...others.map(([, title]) => `against ${title}`)],
    results.map(({ name, times }) => [name, ...others.map(([key]) => ratio(times[key], times.compiled))]),
  );
  return `Milliseconds: minimum (median).\n\n${times}\n\nHow many times faster the compiled step is, by the minima.\n\n${ratios}`;
}
