import { spawn } from 'node:child_process';
import { readFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { environment, prepareRun, train } from '../lethe.mjs';
import { output, withFolder } from '../processes.mjs';
import { number, spread, table } from '../tables.mjs';

export const title = 'A loss landscape';

const HIDDEN = [400, 400];
const POINTS = 41;
/** Test images of each task, and how long it may take at most (s). */
const cases = [
  { samples: 250, budget: { first: 3 } },
  { samples: 500, budget: { whole: 30 } },
];
const methods = ['none', 'replay'];

/** Each landscape is a process of its own, as `lethe landscape` starts it; both sizes take turns. */
export async function measure({ quick, repeats, say }) {
  return withFolder(async (folder) => {
    const runs = [];
    for (const method of methods) runs.push(await trainedRun(folder, method, quick ? 5 : 200));
    say('runs trained');
    // As the picture of the documentation: through three checkpoints, with all ten drawn.
    const [none, replay] = runs;
    const named = [{ folder: none, task: 0 }, { folder: none, task: 1 }, { folder: replay }];
    const times = cases.map(({ samples, budget }) => ({ samples, budget, first: [], whole: [], cpu: [] }));
    for (let repeat = 0; repeat < repeats; repeat++)
      for (const one of times) {
        const settings = { plane: 'checkpoints', points: quick ? 5 : POINTS, samples: quick ? 10 : one.samples };
        const { first, whole, cpu } = await landscapeOf(named, settings);
        one.first.push(first);
        one.whole.push(whole);
        if (cpu !== undefined) one.cpu.push(cpu);
        say(`${one.samples} images a task, repeat ${repeat + 1} of ${repeats}`);
      }
    return times;
  });
}

async function trainedRun(parent, method, iterations) {
  const folder = path.join(parent, method);
  mkdirSync(folder);
  const spec = {
    id: method,
    stream: { scenario: 'domain' },
    network: { hidden: HIDDEN },
    training: { optimizer: 'sgd', learningRate: 0.05, iterations },
    method: { method },
  };
  prepareRun(folder, spec, 'native');
  await output(process.execPath, [train, folder], { env: environment });
  return folder;
}

/** Seconds from the start of the process to the first picture and to the whole, and of the processor up to that. */
function landscapeOf(named, settings) {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const args = ['--analyse-several', 'landscape', JSON.stringify(named), '--settings', JSON.stringify(settings)];
  const child = spawn(process.execPath, [train, ...args, '--fresh'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    let [words, first, found] = ['', undefined, undefined];
    child.stderr.on('data', (bytes) => (words += bytes));
    child.on('message', ({ type, message }) => {
      if (type === 'coarse') first ??= seconds();
      if (type === 'failed') words = message;
      if (type === 'result') found = { first, whole: seconds(), cpu: processorSeconds(child.pid) };
    });
    child.once('error', reject);
    child.once('close', () => (found ? resolve(found) : reject(new Error(words.slice(-2000)))));
  });
}

/** Of a process that is alive, in all its threads; undefined where the system does not tell. */
function processorSeconds(pid) {
  try {
    // After the name in parentheses: state is the third field, user and system time are the 14th and 15th, in hundredths.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

export function tables(results) {
  const within = (values, most) => (most === undefined ? spread(values) : `${spread(values)}, at most ${number(most)}`);
  const rows = results.map(({ samples, budget, first, whole, cpu }) => [
    String(samples),
    within(first, budget.first),
    within(whole, budget.whole),
    spread(cpu),
  ]);
  const head = ['images a task', 'first picture (s)', 'whole (s)', 'processor (s)'];
  return `784-${HIDDEN.join('-')}-2, native, ${POINTS} × ${POINTS} points, ten checkpoints on all test images.\n\n${table(head, rows)}`;
}
