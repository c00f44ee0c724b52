import { setTimeout as delay } from 'node:timers/promises';
import { isFinished, type Run, type RunStatus } from '../../core/run';
import { secondsLeftOfAll } from '../../core/timeLeft';
import type { Executor, JobState, WorkerNeeds, WorkerProgram } from '../executors/executor';
import { storeFolder } from '../layout';
import { newToken } from '../processFile';
import type { RunPlan } from '../plan';
import { appendEnd, queuedMarker } from '../queue';
import type { RunStore } from '../store';
import { TrackedRun } from '../trackedRun';
import { newBatchId, readBatch, readBatches, writeBatch, type Batch } from './batchFile';
import { jobsOf, recordJob } from './batchJobs';
import { putBackLost } from './lostRuns';
import { batchOfClaimed, claimantOf, endClaim, takeOver } from './claims';

/** What somebody asks of a batch. */
export interface BatchRequest extends WorkerNeeds, Pick<Batch, 'parallel' | 'threads' | 'seconds'> {
  /** Name of the experiment, for lists. */
  readonly experiment: string;
}

export interface BatchPlan<Plan extends RunPlan> {
  readonly plan: Plan;
  /** With the runs that nobody had yet; undefined where there are none. */
  readonly batch?: Batch;
  /** Earlier ones that runs of the plan wait in, and whose workers are all gone. */
  readonly abandoned: readonly Batch[];
}

/** Plans like `RunStore.plan`, and queues what is missing for the workers of a batch. They are not started yet. */
export async function planBatch<Plan extends RunPlan>(
  store: RunStore,
  make: (runs: readonly Run[]) => Plan,
  request: BatchRequest,
  executor: Executor,
): Promise<BatchPlan<Plan>> {
  const { experiment, parallel, threads, seconds } = request;
  await putBackAbandoned(store, executor);
  const id = newBatchId(Date.now());
  let batch: Batch | undefined;
  const write = async (runs: readonly string[]) => {
    const workers = Math.max(1, Math.min(request.workers, Math.ceil(runs.length / parallel)));
    const terms = { parallel, threads, seconds, workers, executor: executor.name };
    batch = { id, created: Date.now(), experiment, runs: [...runs], ...terms };
    await writeBatch(storeFolder(store.folder), batch);
  };
  const plan = await store.plan(make, { id, write });
  const waiting = plan.reuse.filter(({ status }) => status === 'queued');
  const markers = await Promise.all(waiting.map(({ manifest }) => queuedMarker(store.folderOf(manifest.id))));
  const earlier = await Promise.all(
    [...new Set(markers.flatMap((marker) => marker.batch ?? []))].map((known) =>
      readBatch(storeFolder(store.folder), known),
    ),
  );
  const abandoned: Batch[] = [];
  for (const known of earlier) {
    if (!known) continue;
    const jobs = await executor.look(await jobsOf(storeFolder(store.folder), known.id));
    if (jobs?.size === 0) abandoned.push(known);
  }
  return { plan, ...(batch && { batch }), abandoned };
}

/** Puts back what workers had of batches that no job is left of. */
async function putBackAbandoned(store: RunStore, executor: Executor): Promise<void> {
  const folder = storeFolder(store.folder);
  for (const { id, runs } of await readBatches(folder)) {
    const jobs = await jobsOf(folder, id);
    if (jobs.length === 0 || (await executor.look(jobs))?.size !== 0) continue;
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
  const job = await executor.start(batch, { ...needs, workers }, program);
  await recordJob(program.store, batch.id, job);
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
  /** Workers that have a machine, and that wait for one; undefined where the executor cannot be asked. */
  readonly workers?: { readonly running: number; readonly waiting: number; readonly reason?: string };
  /** Until all is done (seconds); undefined where nothing tells. */
  readonly secondsLeft?: number;
}

/** How the batches of a store stand, oldest first. */
export async function readBatchStates(store: RunStore, executor: Executor): Promise<BatchState[]> {
  const folder = storeFolder(store.folder);
  const batches = await readBatches(folder);
  const runs = new Map((await store.list()).map((run) => [run.manifest.id, run]));
  const jobs = new Map<string, readonly string[]>();
  for (const { id } of batches) jobs.set(id, await jobsOf(folder, id));
  const asked = [...jobs.values()].flat();
  const found = asked.length === 0 ? new Map<string, JobState>() : await executor.look(asked);
  return batches.map((batch) => {
    const own = batch.runs.flatMap((id) => runs.get(id) ?? []);
    const workers = found && workersOf((jobs.get(batch.id) ?? []).flatMap((job) => found.get(job) ?? []));
    return stateOf(batch, own, workers);
  });
}

function stateOf(batch: Batch, runs: readonly Run[], workers: BatchState['workers']): BatchState {
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

/** Whether one of these runs was lost with its worker, and another worker of its batch may yet take it over. */
export async function mayGoOn(store: RunStore, runs: readonly Run[], executor: Executor): Promise<boolean> {
  const batches = new Set<string>();
  for (const { manifest, status } of runs) {
    if (status !== 'crashed' && status !== 'lost') continue;
    const batch = await batchOfClaimed(store.folderOf(manifest.id));
    if (batch !== undefined) batches.add(batch);
  }
  const jobs = await Promise.all([...batches].map((batch) => jobsOf(storeFolder(store.folder), batch)));
  // While the executor cannot be asked it is not known that all are gone.
  return batches.size > 0 && (await executor.look(jobs.flat()))?.size !== 0;
}

/** How long workers that were cancelled may take to go (ms). */
const LONGEST_PARTING = 90_000;

/**
 * Stops what is left of a batch: what waits is taken out, what trains is asked to stop at a checkpoint, and workers that
 * do not follow are cancelled. @returns ids of runs that have not stopped. @throws ExecutorError
 */
export async function stopBatch(store: RunStore, batch: Batch, executor: Executor): Promise<string[]> {
  const folder = storeFolder(store.folder);
  const jobs = await jobsOf(folder, batch.id);
  // Those that still wait for a machine would come to find nothing to do.
  await executor.cancel(jobs, 'waiting');
  await store.stopAll(await unfinishedOf(store, batch));
  const going = await unfinishedOf(store, batch);
  if (going.length === 0) return [];
  await executor.cancel(jobs, 'all');
  const deadline = Date.now() + LONGEST_PARTING;
  while ((await executor.look(jobs))?.size !== 0 && Date.now() < deadline) await delay(1000);
  const left: string[] = [];
  for (const id of going) if (!(await endAbandoned(store.folderOf(id)))) left.push(id);
  return left;
}

async function unfinishedOf(store: RunStore, batch: Batch): Promise<string[]> {
  const own = new Set(batch.runs);
  return (await store.list()).flatMap(({ manifest: { id }, status }) =>
    own.has(id) && (!isFinished(status) || status === 'lost') ? [id] : [],
  );
}

/** Writes the end of a run whose worker is gone. @returns whether the run has come to its end */
async function endAbandoned(folder: string): Promise<boolean> {
  const claimant = await claimantOf(folder);
  const own = newToken();
  const isTaken = claimant !== undefined && (await takeOver(folder, claimant, own));
  const tracked = new TrackedRun(folder);
  await tracked.refresh();
  const status = tracked.run?.state.status;
  const isOver = status === 'done' || status === 'stopped' || status === 'failed';
  if (isTaken && !isOver) await appendEnd(folder, { status: 'stopped' });
  if (isTaken) await endClaim(folder, own);
  return isOver || isTaken;
}
