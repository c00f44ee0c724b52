import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { ifThere, readJson, writeWhole } from '../files';
import { batchesFolder } from '../layout';
import { deviceCountsSchema } from '../queue';
import { isLink, refuseLink } from '../regularFile';

/** `batch.json` of a batch folder: which runs were given to workers, and on what terms. Written before its workers are started. */
export const batchSchema = z.object({
  id: z.string().max(80),
  /** Milliseconds since 1970. */
  created: z.number(),
  experiment: z.string().max(1000),
  /** Which kind of workers it is for. */
  executor: z.enum(['slurm']),
  /** The cluster that it was given to, where the executor names one. */
  cluster: z.string().max(100).optional(),
  /** Ids of runs, in the order in which they should start. A file may have come from anywhere: they name folders here alone. */
  runs: z.array(z.string().regex(/^[\w-][\w.-]{0,199}$/)).max(100_000),
  /** Most workers at a time. */
  workers: z.int().min(1).max(100_000),
  /** Runs that a worker trains at a time. */
  parallel: z.int().min(1).max(1024),
  /** Threads of each run. */
  threads: z.int().min(1).max(1024),
  /** For how long each worker may be given a machine (seconds). */
  seconds: z
    .number()
    .min(60)
    .max(366 * 86_400),
  /** Devices that each worker has: how many programs of it at a time are given one, by name. */
  devices: deviceCountsSchema.default({}),
});
export type Batch = z.output<typeof batchSchema>;

const LARGEST_BATCH = 32 << 20;
/** By it the id of a batch is told from that of a run. */
export const BATCH_PREFIX = 'batch-';
const BATCH_ID = /^batch-\d{8}-\d{6}-[0-9a-f]{4}$/;

export const isBatchId = (text: string): boolean => BATCH_ID.test(text);

export const batchFolder = (store: string, id: string): string => join(batchesFolder(store), id);
const fileOf = (store: string, id: string) => join(batchFolder(store, id), 'batch.json');

/** A name for a batch, never used before. @param at milliseconds since 1970 */
export function newBatchId(at: number): string {
  const [day = '', time = ''] = new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '').split('T');
  return `${BATCH_PREFIX}${day}-${time}-${randomBytes(2).toString('hex')}`;
}

export async function writeBatch(store: string, batch: Batch): Promise<void> {
  const written = batchSchema.parse(batch);
  await refuseLink(batchesFolder(store));
  await mkdir(batchFolder(store, batch.id), { recursive: true });
  await writeWhole(fileOf(store, batch.id), `${JSON.stringify(written, undefined, 2)}\n`);
}

/** Undefined where there is none, or what is there is none. */
export async function readBatch(store: string, id: string): Promise<Batch | undefined> {
  if (!isBatchId(id) || (await isLink(batchesFolder(store))) || (await isLink(batchFolder(store, id))))
    return undefined;
  const parsed = batchSchema.safeParse(await readJson(fileOf(store, id), LARGEST_BATCH));
  return parsed.data?.id === id ? parsed.data : undefined;
}

/** The batches of a store, oldest first. */
export async function readBatches(store: string): Promise<Batch[]> {
  const ids = ((await ifThere(readdir(batchesFolder(store)))) ?? []).filter(isBatchId).sort();
  const found = await Promise.all(ids.map((id) => readBatch(store, id)));
  return found.flatMap((batch) => batch ?? []);
}
