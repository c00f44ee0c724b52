import type { RunStatus } from '../core/run';
import { waitText } from '../core/timeLeft';
import { oneLine } from '../core/visibleText';
import { readBatches } from '../runs/batches/batchFile';
import { readBatchStates, stopBatch, type BatchState } from '../runs/batches/batches';
import { slurm } from '../runs/executors/slurm';
import { storeFolder, type RunStore } from '../runs/index';
import { exitCodes } from './exitCodes';
import { folderInWords } from './places';
import { idNamed, storeHere, type StoreOptions } from './storeCommands';
import type { Terminal } from './terminal';
import { counted } from './words';

/** `lethe batch`: how batches stand that were given to a cluster. */
export async function batchCommand(
  names: readonly string[],
  options: StoreOptions,
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const store = storeHere(options.out, dist, terminal);
  const states = await readBatchStates(store, slurm);
  const ids = states.map(({ batch }) => batch.id);
  const wanted = names.length === 0 ? new Set(ids) : new Set(names.map((name) => batchNamed(name, ids)));
  const chosen = states.filter(({ batch }) => wanted.has(batch.id));
  if (chosen.length === 0 && !options.json) terminal.out(`No batches in ${folderInWords(store.folder)}.`);
  for (const state of chosen) {
    if (options.json) terminal.out(JSON.stringify(jsonOf(state)));
    else for (const line of linesOf(state)) terminal.out(line);
  }
  return exitCodes.done;
}

const batchNamed = (name: string, ids: readonly string[]): string =>
  idNamed(name, ids, { noun: 'batch', list: 'lethe batch' });

const jsonOf = ({ batch, counts, failures, workers, secondsLeft }: BatchState) => ({
  id: batch.id,
  experiment: batch.experiment,
  created: batch.created,
  executor: batch.executor,
  ...(batch.cluster !== undefined && { cluster: batch.cluster }),
  runs: batch.runs.length,
  counts,
  failures,
  ...(workers && { workers }),
  ...(secondsLeft !== undefined && { secondsLeft }),
});

const order: readonly RunStatus[] = ['done', 'running', 'queued', 'stopped', 'failed', 'crashed', 'lost'];

function linesOf(state: BatchState): string[] {
  const { batch, counts, failures, secondsLeft } = state;
  const parts = order.flatMap((status) => (counts[status] > 0 ? [`${counts[status]} ${status}`] : []));
  const total = order.reduce((sum, status) => sum + counts[status], 0);
  const where = batch.cluster === undefined ? '' : ` on ${oneLine(batch.cluster)}`;
  const left = secondsLeft === undefined ? '' : `, about ${waitText(secondsLeft)} left`;
  return [
    `${batch.id}  ${oneLine(batch.experiment)}: ${counted(total, 'run')}${where} (${parts.join(', ')})${left}`,
    ...workerLines(state),
    ...failures.map(({ reason, ids }) => `    ${ids.length} × ${oneLine(reason)} (as ${oneLine(ids[0] ?? '')})`),
  ];
}

function workerLines({ batch, counts, workers, isElsewhere }: BatchState): string[] {
  const isOver = counts.queued + counts.running + counts.crashed + counts.lost === 0;
  if (isElsewhere)
    return isOver ? [] : ['    How its workers stand is said on that cluster alone: from here another is asked.'];
  if (!workers) return isOver ? [] : ['    Slurm does not answer: how its workers stand is not known.'];
  const { running, waiting, reason } = workers;
  if (running + waiting === 0) {
    return isOver
      ? []
      : [
          `    No worker is left. The same "lethe run" gives what is left to new ones; "lethe stop ${batch.id}" takes the rest out.`,
        ];
  }
  const why = reason === undefined ? '' : ` (${oneLine(reason)})`;
  const waits = waiting > 0 ? `, ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for a machine${why}` : '';
  return [`    ${counted(running, 'worker')}${waits}`];
}

/** `lethe stop BATCH`. */
export async function stopBatches(names: readonly string[], store: RunStore, terminal: Terminal): Promise<number> {
  const batches = await readBatches(storeFolder(store.folder));
  const ids = batches.map(({ id }) => id);
  let code: number = exitCodes.done;
  for (const id of names.map((name) => batchNamed(name, ids))) {
    const batch = batches.find((one) => one.id === id);
    if (!batch) continue;
    const left = await stopBatch(store, batch, slurm);
    terminal.out(left.length === 0 ? `${id}: stopped` : `${id}: ${counted(left.length, 'run')} not stopped yet`);
    if (left.length > 0) code = exitCodes.failed;
  }
  return code;
}
