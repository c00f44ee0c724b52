import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { ifThere, readJson, removeFile, writeWhole } from '../files';
import { isLink, refuseLink } from '../regularFile';
import { identitySchema } from '../liveness';
import { mapAtMost } from '../mapAtMost';
import { batchFolder } from './batchFile';

/** Which place of a batch a worker has, as the executor counts them. */
export const seatSchema = z.object({
  /** What the executor calls the job; of one job there are many workers. */
  job: z.string().max(100),
  /** From 0. */
  index: z.int().min(0),
  /** How often the executor has started the worker of this place again. */
  restarts: z.int().min(0),
});
export type Seat = z.output<typeof seatSchema>;

/** Presence file of a worker: written again every so often, which is its sign of life. */
export const workerSchema = seatSchema.extend({
  /** New for each start. */
  token: z.string().regex(/^[0-9a-f]{24}$/),
  process: identitySchema,
  /** Milliseconds since 1970. */
  started: z.number(),
  /** When the executor takes the machine back (ms since 1970). */
  until: z.number().optional(),
});
export type WorkerFile = z.output<typeof workerSchema>;

/** A worker as it is found. */
export interface FoundWorker extends WorkerFile {
  /** Its last sign of life by the clock of the file system (ms since 1970). */
  readonly beat: number;
}

const LARGEST = 4096;
const NAME = /^([0-9a-f]{24})\.json$/;

const workersFolder = (store: string, batch: string) => join(batchFolder(store, batch), 'workers');
const fileOf = (store: string, batch: string, token: string) => join(workersFolder(store, batch), `${token}.json`);

/** Gives a sign of life. @returns when, by the clock of the file system (ms since 1970) */
export async function beat(store: string, batch: string, worker: WorkerFile): Promise<number> {
  await refuseLink(workersFolder(store, batch));
  await mkdir(workersFolder(store, batch), { recursive: true });
  const file = fileOf(store, batch, worker.token);
  // Written, not touched: so the time is the file server's, by which all are judged.
  await writeWhole(file, JSON.stringify(worker));
  return (await stat(file)).mtimeMs;
}

export const removeWorker = (store: string, batch: string, token: string): Promise<void> =>
  removeFile(fileOf(store, batch, token));

/** Removes the file of a worker that is gone, and what it was writing when it went. */
export async function removeLostWorker(store: string, batch: string, token: string): Promise<void> {
  const folder = workersFolder(store, batch);
  if (await isLink(folder)) return;
  const names = (await ifThere(readdir(folder))) ?? [];
  for (const name of names) if (name.startsWith(`${token}.json.`)) await removeFile(join(folder, name));
  await removeWorker(store, batch, token);
}

/** Tokens of the workers of a batch that have not said goodbye. */
export async function workersOf(store: string, batch: string): Promise<string[]> {
  const folder = workersFolder(store, batch);
  if (await isLink(folder)) return [];
  return ((await ifThere(readdir(folder))) ?? []).flatMap((name) => NAME.exec(name)?.[1] ?? []);
}

/** The last sign of life of a worker by the clock of the file system (ms since 1970); undefined: it has said goodbye. */
export const beatOf = async (store: string, batch: string, token: string): Promise<number | undefined> =>
  (await ifThere(stat(fileOf(store, batch, token))))?.mtimeMs;

/** Those of the given workers of a batch that have not said goodbye. */
export async function readWorkers(store: string, batch: string, tokens: readonly string[]): Promise<FoundWorker[]> {
  if (await isLink(workersFolder(store, batch))) return [];
  const found = await mapAtMost(tokens, async (token) => {
    const parsed = workerSchema.safeParse(await readJson(fileOf(store, batch, token), LARGEST));
    const at = await beatOf(store, batch, token);
    return parsed.data?.token === token && at !== undefined ? [{ ...parsed.data, beat: at }] : [];
  });
  return found.flat();
}
