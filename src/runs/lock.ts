import { randomBytes } from 'node:crypto';
import { mkdir, readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ifThere, readJson, removeFile, writeWhole } from './files';
import { refuseLink } from './regularFile';
import { identityOf, identitySchema, lifeOf } from './liveness';

/**
 * A lock that survives the crash of its holder.
 *
 * Everyone who wants it puts a file of a name never used before into one folder, then looks for the files of others
 * that are alive, and withdraws when there is one. Of two that come at once at least one sees the other, since each
 * writes before it looks, so never both stay. The files of the dead are swept away by anyone: as names are never used
 * twice, that cannot hit a living holder, which is where a lock file of one fixed name goes wrong.
 */
export interface Lock {
  /** Tells other hosts, who cannot see this process, that it is alive. Call it every now and then. */
  touch(): Promise<void>;
  release(): Promise<void>;
}

/** A holder that cannot be looked for from here and said nothing for so long is taken for dead. */
const SILENCE_MS = 60_000;
const LARGEST_FILE = 4096;
/** Names of the files below: nothing else in the folder is touched. */
const PRESENCE = /^\d+-[0-9a-f]{12}\.json$/;

/**
 * Takes the lock of a folder, or gives up (undefined) when somebody holds it through all attempts. Throws FileFault when
 * the folder is a link.
 */
export async function acquireLock(folder: string, attempts = 15): Promise<Lock | undefined> {
  await refuseLink(folder);
  await mkdir(folder, { recursive: true });
  for (let attempt = 0; attempt < attempts; attempt++) {
    const file = join(folder, `${process.pid}-${randomBytes(6).toString('hex')}.json`);
    await writeWhole(file, JSON.stringify(await identityOf(process.pid)));
    if (!(await isHeld(folder, file))) return lockOn(file);
    await removeFile(file);
    // Two that saw each other have both withdrawn: a random pause lets one go first.
    await delay(10 + Math.random() * 150);
  }
  return undefined;
}

/** Whether anyone alive holds the lock or is about to. `own` is not counted. */
export async function isHeld(folder: string, own?: string): Promise<boolean> {
  await refuseLink(folder);
  const names = (await ifThere(readdir(folder))) ?? [];
  const others = names.filter((name) => PRESENCE.test(name)).map((name) => join(folder, name));
  const living = await Promise.all(others.map(async (file) => file !== own && (await holds(file, own))));
  return living.includes(true);
}

async function holds(file: string, own: string | undefined): Promise<boolean> {
  const holder = identitySchema.safeParse(await readJson(file, LARGEST_FILE));
  // Files appear whole (by rename): one that cannot be read is gone or was torn by a power cut.
  const life = holder.success ? await lifeOf(holder.data) : 'dead';
  if (life === 'alive' || (life === 'unknown' && !(await isSilent(file, own)))) return true;
  // A folder of that name is none of ours.
  await removeFile(file).catch(() => undefined);
  return false;
}

async function isSilent(file: string, own: string | undefined): Promise<boolean> {
  const theirs = (await ifThere(stat(file)))?.mtimeMs ?? 0;
  // Both times from the file server's clock where there is one.
  const now = own === undefined ? Date.now() : ((await ifThere(stat(own)))?.mtimeMs ?? Date.now());
  // A time to come is no sign of life either.
  return Math.abs(now - theirs) > SILENCE_MS;
}

function lockOn(file: string): Lock {
  return {
    async touch() {
      const now = new Date();
      await ifThere(utimes(file, now, now));
    },
    release: () => removeFile(file),
  };
}
