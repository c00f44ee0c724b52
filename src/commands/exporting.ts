import * as path from 'node:path';
import * as vscode from 'vscode';
import { withHistory, writeReportInStore } from '../runs/index';
import type { ExperimentDocument } from '../workspace/experiments';
import { isRepeatable, type ExperimentOverview } from '../workspace/overview';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseExperiment, chooseRun } from './choosing';
import { Refusal } from './refusal';
import { refuseUntrusted } from './starting';

/** A bundle of its own, read when the first report is asked for. */
const report = () => import('../report/index');

interface Results {
  readonly document: ExperimentDocument;
  readonly folder: string;
  readonly overview: ExperimentOverview;
}

async function chooseResults(app: App, argument: unknown): Promise<Results | undefined> {
  const document = await chooseExperiment(app, argument);
  if (!document) return undefined;
  await app.runs.ready;
  const overview = app.overviews.of(document);
  const done = overview?.comparison.rows.some(({ seedsDone }) => seedsDone > 0);
  if (!overview || !done || document.folder === undefined)
    throw new Refusal(t('There are no results for the present settings of {0} yet.', document.path));
  return { document, folder: document.folder, overview };
}

/** Writes the HTML report into `.lethe/reports` and opens it in the browser where there is one on this machine. */
export async function openReport(app: App, argument: unknown): Promise<void> {
  refuseUntrusted();
  const results = await chooseResults(app, argument);
  if (!results) return;
  const { document, folder, overview } = results;
  const store = app.runs.store(folder);
  if (!store) throw new Refusal(t('Runs need a folder on this machine.'));
  const { htmlReport } = await report();
  const groups = await withHistory(store, overview.groups);
  const html = htmlReport({
    file: document.path,
    experiment: overview.experiment,
    runs: groups.flatMap(({ runs }) => runs),
    comparison: overview.comparison,
    groups,
    created: new Date(),
  });
  const file = vscode.Uri.file(await writeReportInStore(folder, document.path, html));
  const isHere = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  if (isHere && (await vscode.env.openExternal(file))) return;
  const reveal = t('Reveal in Explorer');
  const shown = await vscode.window.showInformationMessage(t('The report is in {0}', file.fsPath), reveal);
  if (shown === reveal) await vscode.commands.executeCommand('revealInExplorer', file);
}

export async function exportTable(app: App, argument: unknown): Promise<void> {
  const results = await chooseResults(app, argument);
  if (!results) return;
  const { markdownTable } = await report();
  await vscode.env.clipboard.writeText(markdownTable(results.overview.comparison));
  vscode.window.setStatusBarMessage(`$(check) ${t('Comparison copied as a Markdown table')}`, 5000);
}

/** Repeats a finished run in a terminal task and compares event by event. */
export async function verifyRun(app: App, argument: unknown): Promise<void> {
  refuseUntrusted();
  const chosen = await chooseRun(app, argument, t('Which run shall be repeated?'), isRepeatable);
  const scope = chosen && vscode.workspace.getWorkspaceFolder(vscode.Uri.file(chosen.folder));
  if (!chosen || !scope) return;
  const { id } = chosen.run.manifest;
  const command = new vscode.ProcessExecution(
    app.config.nodePath ?? process.execPath,
    [path.join(app.programs.dist, 'cli.js'), 'verify', id],
    { cwd: chosen.folder, env: { ELECTRON_RUN_AS_NODE: '1' } },
  );
  const task = new vscode.Task({ type: 'process', id }, scope, t('verify {0}', id), 'Lethe', command, []);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated };
  await vscode.tasks.executeTask(task);
}
