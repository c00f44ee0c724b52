import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { Executor } from '../executors/executor';
import { readJson, writeWhole } from '../files';
import { stateFolder } from '../userFolders';

/**
 * The jobs that this user has started for a batch, recorded where only this user writes: it is the one evidence on which
 * jobs are cancelled. What a store says may have come with it.
 */
const recordSchema = z.object({
  store: z.string(),
  batch: z.string(),
  jobs: z.array(z.string().max(100)),
  /** When one was about to be started (ms since 1970), of which nobody has written down what number it got. */
  starting: z.number().optional(),
});
type Place = Pick<z.output<typeof recordSchema>, 'store' | 'batch'> & { readonly file: string };

const LARGEST = 65_536;
/** A job that was not found for so long has not come (ms). */
const LONGEST_START = 60 * 60_000;

async function placeOf(store: string, batch: string): Promise<Place> {
  const real = await realpath(store).catch(() => resolve(store));
  const name = createHash('sha256').update(`${real}\n${batch}`).digest('hex').slice(0, 32);
  return { store: real, batch, file: join(stateFolder(), 'batches', `${name}.json`) };
}

/**
 * Jobs of a batch, the newest last; none where this user has started none. One that was being started when whoever started
 * it was ended is found by its name.
 */
export async function jobsOf(
  store: string,
  batch: string,
  { find }: Pick<Executor, 'find'>,
): Promise<readonly string[]> {
  const place = await placeOf(store, batch);
  const { jobs, starting } = await recordIn(place);
  if (starting === undefined) return jobs;
  const found = await find(batch);
  const all = [...new Set([...jobs, ...(found ?? [])])];
  // One that is not there yet may be there in a moment.
  const isOver = found !== undefined && Math.abs(Date.now() - starting) > LONGEST_START;
  if (all.length > jobs.length || isOver) await write(place, all);
  return all;
}

/** Starts a job of a batch, and records it: before, so that it is known whatever happens meanwhile, and after. */
export async function recordJob(
  store: string,
  batch: string,
  { find }: Pick<Executor, 'find'>,
  start: () => Promise<string>,
): Promise<string> {
  const place = await placeOf(store, batch);
  const { jobs } = await recordIn(place);
  await write(place, jobs, Date.now());
  const job = await start().catch(async (error: unknown) => {
    // What was refused has no job. Where the answer was lost there may be one all the same.
    const found = await find(batch);
    if (found) await write(place, [...new Set([...jobs, ...found])]);
    throw error;
  });
  await write(place, [...jobs, job]);
  return job;
}

async function recordIn(place: Place): Promise<Pick<z.output<typeof recordSchema>, 'jobs' | 'starting'>> {
  const { data } = recordSchema.safeParse(await readJson(place.file, LARGEST));
  return data?.store === place.store && data.batch === place.batch ? data : { jobs: [] };
}

async function write({ file, store, batch }: Place, jobs: readonly string[], starting?: number): Promise<void> {
  await mkdir(join(stateFolder(), 'batches'), { recursive: true, mode: 0o700 });
  await writeWhole(file, JSON.stringify({ store, batch, jobs, ...(starting !== undefined && { starting }) }));
}
