import { setTimeout as delay } from 'node:timers/promises';
import { readBatch } from './batches/batchFile';
import { Worker } from './batches/worker';
import { slurm, slurmSeat } from './executors/slurm';

/** One that is sent away waits so long to be ended (ms): only then does the executor start it again elsewhere. */
const LONGEST_FAREWELL = 15 * 60_000;

/** Entry of a worker: `node worker.js <workspace>/.lethe <batch>`, started by Slurm. */
async function main([store, id]: readonly string[]): Promise<number> {
  const found = slurmSeat();
  if (store === undefined || id === undefined || !found) {
    console.error('Usage: node worker.js <workspace>/.lethe <batch>, as a job of Slurm');
    return 2;
  }
  const batch = await readBatch(store, id);
  if (!batch) {
    console.error(`There is no batch ${id} in ${store}.`);
    return 2;
  }
  const { seat, until = Date.now() + batch.seconds * 1000 } = found;
  const worker = new Worker(store, batch, { seat, until }, slurm, { node: process.execPath, dist: __dirname });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => worker.leave());
  const end = await worker.work();
  console.log(`${new Date().toISOString()} ${end}`);
  if (end === 'cannot start') {
    console.error('Nothing can be trained here: what the runs printed is in their output.log.');
    return 1;
  }
  if (end === 'time is up') await slurm.again(seat);
  if (end !== 'done') await delay(LONGEST_FAREWELL);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
