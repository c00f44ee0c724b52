import type { Batch } from '../batches/batchFile';
import type { Seat } from '../batches/workerFile';

/** How a worker is given its machine. */
export interface WorkerNeeds {
  /** Workers at a time. */
  readonly workers: number;
  /** Bytes of memory that a worker needs; the executor's own default when left out. */
  readonly memory?: number;
  /** Options of the executor's own, passed through as they are: partition, account and the like. */
  readonly options: readonly string[];
}

/** What the executor starts for each worker, on a machine that sees the same folders. */
export interface WorkerProgram {
  readonly node: string;
  /** Folder with worker.js. */
  readonly dist: string;
  readonly store: string;
}

export interface StartedJob {
  /** What the executor calls it. */
  readonly job: string;
  /** The cluster that it was given to, where that is said. */
  readonly cluster?: string;
}

/** How a job stands. `waiting` tells why. */
export interface JobState {
  /** The places of workers that have a machine. */
  readonly running: ReadonlySet<number>;
  /** Workers that wait for one. */
  readonly waiting: number;
  /** Why they wait, in the executor's own words. */
  readonly reason?: string;
}

/**
 * How workers get machines. Nothing else of Lethe knows which one it is: how runs stand is said by their folders alone.
 * The executor of this machine is the keeper (keeperLoop.ts), which needs none of this.
 */
export interface Executor {
  readonly name: Batch['executor'];
  /** Undefined when workers can be had; else what is missing, in a sentence. */
  check(): Promise<string | undefined>;
  /** The name of the cluster that it asks from this machine; undefined where that says none. */
  cluster(): Promise<string | undefined>;
  /** Starts workers for a batch. @throws ExecutorError */
  start(batch: Batch, needs: WorkerNeeds, program: WorkerProgram): Promise<StartedJob>;
  /** How jobs of batches stand; those that are not there are over. Undefined where the executor cannot be asked now. */
  look(jobs: readonly string[]): Promise<ReadonlyMap<string, JobState> | undefined>;
  /** The jobs of this user that were started for a batch, by what the executor itself says. Undefined as above. */
  find(batch: string): Promise<readonly string[] | undefined>;
  /** Ends the workers of a batch, or those that still wait for a machine. @throws ExecutorError */
  cancel(batch: string, jobs: readonly string[], which: 'all' | 'waiting'): Promise<void>;
  /** A worker asks for its place again, since its time is up and there is more to do. @throws ExecutorError */
  again(seat: Seat): Promise<void>;
}

/** The executor refused; the message says why and is fit to be shown as it is. */
export class ExecutorError extends Error {
  override readonly name = 'ExecutorError';
}
