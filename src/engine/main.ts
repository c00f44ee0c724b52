import { existsSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { version_core } from '@tensorflow/tfjs-core';
import { manifestSchema, type RunManifest } from '../core/manifest';
import { openBackend } from './backend/backend';
import { testNative } from './backend/selfTest';
import { latestFile, readCheckpoint } from './checkpoint';
import { loadDataset } from './data/index';
import { EventLog } from './log';
import { createMethod } from './methods/index';
import { failureText } from './outOfMemory';
import { Stopped } from './methods/method';
import { splitStream } from './streams/split';
import { Trainer } from './trainer';

/** Exit codes of a training process. */
const exit = { done: 0, failed: 1, stopped: 3 } as const;

/**
 * A training process: a run folder in, events out. `train.js <run folder> [--resume] [--eager]`
 * `--eager`: steps are not compiled. With `--self-test` in place of the folder it only sees whether native TensorFlow works.
 */
async function main([runFolder, ...flags]: readonly string[]): Promise<number> {
  if (runFolder === undefined) throw new Error('usage: train.js <run folder> [--resume] [--eager]');
  if (runFolder === '--self-test') {
    console.log(`TensorFlow ${await testNative(path.join(__dirname, 'wasm'))}`);
    return exit.done;
  }
  const stop = watchForStop(runFolder);
  const log = new EventLog(path.join(runFolder, 'events.jsonl'));
  const end = (status: 'done' | 'stopped' | 'failed', error?: string) => {
    const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
    log.write({
      type: 'ended',
      status,
      ...(error === undefined ? {} : { error }),
      seconds: performance.now() / 1000,
      peakMemoryBytes,
    });
    return exit[status];
  };
  try {
    await train(runFolder, readManifest(runFolder), flags, log, stop.requested);
    return end('done');
  } catch (error) {
    if (error instanceof Stopped) return end('stopped');
    console.error(error);
    return end('failed', failureText(error));
  } finally {
    stop.forget();
    log.close();
  }
}

async function train(
  runFolder: string,
  manifest: RunManifest,
  flags: readonly string[],
  log: EventLog,
  stopRequested: () => boolean,
) {
  const { spec, seed } = manifest;
  const loaded = performance.now();
  const backend = await openBackend(manifest.backend, path.join(__dirname, 'wasm'));
  const opened = performance.now();
  const stream = splitStream(loadDataset(spec.stream.dataset, path.join(__dirname, 'data')), spec.stream, seed);
  const resume = flags.includes('--resume');
  const snapshot = resume && existsSync(path.join(runFolder, latestFile)) ? readCheckpoint(runFolder) : undefined;
  const versions = { lethe: manifest.version ?? 'unknown', tfjs: version_core, node: process.versions.node };
  const trainer = new Trainer({
    manifest,
    runFolder,
    stream,
    backend,
    method: createMethod(spec.methods),
    log,
    eager: flags.includes('--eager'),
    stopRequested,
    versions,
    startSeconds: {
      program: loaded / 1000,
      backend: (opened - loaded) / 1000,
      data: (performance.now() - opened) / 1000,
    },
    host: hostname(),
  });
  await trainer.run(snapshot);
}

function readManifest(runFolder: string): RunManifest {
  const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(path.join(runFolder, 'run.json'), 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`run.json is not as specified: ${issue?.path.join('.')} ${issue?.message}`);
}

/** How often the `stop` marker is looked for (ms). */
const LOOK_EVERY = 200;

/** A stop is asked for by signal, or (where signals cannot be caught) by a file named `stop` in the run folder. */
function watchForStop(runFolder: string) {
  // Who queues a run removes an old marker: one that is there now was put while this process was starting.
  const marker = path.join(runFolder, 'stop');
  let asked = existsSync(marker);
  let lastLook = performance.now();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => (asked = true));
  const requested = () => {
    if (!asked && performance.now() - lastLook > LOOK_EVERY) {
      lastLook = performance.now();
      asked = existsSync(marker);
    }
    return asked;
  };
  return { requested, forget: () => rmSync(marker, { force: true }) };
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(exit.failed);
  },
);
