import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isWorkerClaim } from './batches/claims';
import { entriesOf, lstat } from './disk';
import { manifestSchema, type RunManifest } from '../core/manifest';
import { ifThere, readJson } from './files';
import { isRunName, LARGEST_MANIFEST, runFiles, runsFolder } from './layout';
import { FileFault, refuseLink } from './regularFile';

/** Names of the run folders of a store, complete ones only. Throws FileFault where the store is a link. */
export async function runNames(store: string): Promise<string[]> {
  const runs = runsFolder(store);
  await refuseLink(store);
  await refuseLink(runs);
  return ((await ifThere(readdir(runs))) ?? []).filter(isRunName);
}

/** What a run was asked for; undefined where its `run.json` cannot be used. */
export const manifestIn = async (folder: string): Promise<RunManifest | undefined> =>
  manifestSchema.safeParse(await readJson(join(folder, runFiles.manifest), LARGEST_MANIFEST)).data;

export interface RunFolderContent {
  readonly names: ReadonlySet<string>;
  /** What keeps the folder from being used: Lethe follows no link that comes with a store, and waits for no FIFO. */
  readonly fault?: string;
}

const files = new Set<string>(Object.values(runFiles));
const FOLDER = 'checkpoints';

/** What a run folder, which must be no link, holds, and whether each of the names that Lethe reads and writes is what it should be. */
export async function contentOf(folder: string): Promise<RunFolderContent> {
  const entries = (await ifThere(entriesOf(folder))) ?? [];
  const names = new Set(entries.map(({ name }) => name));
  for (const entry of entries) {
    if (!files.has(entry.name) && entry.name !== FOLDER && !isWorkerClaim(entry.name)) continue;
    // Some file systems do not tell the kind of an entry with its name.
    const isKnown = entry.isFile() || entry.isDirectory() || entry.isSymbolicLink();
    const found = isKnown ? entry : await lstat(join(folder, entry.name));
    const fault = faultOf(found, entry.name === FOLDER);
    if (fault !== undefined) return { names, fault: `${entry.name}: ${fault}` };
  }
  return { names };
}

interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function faultOf(found: Kind, wantsFolder: boolean): string | undefined {
  if (found.isSymbolicLink()) return 'it is a link';
  if (wantsFolder) return found.isDirectory() ? undefined : 'it is no folder';
  if (found.isDirectory()) return 'it is a folder';
  return found.isFile() ? undefined : 'it is no regular file';
}

/** Throws FileFault when something of a run folder is not what it should be: before anything is written there. */
export async function requireSound(folder: string): Promise<void> {
  await refuseLink(folder);
  const { fault } = await contentOf(folder);
  if (fault !== undefined) throw new FileFault(folder, fault);
}
