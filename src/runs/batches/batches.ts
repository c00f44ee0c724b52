import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deviceNeededBy, type RunManifest } from '../../core/manifest';
import { isFinished, type Run, type RunStatus } from '../../core/run';
import { secondsLeftOfAll } from '../../core/timeLeft';
import { deviceCount } from '../devices';
import type { Executor, JobState, WorkerNeeds, WorkerProgram } from '../executors/executor';
import { removeFile } from '../files';
import { runFiles, storeFolder } from '../layout';
import { newToken } from '../processFile';
import { mapAtMost } from '../mapAtMost';
import type { RunPlan } from '../plan';
import { appendEnd } from '../queue';
import type { RunStore } from '../store';
import { endedStatus } from '../status';
import { stateIn } from '../trackedRun';
import { newBatchId, readBatches, writeBatch, type Batch } from './batchFile';
import { jobsOf, recordJob } from './batchJobs';
import { batchOf, claimantOf, endClaim, takeOver } from './claims';
import { putBackLost } from './lostRuns';

/** What somebody asks of a batch. */
export interface BatchRequest extends WorkerNeeds, Pick<Batch, 'parallel' | 'threads' | 'seconds' | 'devices'> {
  /** Name of the experiment, for lists. */
  readonly experiment: string;
}

/** A run needs a device that no worker of its batch would have. What to add is for the place to say that asked for the batch. */
export class DeviceMissing extends Error {
  override readonly name = 'DeviceMissing';

  /** @param method how its variant is called */
  constructor(
    readonly method: string,
    readonly device: string,
  ) {
    super(`${method} needs the device ${device}, and workers have none`);
  }
}

export interface BatchPlan<Plan extends RunPlan> {
  readonly plan: Plan;
  /** With the runs that nobody trains or is about to train; undefined where there are none. */
  readonly batch?: Batch;
}

/**
 * Plans like `RunStore.plan`, and queues what is missing for the workers of a new batch, which are not started yet. What
 * waits in earlier batches whose workers are all gone is taken into it. @throws DeviceMissing, RunStoreError, with nothing
 * queued
 */
export async function planBatch<Plan extends RunPlan>(
  store: RunStore,
  make: (runs: readonly Run[]) => Plan,
  request: BatchRequest,
  executor: Executor,
): Promise<BatchPlan<Plan>> {
  const { experiment, parallel, threads, seconds, devices } = request;
  const standing = await standingsOf(store, executor);
  await putBackAbandoned(store, standing);
  const cluster = await executor.cluster();
  const id = newBatchId(Date.now());
  let batch: Batch | undefined;
  const admit = (runs: readonly RunManifest[]) => {
    for (const run of runs) {
      const device = deviceNeededBy(run);
      if (device !== undefined && deviceCount(devices, device, 0) === 0)
        throw new DeviceMissing(run.variant.label, device);
    }
  };
  const write = async (runs: readonly RunManifest[]) => {
    const workers = Math.max(1, Math.min(request.workers, usefulWorkers(runs, request)));
    const terms = { parallel, threads, seconds, devices, workers };
    const where = { executor: executor.name, ...(cluster !== undefined && { cluster }) };
    batch = { id, created: Date.now(), experiment, ...where, runs: runs.map((run) => run.id), ...terms };
    await writeBatch(storeFolder(store.folder), batch);
  };
  const takes = async (run: string) => {
    const folder = store.folderOf(run);
    const earlier = await batchOf(folder);
    if (earlier === undefined) return false;
    const stands = await standing(earlier);
    // Of a batch that this user did not start nothing is known; what a worker has may well be in training.
    return stands === 'gone' || (stands === 'not ours' && (await claimantOf(folder)) === undefined);
  };
  const plan = await store.plan(make, { id, takes, admit, write });
  return { plan, ...(batch && { batch }) };
}

/** How many workers it takes to have all runs in training at a time. */
function usefulWorkers(
  runs: readonly RunManifest[],
  { parallel, devices }: Pick<Batch, 'parallel' | 'devices'>,
): number {
  const needing = new Map<string, number>();
  for (const device of runs.flatMap((run) => deviceNeededBy(run) ?? []))
    needing.set(device, (needing.get(device) ?? 0) + 1);
  const forDevices = [...needing].map(([device, count]) => Math.ceil(count / deviceCount(devices, device, 1)));
  return Math.max(Math.ceil(runs.length / parallel), ...forDevices);
}

/** Whether a batch was given to another cluster than the one that is asked from here, which knows nothing of its jobs. */
const isElsewhere = ({ cluster }: Batch, here: string | undefined): boolean =>
  cluster !== undefined && here !== undefined && cluster !== here;

/**
 * `gone`: none of the jobs that this user started for it is left, as far as the cluster that is asked from here can say.
 * `not ours`: this user started none.
 */
type Standing = 'alive' | 'gone' | 'not ours';

/** How batches stand: the executor is asked once for all there are, and once for each that has lost its folder. */
async function standingsOf(store: RunStore, executor: Executor): Promise<(batch: string) => Promise<Standing>> {
  const folder = storeFolder(store.folder);
  const known = new Map<string, Promise<Standing>>();
  const stands = (jobs: readonly string[], found: ReadonlyMap<string, JobState> | undefined): Standing => {
    if (jobs.length === 0) return 'not ours';
    return found && !jobs.some((job) => found.has(job)) ? 'gone' : 'alive';
  };
  const jobs = await mapAtMost(await readBatches(folder), async (batch) => ({
    batch,
    jobs: await jobsOf(folder, batch.id, executor),
  }));
  const asked = jobs.flatMap(({ jobs: own }) => own);
  const found = asked.length === 0 ? undefined : await executor.look(asked);
  const here = asked.length === 0 ? undefined : await executor.cluster();
  for (const { batch, jobs: own } of jobs)
    // Of a batch of another cluster, or where none says its name just now, nothing is known: it is not taken for gone.
    known.set(batch.id, Promise.resolve(stands(own, [undefined, here].includes(batch.cluster) ? found : undefined)));
  const lookFor = async (batch: string) => {
    const own = await jobsOf(folder, batch, executor);
    return stands(own, own.length === 0 ? undefined : await executor.look(own));
  };
  return (batch) => {
    const standing = known.get(batch) ?? lookFor(batch);
    known.set(batch, standing);
    return standing;
  };
}

/** Puts back what workers had of batches that no job is left of. */
async function putBackAbandoned(store: RunStore, standing: (batch: string) => Promise<Standing>): Promise<void> {
  for (const { id, runs } of await readBatches(storeFolder(store.folder))) {
    if ((await standing(id)) !== 'gone') continue;
    const folders = runs.map((run) => store.folderOf(run));
    await putBackLost(folders, () => true, newToken());
  }
}

/** Starts workers for a batch. @returns what the executor calls the job. @throws ExecutorError */
export async function startWorkers(
  batch: Batch,
  needs: WorkerNeeds,
  executor: Executor,
  program: WorkerProgram,
): Promise<string> {
  const workers = Math.min(needs.workers, batch.workers);
  let cluster: string | undefined;
  const job = await recordJob(program.store, batch.id, executor, async () => {
    const started = await executor.start(batch, { ...needs, workers }, program);
    cluster = started.cluster;
    return started.job;
  });
  // By its options it may have gone to another cluster than the one that is asked from here.
  if (cluster !== undefined && cluster !== batch.cluster) await writeBatch(program.store, { ...batch, cluster });
  return job;
}

/** Runs that failed for the same reason. */
export interface FailedRuns {
  readonly reason: string;
  readonly ids: readonly string[];
}

/** How a batch stands. */
export interface BatchState {
  readonly batch: Batch;
  /** How many of its runs have which status; those that were removed are not counted. */
  readonly counts: Readonly<Record<RunStatus, number>>;
  /** The most frequent reason first. */
  readonly failures: readonly FailedRuns[];
  /** It was given to another cluster than the one that is asked from here. */
  readonly isElsewhere: boolean;
  /** Workers that have a machine, and that wait for one; undefined where the executor cannot be asked for them. */
  readonly workers?: { readonly running: number; readonly waiting: number; readonly reason?: string };
  /** Until all is done (seconds); undefined where nothing tells. */
  readonly secondsLeft?: number;
}

/** How the batches of a store stand that have runs, oldest first. */
export async function readBatchStates(store: RunStore, executor: Executor): Promise<BatchState[]> {
  const folder = storeFolder(store.folder);
  const batches = await readBatches(folder);
  const runs = new Map((await store.list()).map((run) => [run.manifest.id, run]));
  const jobs = new Map<string, readonly string[]>();
  for (const { id } of batches) jobs.set(id, await jobsOf(folder, id, executor));
  const asked = [...jobs.values()].flat();
  const found = asked.length === 0 ? new Map<string, JobState>() : await executor.look(asked);
  const here = asked.length === 0 ? undefined : await executor.cluster();
  // What was left of one went into a later one.
  const latest = new Map(batches.flatMap(({ id, runs: own }) => own.map((run) => [run, id])));
  return batches.flatMap((batch) => {
    const own = batch.runs.flatMap((id) => (latest.get(id) === batch.id ? (runs.get(id) ?? []) : []));
    const away = isElsewhere(batch, here);
    const workers =
      away || !found ? undefined : workersOf((jobs.get(batch.id) ?? []).flatMap((job) => found.get(job) ?? []));
    return own.length === 0 ? [] : [{ ...stateOf(batch, own, workers), isElsewhere: away }];
  });
}

function stateOf(batch: Batch, runs: readonly Run[], workers: BatchState['workers']): Omit<BatchState, 'isElsewhere'> {
  const counts: Record<RunStatus, number> = {
    ...{ queued: 0, running: 0, done: 0, stopped: 0 },
    ...{ failed: 0, crashed: 0, lost: 0 },
  };
  const failures = new Map<string, string[]>();
  for (const { manifest, state, status } of runs) {
    counts[status] += 1;
    if (status === 'done' || status === 'stopped' || !isFinished(status)) continue;
    const reason = state.error ?? status;
    failures.set(reason, [...(failures.get(reason) ?? []), manifest.id]);
  }
  const atATime = Math.max(1, (workers?.running ?? batch.workers) * batch.parallel);
  const isGoingOn = counts.queued + counts.running > 0;
  const secondsLeft = isGoingOn ? secondsLeftOfAll([...runs], atATime) : undefined;
  return {
    batch,
    counts,
    failures: [...failures].map(([reason, ids]) => ({ reason, ids })).sort((a, b) => b.ids.length - a.ids.length),
    ...(workers && { workers }),
    ...(secondsLeft !== undefined && { secondsLeft }),
  };
}

function workersOf(jobs: readonly JobState[]): NonNullable<BatchState['workers']> {
  const reason = jobs.find((job) => job.reason !== undefined)?.reason;
  return {
    running: jobs.reduce((sum, job) => sum + job.running.size, 0),
    waiting: jobs.reduce((sum, job) => sum + job.waiting, 0),
    ...(reason !== undefined && { reason }),
  };
}

/** How runs stand that have not come to their end: what the workers of batches may yet train, and what nobody will. */
export interface Outlook {
  /** Ids of those that wait for workers, or are in training with one, or were lost with one and may be taken over. */
  readonly inBatches: readonly string[];
  /** Ids of those among them whose batch has no worker left. */
  readonly forsaken: readonly string[];
}

export async function outlookOf(store: RunStore, runs: readonly Run[], executor: Executor): Promise<Outlook> {
  const inBatches: string[] = [];
  const forsaken: string[] = [];
  const standing = await standingsOf(store, executor);
  for (const { manifest, status } of runs) {
    if (status === 'done' || status === 'stopped' || status === 'failed') continue;
    const batch = await batchOf(store.folderOf(manifest.id));
    if (batch === undefined) continue;
    inBatches.push(manifest.id);
    if ((await standing(batch)) === 'gone') forsaken.push(manifest.id);
  }
  return { inBatches, forsaken };
}

/** How long workers that were cancelled may take to go (ms). */
const LONGEST_PARTING = 90_000;

/**
 * Stops what is left of a batch: what waits is taken out, what trains is asked to stop at a checkpoint, and workers that
 * do not follow are cancelled. @returns ids of runs that have not stopped. @throws ExecutorError
 */
export async function stopBatch(store: RunStore, batch: Batch, executor: Executor): Promise<string[]> {
  const jobs = await jobsOf(storeFolder(store.folder), batch.id, executor);
  // Those that still wait for a machine would come to find nothing to do.
  const fault = await executor.cancel(batch.id, jobs, 'waiting').then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  await store.stopAll(await unfinishedOf(store, batch));
  if ((await unfinishedOf(store, batch)).length === 0) return [];
  // Its workers can be cancelled there alone. They see by the run folders that they are to stop.
  if (isElsewhere(batch, await executor.cluster())) return unfinishedOf(store, batch);
  // Stopped all the same, as far as that is possible without workers being cancelled.
  if (fault !== undefined) throw fault;
  await executor.cancel(batch.id, jobs, 'all');
  const deadline = Date.now() + LONGEST_PARTING;
  const areGone = async () => jobs.length > 0 && (await executor.look(jobs))?.size === 0;
  let gone = await areGone();
  while (!gone && jobs.length > 0 && Date.now() < deadline) {
    await delay(1000);
    gone = await areGone();
  }
  // A worker on its way out may have put a run back that had not heard of the stop.
  const going = await unfinishedOf(store, batch);
  if (gone) for (const id of going) await endForsaken(store.folderOf(id));
  const left = await unfinishedOf(store, batch);
  await store.stopAll(left);
  return unfinishedOf(store, batch);
}

/** Those that have not come to their end, or that a worker would take over. Not what another batch has by now. */
async function unfinishedOf(store: RunStore, batch: Batch): Promise<string[]> {
  const own = new Set(batch.runs);
  const listed = (await store.list()).filter(({ manifest, status }) => own.has(manifest.id) && status !== 'done');
  const found = await mapAtMost(listed, async ({ manifest: { id }, status }) => {
    const isOver = status === 'stopped' || status === 'failed';
    return !isOver && (await batchOf(store.folderOf(id))) === batch.id ? [id] : [];
  });
  return found.flat();
}

/** Writes the end of a run whose worker is gone. */
async function endForsaken(folder: string): Promise<void> {
  const claimant = await claimantOf(folder);
  const own = newToken();
  if (claimant === undefined || !(await takeOver(folder, claimant, own))) return;
  const state = await stateIn(folder);
  // Should its training live after all, it leaves.
  await removeFile(join(folder, runFiles.process));
  if (!state || endedStatus(state) === undefined) await appendEnd(folder, { status: 'stopped' });
  await endClaim(folder, own);
}
