import { createHash } from 'node:crypto';
import { mkdir, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { ifThere, readJson, removeFile, writeWhole } from './files';
import { identitySchema, lifeOf, type Life } from './liveness';
import { stateFolder } from './userFolders';

/**
 * A process that Lethe itself started for this user, recorded where only this user writes. It is the one evidence on
 * which a process is ended by force: what a run folder says may have come with the folder.
 */
export const ownProcessSchema = z.object({
  /** The run folder it trains. */
  folder: z.string(),
  /** Of this start: the same as in the folder's `process.json`. */
  token: z.string(),
  // 0 and negative pids name groups, and 1 in a signal to a group means every process there is.
  process: identitySchema.extend({ pid: z.int().min(2).max(0x7fffffff) }),
});
export type OwnProcess = z.output<typeof ownProcessSchema>;

const LARGEST_RECORD = 16_384;

const recordsFolder = () => join(stateFolder(), 'processes');

/** One name for a folder, by whatever links one comes to it. */
async function placeOf(folder: string): Promise<string> {
  const store = resolve(folder, '..');
  return join(await realpath(store).catch(() => store), basename(resolve(folder)));
}

const fileOf = (place: string) =>
  join(recordsFolder(), `${createHash('sha256').update(place).digest('hex').slice(0, 32)}.json`);

/** Throws where the state folder cannot be written. */
export async function recordOwnProcess(record: OwnProcess): Promise<void> {
  const folder = await placeOf(record.folder);
  await mkdir(recordsFolder(), { recursive: true, mode: 0o700 });
  await writeWhole(fileOf(folder), JSON.stringify({ ...record, folder }));
}

/** The process that was started last for a run folder by this user, whether or not it still runs. */
export async function ownProcessOf(folder: string): Promise<OwnProcess | undefined> {
  const place = await placeOf(folder);
  const found = await readRecord(fileOf(place));
  return found?.folder === place ? found : undefined;
}

export async function forgetOwnProcess(folder: string): Promise<void> {
  await removeFile(fileOf(await placeOf(folder)));
}

/** Forgets a process that is over, unless a later one of its run is recorded in its place. */
export async function forgetOwnStart({ folder, token }: OwnProcess): Promise<void> {
  if ((await ownProcessOf(folder))?.token === token) await forgetOwnProcess(folder);
}

/** The recorded processes of the runs in a folder that may still live. Forgets all that are dead, wherever they ran. */
export async function ownProcessesIn(runs: string): Promise<OwnProcess[]> {
  const place = await realpath(runs).catch(() => resolve(runs));
  const names = (await ifThere(readdir(recordsFolder()))) ?? [];
  const found: OwnProcess[] = [];
  for (const name of names) {
    const file = join(recordsFolder(), name);
    const record = name.endsWith('.json') ? await readRecord(file) : undefined;
    const life: Life = record ? await lifeOf(record.process) : 'unknown';
    if (life === 'dead') await removeFile(file);
    else if (record && dirname(record.folder) === place) found.push(record);
  }
  return found;
}

async function readRecord(file: string): Promise<OwnProcess | undefined> {
  const parsed = ownProcessSchema.safeParse(await readJson(file, LARGEST_RECORD));
  return parsed.success ? parsed.data : undefined;
}
