import * as vscode from 'vscode';
import { isFinished, isResumable } from '../core/run';
import { isActive } from '../workspace/overview';
import { runFolderOf } from '../workspace/runsModel';
import { targetOf } from '../workspace/targets';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseRun, chooseVariants, runsOfTarget, type ChosenRun } from './choosing';
import { Refusal } from './refusal';
import { refuseUntrusted } from './starting';

const isGoing = ({ run }: ChosenRun) => !isFinished(run.status);

/** Asks runs to stop; they write a checkpoint first, and are forced after the time-out. */
async function stop(app: App, chosen: readonly ChosenRun[]): Promise<void> {
  refuseUntrusted();
  if (chosen.length === 0) return;
  const folders = [...new Set(chosen.map((item) => item.folder))];
  const stopping = folders.map(async (folder) => {
    const ids = chosen.filter((item) => item.folder === folder).map(({ run }) => run.manifest.id);
    const store = await app.runs.store(folder);
    return (await store?.stopAll(ids)) ?? [];
  });
  const title = chosen.length === 1 ? t('Lethe: stopping 1 run') : t('Lethe: stopping {0} runs', chosen.length);
  const asked = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    Promise.all(stopping),
  );
  if (asked.flat().length > 0)
    throw new Refusal(
      t(
        'Asked to stop, and still going: {0}. Lethe ends by force only what it started on this machine for you.',
        asked.flat().join(', '),
      ),
    );
}

export async function stopRun(app: App, argument: unknown): Promise<void> {
  const chosen = await chooseRun(app, argument, t('Which run shall stop?'), (run) => !isFinished(run.status));
  if (chosen && isGoing(chosen)) await stop(app, [chosen]);
}

/** Stops all seeds of a variant, or all variants of an experiment. */
export async function stopVariant(app: App, argument: unknown): Promise<void> {
  if (targetOf(argument)?.kind === 'experiment') return stop(app, (await runsOfTarget(app, argument)).filter(isGoing));
  const chosen = await chooseVariants(app, argument, t('Which method shall stop?'), ({ state }) => isActive(state));
  const folder = chosen?.document.folder;
  if (!chosen || folder === undefined) return;
  const runs = chosen.overviews.flatMap((overview) => [...overview.runs, ...overview.forks]);
  await stop(app, runs.map((run) => ({ folder, run })).filter(isGoing));
}

export const stopAll = (app: App): Promise<void> => stop(app, app.runs.active());

export async function resumeRun(app: App, argument: unknown): Promise<void> {
  refuseUntrusted();
  const chosen = await chooseRun(app, argument, t('Which run shall go on?'), isResumable);
  if (!chosen) return;
  const { mayResumeProgram } = await import('./programs');
  if (!(await mayResumeProgram(chosen.folder, chosen.run))) return;
  const store = await app.runs.store(chosen.folder);
  await store?.resume(chosen.run.manifest.id);
}

/** Deletes the folder of a run, after asking. */
export async function deleteRun(app: App, argument: unknown): Promise<void> {
  refuseUntrusted();
  const chosen = await chooseRun(app, argument, t('Which run shall be deleted?'), (run) => isFinished(run.status));
  if (!chosen) return;
  if (isGoing(chosen)) throw new Refusal(t('This run is still going. Stop it first.'));
  const { id, variant, seed } = chosen.run.manifest;
  const really = await vscode.window.showWarningMessage(
    t('Delete the run of {0}, seed {1}?', variant.label, seed),
    { modal: true, detail: t('Its results, checkpoints and log in .lethe/runs/{0} are deleted for good.', id) },
    t('Delete'),
  );
  if (really === undefined) return;
  await vscode.workspace.fs.delete(vscode.Uri.file(runFolderOf(chosen.folder, id)), { recursive: true });
}
