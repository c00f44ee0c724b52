import { setTimeout as delay } from 'node:timers/promises';
import { isFinished, type Run } from '../core/run';
import { oneLine } from '../core/visibleText';
import { DeviceMissing, outlookOf, planBatch, startWorkers, type BatchRequest } from '../runs/batches/batches';
import { batchOf } from '../runs/batches/claims';
import { secondsOf, USUAL_TIME, USUAL_WORKERS } from '../runs/batches/terms';
import { ExecutorError } from '../runs/executors/executor';
import { slurm } from '../runs/executors/slurm';
import { storeFolder, type RunPlan, type RunStore } from '../runs/index';
import { InputError } from './exitCodes';
import { parseDevices } from './programs';
import type { RunOptions } from './runCommand';
import type { Terminal } from './terminal';
import { counted } from './words';

/** Between looks at runs that were lost with their worker, until another takes them over (ms). */
const LOOK_AGAIN = 5000;
/** Between looks whether any worker is left (ms). */
const LOOK_FOR_WORKERS = 60_000;

export type ClusterOptions = Pick<
  RunOptions,
  'on' | 'workers' | 'time' | 'memory' | 'sbatch' | 'detach' | 'parallel' | 'threads' | 'device' | 'json'
>;

/** Options that mean something on a cluster alone. @throws InputError for one that is given without it */
export function refuseWithoutCluster(options: ClusterOptions): void {
  const names = ['workers', 'time', 'memory', 'sbatch', 'detach'] as const;
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined) throw new InputError(`--${given} is for runs on a cluster: say --on slurm too.`);
}

/** @throws InputError */
function parseTime(text: string): number {
  const seconds = secondsOf(text);
  if (seconds !== undefined) return seconds;
  throw new InputError(`--time ${text}: give minutes, hours or days, as 90m, 4h or 2d.`);
}

/** `800M`, `4G` as bytes. @throws InputError */
export function parseMemory(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([MG])$/.exec(text) ?? [];
  const bytes = Number(count) * ({ M: 1e6, G: 1e9 }[unit] ?? NaN);
  if (bytes > 0) return bytes;
  throw new InputError(`--memory ${text}: give megabytes or gigabytes, as 800M or 4G.`);
}

/** How many runs at a time the workers of an experiment come to. */
export const atATimeOnCluster = ({ workers = USUAL_WORKERS, parallel = 1 }: ClusterOptions): number =>
  workers * parallel;

/**
 * Queues what is missing for workers on a cluster, and starts them. What waits already in a batch whose workers are all
 * gone goes with them. @throws InputError, RunStoreError, ExecutorError
 */
export async function planOnCluster<Plan extends RunPlan>(
  store: RunStore,
  experiment: string,
  make: (runs: readonly Run[]) => Plan,
  options: ClusterOptions,
  terminal: Terminal,
  dist: string,
): Promise<Plan> {
  const { workers = USUAL_WORKERS, parallel = 1, threads = 1, time = USUAL_TIME, memory, sbatch = [] } = options;
  const request: BatchRequest = {
    ...{ experiment, workers, parallel, threads, options: sbatch },
    seconds: parseTime(time),
    devices: parseDevices(options.device),
    ...(memory !== undefined && { memory: parseMemory(memory) }),
  };
  const missing = await slurm.check();
  if (missing !== undefined) throw new ExecutorError(missing);
  const { plan, batch } = await planBatch(store, make, request, slurm).catch((error: unknown) => {
    if (!(error instanceof DeviceMissing)) throw error;
    const { method, device } = error;
    throw new InputError(
      `${oneLine(method)} needs the device ${device}, and workers have none: add --device ${device}=1, or how many each worker has, and the option by which the cluster gives it, as --sbatch=--gres=gpu:1. Nothing was started.`,
    );
  });
  if (!batch) return plan;
  const { id, runs } = batch;
  const program = { node: process.execPath, dist, store: storeFolder(store.folder) };
  const job = await startWorkers(batch, request, slurm, program).catch((error: unknown) => {
    if (!(error instanceof ExecutorError)) throw error;
    throw new ExecutorError(
      `${error.message}\nIts runs wait in ${id}: the same command, put right, tries again; "lethe stop ${id}" takes them out.`,
    );
  });
  if (options.json) terminal.out(JSON.stringify({ type: 'batch', id, runs: runs.length, job }));
  else terminal.out(`${id}: ${counted(runs.length, 'run')} for job ${job} of Slurm.`);
  return plan;
}

/** Ids of runs that wait for workers on a cluster, or are with one: nobody here has a say in them. */
export async function idsInBatches(store: RunStore, runs: readonly Run[]): Promise<ReadonlySet<string>> {
  const active = runs.filter(({ status }) => !isFinished(status));
  const batches = await Promise.all(active.map(({ manifest }) => batchOf(store.folderOf(manifest.id))));
  return new Set(active.flatMap(({ manifest }, i) => (batches[i] === undefined ? [] : [manifest.id])));
}

/**
 * Waits like `once`, and again while runs that were lost with their worker may be taken over by another. Stops waiting,
 * by `left`, where no worker is left. @returns the runs, and how many of them nobody will train
 */
export async function waitOnCluster(
  store: RunStore,
  ids: readonly string[],
  once: () => Promise<Run[]>,
  left: AbortController,
): Promise<{ readonly runs: readonly Run[]; readonly forsaken: number }> {
  const wanted = new Set(ids);
  let forsaken = 0;
  const look = async () => {
    const runs = (await store.list()).filter(({ manifest }) => wanted.has(manifest.id));
    const outlook = await outlookOf(store, runs, slurm);
    const unfinished = runs.filter(({ status }) => !isFinished(status));
    const isOver = outlook.forsaken.length > 0 && unfinished.length <= outlook.forsaken.length;
    if (!isOver || outlook.forsaken.length < outlook.inBatches.length) return;
    forsaken = outlook.forsaken.length;
    left.abort();
  };
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_FOR_WORKERS);
  try {
    for (;;) {
      const runs = await once();
      if (left.signal.aborted) return { runs, forsaken };
      const outlook = await outlookOf(store, runs, slurm);
      if (outlook.inBatches.length === outlook.forsaken.length) return { runs, forsaken: outlook.forsaken.length };
      await delay(LOOK_AGAIN);
    }
  } finally {
    clearInterval(timer);
  }
}
