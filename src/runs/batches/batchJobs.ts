import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { readJson, writeWhole } from '../files';
import { stateFolder } from '../userFolders';

/**
 * The jobs that this user has started for a batch, recorded where only this user writes: it is the one evidence on which
 * jobs are cancelled. What a store says may have come with it.
 */
const recordSchema = z.object({ store: z.string(), batch: z.string(), jobs: z.array(z.string().max(100)) });

const LARGEST = 65_536;

async function placeOf(store: string, batch: string): Promise<{ store: string; file: string }> {
  const real = await realpath(store).catch(() => resolve(store));
  const name = createHash('sha256').update(`${real}\n${batch}`).digest('hex').slice(0, 32);
  return { store: real, file: join(stateFolder(), 'batches', `${name}.json`) };
}

/** Jobs of a batch, the newest last; none where this user has started none. */
export async function jobsOf(store: string, batch: string): Promise<readonly string[]> {
  const place = await placeOf(store, batch);
  const parsed = recordSchema.safeParse(await readJson(place.file, LARGEST));
  return parsed.data?.store === place.store && parsed.data.batch === batch ? parsed.data.jobs : [];
}

export async function recordJob(store: string, batch: string, job: string): Promise<void> {
  const earlier = await jobsOf(store, batch);
  const place = await placeOf(store, batch);
  await mkdir(join(stateFolder(), 'batches'), { recursive: true, mode: 0o700 });
  await writeWhole(place.file, JSON.stringify({ store: place.store, batch, jobs: [...earlier, job] }));
}
