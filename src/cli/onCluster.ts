import { setTimeout as delay } from 'node:timers/promises';
import type { Run } from '../core/run';
import { mayGoOn, planBatch, startWorkers, type BatchRequest } from '../runs/batches/batches';
import type { Batch } from '../runs/batches/batchFile';
import { ExecutorError } from '../runs/executors/executor';
import { slurm } from '../runs/executors/slurm';
import { storeFolder, type RunPlan, type RunStore } from '../runs/index';
import { InputError } from './exitCodes';
import type { RunOptions } from './runCommand';
import type { Terminal } from './terminal';
import { counted } from './words';

/** Between looks at runs that were lost with their worker, until another takes them over (ms). */
const LOOK_AGAIN = 5000;
const USUAL_WORKERS = 16;
const USUAL_TIME = 4 * 3600;

export type ClusterOptions = Pick<
  RunOptions,
  'on' | 'workers' | 'time' | 'memory' | 'sbatch' | 'detach' | 'parallel' | 'threads' | 'json'
>;

/** Options that mean something on a cluster alone. @throws InputError for one that is given without it */
export function refuseWithoutCluster(options: ClusterOptions): void {
  const names = ['workers', 'time', 'memory', 'sbatch', 'detach'] as const;
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined) throw new InputError(`--${given} is for runs on a cluster: say --on slurm too.`);
}

/** `90m`, `4h`, `2d` as seconds. @throws InputError */
export function parseTime(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const seconds = Number(count) * ({ m: 60, h: 3600, d: 86_400 }[unit] ?? NaN);
  if (seconds >= 60) return seconds;
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
 * gone gets new ones. @throws InputError, RunStoreError, ExecutorError
 */
export async function planOnCluster<Plan extends RunPlan>(
  store: RunStore,
  experiment: string,
  make: (runs: readonly Run[]) => Plan,
  options: ClusterOptions,
  terminal: Terminal,
  dist: string,
): Promise<Plan> {
  const missing = await slurm.check();
  if (missing !== undefined) throw new ExecutorError(missing);
  const { workers = USUAL_WORKERS, parallel = 1, threads = 1, time, memory, sbatch = [] } = options;
  const request: BatchRequest = {
    ...{ experiment, workers, parallel, threads, options: sbatch },
    seconds: time === undefined ? USUAL_TIME : parseTime(time),
    ...(memory !== undefined && { memory: parseMemory(memory) }),
  };
  const { plan, batch, abandoned } = await planBatch(store, make, request, slurm);
  for (const one of [...abandoned, ...(batch ? [batch] : [])]) await start(one, request);
  return plan;

  async function start(one: Batch, needs: BatchRequest): Promise<void> {
    const program = { node: process.execPath, dist, store: storeFolder(store.folder) };
    const job = await startWorkers(one, needs, slurm, program).catch((error: unknown) => {
      if (!(error instanceof ExecutorError)) throw error;
      throw new ExecutorError(
        `${error.message}\nIts runs wait in ${one.id}: the same command tries again, "lethe stop ${one.id}" takes them out.`,
      );
    });
    const atOnce = Math.min(needs.workers, one.workers);
    const said = `${one.id}: ${counted(one.runs.length, 'run')} for ${counted(atOnce, 'worker')}, job ${job} of Slurm.`;
    if (!options.json) terminal.out(said);
    else terminal.out(JSON.stringify({ type: 'batch', id: one.id, runs: one.runs.length, workers: atOnce, job }));
  }
}

/** Waits like `once`, and again while runs that were lost with their worker may be taken over by another. */
export async function untilNobodyGoesOn(
  store: RunStore,
  once: () => Promise<Run[]>,
  left: AbortSignal,
): Promise<Run[]> {
  for (;;) {
    const runs = await once();
    if (left.aborted || !(await mayGoOn(store, runs, slurm))) return runs;
    await delay(LOOK_AGAIN);
  }
}
