import * as vscode from 'vscode';
import type { ComparedExperiment } from '../core/comparedExperiment';
import { compare, type Comparison, type VariantRuns } from '../core/comparison';
import { groupWithForks } from '../core/forks';
import { groupNamed } from '../core/namedExperiment';
import { judged } from '../core/published';
import { isRepeatable } from '../core/run';
import { hashesOf, measuredTogether, reportNameOf, withHistory, writeReportInStore } from '../runs/index';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseExperiment, chooseRun, namedExperiment, type NamedExperiment } from './choosing';
import { Refusal } from './refusal';
import { refuseUntrusted } from './starting';
import { inTerminal } from './terminalTask';

/** Read when the first report is asked for. */
const report = () => import('../report/index');

interface Results {
  /** Path of the experiment file in the folder; undefined for runs that have none. */
  readonly file?: string;
  readonly folder: string;
  readonly experiment: ComparedExperiment;
  readonly groups: readonly VariantRuns[];
  readonly comparison: Comparison;
}

async function chooseResults(app: App, argument: unknown): Promise<Results | undefined> {
  await app.runs.ready;
  const named = namedExperiment(app, argument);
  const results = named ? resultsOfRuns(app, named) : await resultsOfFile(app, argument);
  if (!results || results.comparison.rows.some(({ seedsDone }) => seedsDone > 0)) return results;
  throw withoutResults(results.experiment.name);
}

const withoutResults = (name: string) =>
  new Refusal(t('There are no results for the present settings of {0} yet.', name));

async function resultsOfFile(app: App, argument: unknown): Promise<Results | undefined> {
  const document = await chooseExperiment(app, argument);
  if (!document) return undefined;
  const { folder, path: file } = document;
  const overview = (await app.overviews()).of(document);
  if (!overview || folder === undefined) throw withoutResults(file);
  const runs = app.runs.runs(folder);
  const { backend } = app.config;
  const { experiment, groups } = groupWithForks(overview.experiment, runs, hashesOf(overview.experiment), { backend });
  return {
    file,
    folder,
    experiment,
    groups,
    comparison: judged(experiment, compare(groups, experiment.select, backend)),
  };
}

function resultsOfRuns(app: App, { folder, name }: NamedExperiment): Results {
  const runs = app.runs.runs(folder).filter(({ manifest }) => manifest.experiment.file === undefined);
  const { backend } = app.config;
  const { experiment, groups } = groupNamed(name, runs, { backend });
  return { folder, experiment, groups, comparison: judged(experiment, compare(groups, undefined, backend)) };
}

/** Shows the report in the editor. In a trusted workspace it is also written into `.lethe/reports`, as one file to pass on. */
export async function openReport(app: App, argument: unknown): Promise<void> {
  const results = await chooseResults(app, argument);
  if (!results) return;
  const { folder, file: from, experiment, comparison } = results;
  const store = await app.runs.store(folder);
  if (!store) throw new Refusal(t('Runs need a folder on this machine.'));
  const { htmlReport } = await report();
  const groups = await withHistory(store, results.groups);
  const runs = groups.flatMap((group) => group.runs);
  const html = htmlReport({
    ...(from === undefined ? {} : { file: from }),
    experiment,
    runs,
    together: await measuredTogether(store, runs),
    comparison,
    groups,
    created: new Date(),
  });
  const name = from ?? reportNameOf(experiment.name);
  (await app.reports()).show(`${folder} ${name}`, experiment.name, html);
  if (vscode.workspace.isTrusted) await tellWritten(await writeReportInStore(folder, name, html));
}

/** Says where the report is, with what one may do with a file. */
async function tellWritten(written: string): Promise<void> {
  const file = vscode.Uri.file(written);
  const isHere = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  const [browser, reveal] = [t('Open in Browser'), t('Reveal in Explorer')];
  const offered = isHere ? [browser, reveal] : [reveal];
  const chosen = await vscode.window.showInformationMessage(t('The report is in {0}', file.fsPath), ...offered);
  if (chosen === browser) await vscode.env.openExternal(file);
  if (chosen === reveal) await vscode.commands.executeCommand('revealInExplorer', file);
}

export async function exportTable(app: App, argument: unknown): Promise<void> {
  const results = await chooseResults(app, argument);
  if (!results) return;
  const { markdownTable } = await report();
  await vscode.env.clipboard.writeText(markdownTable(results.comparison));
  vscode.window.setStatusBarMessage(`$(check) ${t('Comparison copied as a Markdown table')}`, 5000);
}

/** Repeats a finished run in a terminal task and compares event by event. */
export async function verifyRun(app: App, argument: unknown): Promise<void> {
  refuseUntrusted();
  const chosen = await chooseRun(app, argument, t('Which run shall be repeated?'), isRepeatable);
  if (!chosen) return;
  const { id } = chosen.run.manifest;
  await inTerminal(app, chosen, t('verify {0}', id), ['verify', id]);
}
