import { access, rename } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { RunEvent } from '../core/events';
import { appendText, ifThere, readEnd, readJson, removeFile, writeWhole } from './files';
import { queueFile, runFiles, runsFolder } from './layout';
import { mapAtMost } from './mapAtMost';
import { isLink } from './regularFile';
import { runNames } from './runFolder';

/** How many programs at a time are given a device, by its name. */
export const deviceCountsSchema = z.record(z.string().max(40), z.int().min(1).max(1024));

/**
 * `.lethe/queue.json`: what the last submitter asked for; the keeper follows changes while it works. Numbers alone: which
 * program trains is not for a file to say that others may be able to write.
 */
export const queueSettingsSchema = z.object({
  /** Most training processes at a time. */
  parallel: z.int().min(1).max(1024),
  /** Threads of each training process; where nobody said how many, one, or those that nobody wants (idleCores.ts). */
  threads: z.int().min(1).max(1024).optional(),
  /** Milliseconds between asking a run to stop and ending its process. */
  stopTimeout: z.number().min(0).max(86_400_000),
  /** Of devices that more than one program at a time is given: how many. */
  devices: deviceCountsSchema.optional(),
});
export type QueueSettings = z.output<typeof queueSettingsSchema>;

export const DEFAULT_STOP_TIMEOUT = 10_000;

/** How many runs of so many threads keep every core busy and none contended. */
export const runsAtATime = (threads = 1, cores = availableParallelism()): number =>
  Math.max(1, Math.floor(cores / threads));

/** Markers, settings and the like are a few numbers. */
const LARGEST_MARKER = 4096;

export async function readQueueSettings(store: string): Promise<QueueSettings> {
  const parsed = queueSettingsSchema.safeParse(await readJson(queueFile(store), LARGEST_MARKER));
  return parsed.success ? parsed.data : { parallel: runsAtATime(), stopTimeout: DEFAULT_STOP_TIMEOUT };
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
  /** It waits for the workers of this batch, on whatever machines they are, and for no keeper. */
  batch: z.string().max(80).optional(),
  /** How often it was put back, since its worker was lost or its time was up, without a new checkpoint since. */
  losses: z.int().min(0).default(0),
  /** Where its newest checkpoint was then. */
  lostAt: z.string().max(40).optional(),
});
export type QueueMarker = z.output<typeof markerSchema>;

export const markerText = (marker: z.input<typeof markerSchema>): string => JSON.stringify(marker);

export const enqueue = (folder: string, marker: z.input<typeof markerSchema>): Promise<void> =>
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

function parseMarker(value: unknown): QueueMarker {
  const parsed = markerSchema.safeParse(value);
  return parsed.success ? parsed.data : markerSchema.parse({ at: 0 });
}

/** The marker of a queued run, whatever it is called now; one that cannot be read waits for a keeper. */
export async function queuedMarker(folder: string, name: string = runFiles.queued): Promise<QueueMarker> {
  return parseMarker(await readJson(join(folder, name), LARGEST_MARKER));
}

/** Those of some queued runs that wait for a keeper, in the order in which they should start. */
export async function waitingHere(folders: readonly string[]): Promise<string[]> {
  const markers = await mapAtMost(folders, async (folder) => ({ folder, marker: await queuedMarker(folder) }));
  return markers
    .filter(({ marker }) => marker.batch === undefined)
    .sort((a, b) => a.marker.at - b.marker.at || a.marker.order - b.marker.order)
    .map(({ folder }) => folder);
}

/** Run folders of a store that hold something of this name. */
export async function foldersWith(store: string, name: string): Promise<string[]> {
  const folders = (await runNames(store)).map((run) => join(runsFolder(store), run));
  return thoseWith(folders, name);
}

/** Those of some folders that hold something of this name. */
export async function thoseWith(folders: readonly string[], name: string): Promise<string[]> {
  const found = await mapAtMost(folders, async (folder) =>
    (await exists(join(folder, name))) && !(await isLink(folder)) ? [folder] : [],
  );
  return found.flat();
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Ends the last line of a log that a crash tore, so that what is appended next stands on a line of its own. */
export async function sealLog(folder: string): Promise<void> {
  const file = join(folder, runFiles.events);
  const last = await readEnd(file, 1);
  if (last.length === 1 && last[0] !== 0x0a) await appendText(file, '\n');
}

/** Appends the end of a run that has no process: cancelled while queued, or impossible to start. Claim it first. */
export async function appendEnd(folder: string, end: { status: 'stopped' | 'failed'; error?: string }): Promise<void> {
  await sealLog(folder);
  const event: RunEvent = { type: 'ended', at: Date.now(), ...end };
  await appendText(join(folder, runFiles.events), `${JSON.stringify(event)}\n`);
}

/** Whether the run was asked to stop. */
export const stopIsAsked = (folder: string): Promise<boolean> => exists(join(folder, runFiles.stop));
