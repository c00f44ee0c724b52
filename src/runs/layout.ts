import { join } from 'node:path';

/** The store of a workspace folder. */
export const storeFolder = (workspace: string): string => join(workspace, '.lethe');
/** Holds one folder per run, named by the run's id. */
export const runsFolder = (store: string): string => join(store, 'runs');
/** Presence files of queue keepers (lock.ts). */
export const keeperFolder = (store: string): string => join(store, 'keeper');
/** Presence files of those who plan and queue runs (lock.ts). */
export const planningFolder = (store: string): string => join(store, 'planning');
/** Presence files of those who analyse finished runs, one at a time (lock.ts). */
export const analysingFolder = (store: string): string => join(store, 'analysing');
/** What the last submitter asked for (queue.ts). */
export const queueFile = (store: string): string => join(store, 'queue.json');
/** Holds one folder for each batch of runs that was given to workers on other machines, named by the batch's id. */
export const batchesFolder = (store: string): string => join(store, 'batches');
/** What queue keepers print. */
export const keeperLog = (store: string): string => join(store, 'keeper.log');

/** Names inside a run folder. */
export const runFiles = {
  manifest: 'run.json',
  events: 'events.jsonl',
  output: 'output.log',
  /** A copy of the weights that the network begins with. */
  weights: 'weights.safetensors',
  /** The stream as data, where a program trains. */
  stream: 'stream.json',
  /** Marker: waits to be started. Whoever renames it to `claimed` may start or cancel the run. */
  queued: 'queued',
  /** Marker: being started or cancelled right now. */
  claimed: 'claimed',
  /** Which start of the run is the last, written by who spawned it (processFile.ts). */
  process: 'process.json',
  /** Marker: the run is asked to stop. */
  stop: 'stop',
} as const;

/** Folders being written have such a name until they are complete, and are nobody's business till then. */
export const isRunName = (name: string): boolean => !name.startsWith('.');

/** Largest `run.json` that is read (bytes). */
export const LARGEST_MANIFEST = 1 << 20;
