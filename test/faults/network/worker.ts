/** `worker.js` with times that fit a test: believed for so long is what the network says at most, and that is shorter too. */
import { readBatch } from '../../../src/runs/batches/batchFile';
import { Worker } from '../../../src/runs/batches/worker';
import { slurm, slurmSeat } from '../../../src/runs/executors/slurm';

const times = { look: 150, beat: 1000, silence: 6000, longestSilence: 30_000, parting: 4000 };

async function main([store = '', id = '']: readonly string[]): Promise<void> {
  const found = slurmSeat();
  // A batch that was made just now may not be seen yet.
  const deadline = performance.now() + 20_000;
  let batch = await readBatch(store, id);
  while (!batch && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    batch = await readBatch(store, id);
  }
  if (!found || !batch) throw new Error(`There is no batch ${id}.`);
  const worker = new Worker(store, batch, found, slurm, { node: process.execPath, dist: __dirname }, times);
  process.on('SIGTERM', () => worker.leave());
  console.log(await worker.work());
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
