import * as vscode from 'vscode';
import type { DashboardPlace, Section } from '../core/dashboardPlace';
import { oneLine } from '../core/visibleText';
import { statusText } from '../views/statusText';
import { runFolderOf } from '../workspace/runsModel';
import { damagedTargetOf, targetOf, type DamagedTarget } from '../workspace/targets';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseExperiment, chooseRun, namedExperiment } from './choosing';
import { Refusal } from './refusal';

/** @param section what is shown of it; what the argument says, or what was shown last, where left out */
export async function openDashboard(app: App, argument: unknown, section?: Section): Promise<void> {
  const place = { ...placeOf(app, argument), ...(section && { section }) };
  const named = namedExperiment(app, argument);
  if (named) return app.dashboards.openRuns(named.folder, named.name, place);
  const document = await chooseExperiment(app, argument);
  if (document) await app.dashboards.open(document.uri, place);
}

/** Where in the dashboard a variant or a run is found: one that went wrong, among what went wrong. */
function placeOf(app: App, argument: unknown): DashboardPlace {
  const target = targetOf(argument);
  if (target?.kind === 'variant') return { variant: target.key };
  if (target?.kind !== 'run') return {};
  const run = app.runs.run(target.folder, target.id);
  if (!run) return {};
  const isBroken = run.status === 'failed' || run.status === 'crashed';
  return { variant: run.manifest.variant.key, ...(isBroken && { section: 'details' }) };
}

export async function openExperimentFile(app: App, argument: unknown): Promise<void> {
  const document = await chooseExperiment(app, argument);
  if (document) await vscode.window.showTextDocument(document.uri);
}

export async function openLog(app: App, argument: unknown): Promise<void> {
  const chosen = await chooseRun(app, argument, t('Whose log?'));
  if (chosen) await (await app.logs()).show(chosen.folder, chosen.run.manifest.id);
}

/** In the explorer of VS Code, so that it works on remote machines too. */
export async function revealRunFolder(app: App, argument: unknown): Promise<void> {
  const damaged = damagedTargetOf(argument);
  if (damaged) return revealDamaged(app, damaged);
  const chosen = await chooseRun(app, argument, t('Whose folder?'));
  if (!chosen) return;
  const folder = vscode.Uri.file(runFolderOf(chosen.folder, chosen.run.manifest.id));
  await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.joinPath(folder, 'run.json'));
}

/** The folder itself, since there may be nothing in it. */
async function revealDamaged(app: App, { folder, id }: DamagedTarget): Promise<void> {
  if (!app.runs.damaged(folder).some((known) => known.id === id)) throw new Refusal(t('There is no run {0}.', id));
  await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(runFolderOf(folder, id)));
}

/** The dashboard of the experiment that is in training; a choice where there are several. */
export async function showRunning(app: App): Promise<void> {
  const active = app.runs.active();
  const documents = app.experiments
    .list()
    .map((document) => ({
      document,
      runs: active
        .filter(({ folder, run }) => folder === document.folder && run.manifest.experiment.file === document.path)
        .map(({ run }) => run),
    }))
    .filter(({ runs }) => runs.length > 0);
  const [only] = documents;
  if (!only) {
    await vscode.commands.executeCommand('lethe.experiments.focus');
    return;
  }
  if (documents.length === 1) return app.dashboards.open(only.document.uri);
  const picked = await vscode.window.showQuickPick(
    documents.map(({ document, runs }) => ({
      label: oneLine(document.parsed.experiment?.name ?? document.path),
      description: statusText(runs)?.text ?? '',
      document,
    })),
    { title: t('Experiments in training') },
  );
  if (picked) await app.dashboards.open(picked.document.uri);
}

export async function showWalkthrough(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'lethe.lethe#lethe.start', false);
}
