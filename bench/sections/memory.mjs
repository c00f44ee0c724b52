import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment, prepareRun, readEvents, train } from '../lethe.mjs';
import { withFolder } from '../processes.mjs';
import { megabytes, table } from '../tables.mjs';

export const title = 'Memory over a long run';

/** How often the system is asked (ms). */
const SAMPLE_EVERY = 100;
const BATCH = 10;
const HIDDEN = [100, 100];

export async function measure({ quick, say }) {
  const results = [];
  for (const backend of ['wasm', 'native']) {
    results.push({ backend, ...(await watchedRun(backend, quick ? 100 : 4000)) });
    say(backend);
  }
  return results;
}

/** Resident memory (bytes) of a run's process as its tasks end, at its end, and at its highest. Only Linux tells. */
const watchedRun = (backend, iterations) =>
  withFolder(async (folder) => {
    const training = { optimizer: 'adam', learningRate: 0.001, batchSize: BATCH, iterations };
    prepareRun(folder, { network: { hidden: HIDDEN }, training, method: { method: 'replay' } }, backend);
    const child = spawn(process.execPath, [train, folder], {
      env: { ...process.env, ...environment },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const samples = [];
    while (child.exitCode === null) {
      const sample = residentMemory(child.pid);
      if (sample) samples.push({ at: Date.now(), ...sample });
      await sleep(SAMPLE_EVERY);
    }
    if ((await ended) !== 0) throw new Error(`the ${backend} run failed`);
    const ends = readEvents(folder).filter(({ type }) => type === 'task-end');
    return {
      steps: iterations * ends.length,
      afterTasks: ends.map(({ at }) => samples.findLast((sample) => sample.at <= at)?.resident),
      last: samples.at(-1)?.resident,
      peak: samples.at(-1)?.peak,
    };
  });

function residentMemory(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytes = (name) => 1024 * Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1]);
    const sample = { resident: bytes('VmRSS'), peak: bytes('VmHWM') };
    return Number.isFinite(sample.resident) ? sample : undefined;
  } catch {
    return undefined;
  }
}

export function tables(results) {
  const shown = (bytes) => (bytes === undefined ? '–' : megabytes(bytes));
  const tasks = results[0]?.afterTasks.length ?? 0;
  const head = [
    'backend',
    'steps',
    ...Array.from({ length: tasks }, (_, i) => `after task ${i + 1}`),
    'at the end',
    'peak',
  ];
  const rows = results.map(({ backend, steps, afterTasks, last, peak }) => [
    backend,
    String(steps),
    ...afterTasks.map(shown),
    shown(last),
    shown(peak),
  ]);
  return `784-${HIDDEN.join('-')}-10, batch ${BATCH}, Adam, replay.\n\n${table(head, rows)}`;
}
