import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cli, environment, prepareRun, train } from '../lethe.mjs';
import { withFolder } from '../processes.mjs';
import { spread, table } from '../tables.mjs';

export const title = 'Start';

/** How often the log is looked at (ms). */
const LOOK_EVERY = 2;
/** A run that ends soon. */
const experiment = {
  name: 'start',
  training: { iterations: 1 },
  seeds: 1,
  bounds: false,
  methods: [{ method: 'none' }],
};

export async function measure({ quick, repeats, say }) {
  const results = [];
  for (const backend of ['wasm', 'native']) {
    const times = { backend, process: [], command: [] };
    results.push(times);
    for (let repeat = 0; repeat < (quick ? 1 : repeats + 2); repeat++) {
      times.process.push(await processStart(backend));
      times.command.push(await commandStart(backend));
    }
    say(backend);
  }
  return results;
}

/** Seconds from the start of the training process to the first line of its log. */
const processStart = (backend) =>
  withFolder(async (folder) => {
    prepareRun(folder, { training: { iterations: 1 }, evaluation: { points: 1, samples: 1 } }, backend);
    return secondsToFirstEvent([train, folder], () => folder, folder);
  });

/** Seconds from the start of `lethe run` to the first line of the log of the run that it queues. */
const commandStart = (backend) =>
  withFolder(async (folder) => {
    const file = path.join(folder, 'start.lethe.json');
    writeFileSync(file, JSON.stringify(experiment));
    const args = ['run', file, '--out', folder, '--backend', backend, '--no-report'];
    return secondsToFirstEvent([cli, ...args], () => onlyRun(path.join(folder, '.lethe', 'runs')), folder);
  });

async function secondsToFirstEvent(args, runFolder, folder) {
  const log = openSync(path.join(folder, 'output.txt'), 'a');
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', log, log],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let seconds;
  while (seconds === undefined && child.exitCode === null) {
    if (hasEvent(runFolder())) seconds = (performance.now() - start) / 1000;
    else await sleep(LOOK_EVERY);
  }
  await ended;
  closeSync(log);
  if (seconds === undefined) throw new Error(`no event:\n${readFileSync(path.join(folder, 'output.txt'), 'utf8')}`);
  return seconds;
}

function onlyRun(runs) {
  const [name] = namesIn(runs).filter((each) => !each.startsWith('.'));
  return name && path.join(runs, name);
}

function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function hasEvent(folder) {
  try {
    return folder !== undefined && readFileSync(path.join(folder, 'events.jsonl'), 'utf8').includes('\n');
  } catch {
    return false;
  }
}

export const tables = (results) =>
  table(
    ['backend', 'training process to first event (s)', 'lethe run to first event (s)'],
    results.map(({ backend, process, command }) => [backend, spread(process), spread(command)]),
  );
