import * as vscode from 'vscode';
import type { RunStatus } from '../core/run';
import { waitText } from '../core/timeLeft';
import { oneLine } from '../core/visibleText';
import { readBatchStates, stopBatch, type BatchState } from '../runs/batches/batches';
import { slurm } from '../runs/executors/slurm';
import type { RunStore } from '../runs/index';
import { t } from '../workspace/text';
import type { App } from './app';
import { Refusal } from './refusal';
import { openLog } from './showing';
import { refuseUntrusted } from './starting';

interface BatchItem extends vscode.QuickPickItem {
  readonly state: BatchState;
  readonly store: RunStore;
}

interface Action extends vscode.QuickPickItem {
  run(): unknown;
}

/** Shows the batches that were given to a cluster: how far they are, and why runs failed; and stops one. */
export async function clusterBatches(app: App): Promise<void> {
  refuseUntrusted();
  await app.runs.ready;
  const items = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: t('Lethe: asking the cluster') },
    async () => {
      const stores = await Promise.all(app.runs.folderPaths().map((folder) => app.runs.store(folder)));
      const found = await Promise.all(stores.flatMap((store) => (store ? [itemsOf(store)] : [])));
      return found.flat();
    },
  );
  if (items.length === 0)
    throw new Refusal(t('No batch was given to a cluster from here.'), {
      title: t('Run on a Cluster…'),
      action: () => vscode.commands.executeCommand('lethe.runOnCluster'),
    });
  const title = t('Batches on a Cluster');
  const chosen = await vscode.window.showQuickPick(items.reverse(), { title, matchOnDescription: true });
  if (!chosen) return;
  const action = await vscode.window.showQuickPick(actionsOf(app, chosen), { title: oneLine(chosen.state.batch.id) });
  await action?.run();
}

async function itemsOf(store: RunStore): Promise<BatchItem[]> {
  return (await readBatchStates(store, slurm)).map((state) => ({
    label: oneLine(state.batch.experiment),
    description: [countText(state), leftText(state)].filter((text) => text !== '').join(' · '),
    detail: [state.batch.id, oneLine(state.batch.cluster ?? ''), workerText(state)]
      .filter((text) => text !== '')
      .join(' · '),
    state,
    store,
  }));
}

function countText({ counts }: BatchState): string {
  const texts: Readonly<Record<RunStatus, (n: number) => string>> = {
    done: (n) => t('{0} done', n),
    running: (n) => t('{0} in training', n),
    queued: (n) => t('{0} waiting', n),
    stopped: (n) => t('{0} stopped', n),
    failed: (n) => t('{0} failed', n),
    crashed: (n) => t('{0} crashed', n),
    lost: (n) => t('{0} lost', n),
  };
  const said = Object.keys(texts) as RunStatus[];
  return said.flatMap((status) => (counts[status] > 0 ? [texts[status](counts[status])] : [])).join(', ');
}

const leftText = ({ secondsLeft }: BatchState): string =>
  secondsLeft === undefined ? '' : t('about {0} left', waitText(secondsLeft));

function workerText({ counts, workers, isElsewhere }: BatchState): string {
  const isOver = counts.queued + counts.running + counts.lost + counts.crashed === 0;
  if (isElsewhere) return isOver ? '' : t('its workers are asked for there alone');
  if (!workers) return isOver ? '' : t('the cluster does not answer');
  const { running, waiting } = workers;
  if (running + waiting === 0) return isOver ? '' : t('no worker is left');
  const reason = workers.reason === undefined ? '' : ` (${oneLine(workers.reason)})`;
  return [
    ...(running > 0 ? [running === 1 ? t('1 worker') : t('{0} workers', running)] : []),
    ...(waiting > 0
      ? [(waiting === 1 ? t('1 waits for a machine') : t('{0} wait for a machine', waiting)) + reason]
      : []),
  ].join(', ');
}

function actionsOf(app: App, { state, store }: BatchItem): Action[] {
  const { batch, counts, failures } = state;
  const stop: Action = {
    label: `$(debug-stop) ${t('Stop this batch')}`,
    detail: t('Its runs stop at a checkpoint, and what waits is taken out.'),
    run: () => stopOne(store, state),
  };
  const isGoingOn = counts.queued + counts.running + counts.lost > 0;
  return [
    ...failures.map(({ reason, ids }): Action => ({
      label: `$(error) ${oneLine(reason)}`,
      description: t('{0} ×', ids.length),
      detail: t('Show the log of {0}', oneLine(ids[0] ?? '')),
      run: () => openLog(app, { kind: 'run', folder: store.folder, id: ids[0] }),
    })),
    ...(isGoingOn ? [stop] : []),
    {
      label: `$(output) ${t('Show the folder of this batch')}`,
      detail: t('What its workers print is there.'),
      run: () => {
        const folder = vscode.Uri.file(store.folder);
        const file = vscode.Uri.joinPath(folder, '.lethe', 'batches', batch.id, 'batch.json');
        return vscode.commands.executeCommand('revealInExplorer', file);
      },
    },
  ];
}

async function stopOne(store: RunStore, { batch }: BatchState): Promise<void> {
  const left = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Lethe: stopping a batch') },
    () => stopBatch(store, batch, slurm),
  );
  if (left.length > 0) throw new Refusal(t('Asked to stop, and still going: {0}.', left.map(oneLine).join(', ')));
}
