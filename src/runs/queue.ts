import { access, appendFile, readdir, rename, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { RunEvent } from '../core/events';
import { ifThere, readEnd, readJson, removeFile, writeWhole } from './files';
import { isRunName, queueFile, runFiles, runsFolder } from './layout';

/** `.lethe/queue.json`: what the last submitter asked for; the keeper follows changes while it works. */
export const queueSettingsSchema = z.object({
  /** Most training processes at a time. */
  parallel: z.int().min(1),
  /** Threads of each training process. */
  threads: z.int().min(1).default(1),
  /** The Node.js that runs training processes. */
  node: z.string(),
  /** Folder with train.js. */
  dist: z.string(),
  /** Milliseconds between asking a run to stop and ending its process. */
  stopTimeout: z.number().min(0),
});
export type QueueSettings = z.output<typeof queueSettingsSchema>;

export const DEFAULT_STOP_TIMEOUT = 10_000;

/** How many runs of so many threads keep every core busy and none contended. */
export const runsAtATime = (threads = 1, cores = availableParallelism()): number =>
  Math.max(1, Math.floor(cores / threads));

export async function readQueueSettings(store: string, dist: string): Promise<QueueSettings> {
  const parsed = queueSettingsSchema.safeParse(await readJson(queueFile(store)));
  if (parsed.success) return parsed.data;
  return {
    parallel: runsAtATime(),
    threads: 1,
    node: process.execPath,
    dist,
    stopTimeout: DEFAULT_STOP_TIMEOUT,
  };
}

/** Also wakes a working keeper, which watches the store folder for this. */
export const writeQueueSettings = (store: string, settings: QueueSettings): Promise<void> =>
  writeWhole(queueFile(store), JSON.stringify(settings, undefined, 2));

/** Content of the `queued` marker. Runs start in order of `at`, then `order`. */
const markerSchema = z.object({
  at: z.number(),
  order: z.number().default(0),
  /** Go on from the last checkpoint. */
  resume: z.boolean().default(false),
});
export type QueueMarker = z.output<typeof markerSchema>;

export const markerText = (marker: QueueMarker): string => JSON.stringify(marker);

export const enqueue = (folder: string, marker: QueueMarker): Promise<void> =>
  writeWhole(join(folder, runFiles.queued), markerText(marker));

/** Takes a queued run, by a rename that only one can win. False when it is not queued (any more). */
export async function claim(folder: string): Promise<boolean> {
  const renamed = rename(join(folder, runFiles.queued), join(folder, runFiles.claimed)).then(() => true);
  return (await ifThere(renamed)) ?? false;
}

/** Puts a claimed run back. */
export async function unclaim(folder: string): Promise<void> {
  await ifThere(rename(join(folder, runFiles.claimed), join(folder, runFiles.queued)));
}

export const finishClaim = (folder: string): Promise<void> => removeFile(join(folder, runFiles.claimed));

/** Marker of a claimed run; one that cannot be read starts from the beginning. */
export async function claimedMarker(folder: string): Promise<QueueMarker> {
  return parseMarker(await readJson(join(folder, runFiles.claimed)));
}

function parseMarker(value: unknown): QueueMarker {
  const parsed = markerSchema.safeParse(value);
  return parsed.success ? parsed.data : { at: 0, order: 0, resume: false };
}

/** Folders of the queued runs of a store, in the order in which they should start. */
export async function queuedFolders(store: string): Promise<string[]> {
  const folders = await foldersWith(store, runFiles.queued);
  const markers = await Promise.all(
    folders.map(async (folder) => ({ folder, marker: parseMarker(await readJson(join(folder, runFiles.queued))) })),
  );
  return markers
    .sort((a, b) => a.marker.at - b.marker.at || a.marker.order - b.marker.order)
    .map(({ folder }) => folder);
}

/** Run folders of a store that hold a file of this name. */
export async function foldersWith(store: string, name: string): Promise<string[]> {
  const runs = runsFolder(store);
  const names = ((await ifThere(readdir(runs))) ?? []).filter(isRunName);
  const found = await Promise.all(
    names.map(async (run) => {
      const has = await ifThere(access(join(runs, run, name)).then(() => true));
      return has ? [join(runs, run)] : [];
    }),
  );
  return found.flat();
}

/** Ends the last line of a log that a crash tore, so that what is appended next stands on a line of its own. */
export async function sealLog(folder: string): Promise<void> {
  const file = join(folder, runFiles.events);
  const last = await readEnd(file, 1);
  if (last.length === 1 && last[0] !== 0x0a) await appendFile(file, '\n');
}

/** Appends the end of a run that has no process: cancelled while queued, or impossible to start. Claim it first. */
export async function appendEnd(folder: string, end: { status: 'stopped' | 'failed'; error?: string }): Promise<void> {
  await sealLog(folder);
  const event: RunEvent = { type: 'ended', at: Date.now(), ...end };
  await appendFile(join(folder, runFiles.events), `${JSON.stringify(event)}\n`);
}

/** Milliseconds since the run was asked to stop; undefined when it was not. */
export async function stopAskedFor(folder: string): Promise<number | undefined> {
  const marker = await ifThere(stat(join(folder, runFiles.stop)));
  return marker && Math.max(0, Date.now() - marker.mtimeMs);
}
