import * as vscode from 'vscode';
import { analyseRun } from './analysing';
import type { App } from './app';
import { chooseExperiment, chooseRun, chooseVariants, experimentOfRun } from './choosing';
import { isFinished, isStartable, type Run } from '../core/run';
import { newExperiment } from './creating';
import { dataSets } from './dataSets';
import { debugVariant } from './debugging';
import { installEngine, removeEngine } from './engine';
import { createOwn } from './ownFolder';
import { exportTable, openReport, verifyRun } from './exporting';
import { Refusal } from './refusal';
import { openDashboard, openExperimentFile, openLog, revealRunFolder, showRunning, showWalkthrough } from './showing';
import { start } from './starting';
import { deleteRun, resumeRun, stopAll, stopRun, stopVariant } from './stopping';
import { t } from '../workspace/text';

/** Read when it is asked for. */
const settings = () => import('./settings');
const betweenMinima = () => import('./betweenMinima');

/** A command: its title's key in package.nls.json, and what it does with the argument VS Code or a caller gives it. */
interface Command {
  readonly title: string;
  run(app: App, argument: unknown): unknown;
}

/** Every command there is. The manifest lists the same ones, which a test checks. */
export const commands = {
  'lethe.runAll': { title: 'command.runAll', run: runAll },
  'lethe.runVariant': { title: 'command.runVariant', run: runVariant },
  'lethe.debugVariant': { title: 'command.debugVariant', run: debugVariant },
  'lethe.stopRun': { title: 'command.stopRun', run: stopRun },
  'lethe.stopVariant': { title: 'command.stopVariant', run: stopVariant },
  'lethe.stopAll': { title: 'command.stopAll', run: stopAll },
  'lethe.resumeRun': { title: 'command.resumeRun', run: resumeRun },
  'lethe.runAgain': { title: 'command.runAgain', run: runAgain },
  'lethe.forkRun': {
    title: 'command.forkRun',
    run: async (app: App, argument: unknown) => (await import('./forking')).forkRun(app, argument),
  },
  'lethe.openDashboard': { title: 'command.openDashboard', run: showDashboard },
  'lethe.showWhy': {
    title: 'command.showWhy',
    run: (app: App, argument: unknown) => openDashboard(app, argument, 'why'),
  },
  'lethe.showProblems': {
    title: 'command.showProblems',
    run: (app: App, argument: unknown) => openDashboard(app, argument, 'details'),
  },
  'lethe.compare': { title: 'command.compare', run: showDashboard },
  'lethe.newExperiment': { title: 'command.newExperiment', run: newExperiment },
  'lethe.sweepSetting': {
    title: 'command.sweepSetting',
    run: async (app: App, argument: unknown) => (await import('./sweeping')).sweepSetting(app, argument),
  },
  'lethe.createOwn': { title: 'command.createOwn', run: createOwn },
  'lethe.openReport': { title: 'command.openReport', run: openReport },
  'lethe.openLog': { title: 'command.openLog', run: openLog },
  'lethe.revealRunFolder': { title: 'command.revealRunFolder', run: revealRunFolder },
  'lethe.showSettings': {
    title: 'command.showSettings',
    run: async (app: App, argument: unknown) => (await settings()).showSettings(app, argument),
  },
  'lethe.compareSettings': {
    title: 'command.compareSettings',
    run: async (app: App, argument: unknown) => (await settings()).compareSettings(app, argument),
  },
  'lethe.showChanges': {
    title: 'command.showChanges',
    run: async (app: App, argument: unknown) => (await settings()).showChanges(app, argument),
  },
  'lethe.verifyRun': { title: 'command.verifyRun', run: verifyRun },
  'lethe.analyseRun': { title: 'command.analyseRun', run: analyseRun },
  'lethe.showLandscape': {
    title: 'command.showLandscape',
    run: async (app: App, argument: unknown) => (await betweenMinima()).showLandscape(app, argument),
  },
  'lethe.findPath': {
    title: 'command.findPath',
    run: async (app: App, argument: unknown) => (await betweenMinima()).findPath(app, argument),
  },
  'lethe.deleteRun': { title: 'command.deleteRun', run: deleteRun },
  'lethe.exportTable': { title: 'command.exportTable', run: exportTable },
  'lethe.refresh': { title: 'command.refresh', run: refresh },
  'lethe.openExperimentFile': { title: 'command.openExperimentFile', run: openExperimentFile },
  'lethe.showRunning': { title: 'command.showRunning', run: showRunning },
  'lethe.runOnCluster': {
    title: 'command.runOnCluster',
    run: async (app: App, argument: unknown) => (await import('./runOnCluster')).runOnCluster(app, argument),
  },
  'lethe.clusterBatches': {
    title: 'command.clusterBatches',
    run: async (app: App) => (await import('./clusterBatches')).clusterBatches(app),
  },
  'lethe.dataSets': { title: 'command.dataSets', run: dataSets },
  'lethe.installEngine': { title: 'command.installEngine', run: installEngine },
  'lethe.removeEngine': { title: 'command.removeEngine', run: removeEngine },
  'lethe.showWalkthrough': { title: 'command.showWalkthrough', run: showWalkthrough },
} satisfies Record<`lethe.${string}`, Command>;
export type CommandId = keyof typeof commands;

async function runAll(app: App, argument: unknown): Promise<void> {
  const document = await chooseExperiment(app, argument);
  if (document) await start(app, document.uri);
}

async function runVariant(app: App, argument: unknown): Promise<void> {
  const document = await chooseExperiment(app, argument);
  if (!document) return;
  // With errors in the file there is no variant to choose; starting says what is wrong.
  if (!document.parsed.experiment) return start(app, document.uri);
  const chosen = await chooseVariants(app, argument, t('Which method shall run?'));
  const keys = chosen?.overviews.map(({ variant }) => variant.key);
  if (chosen) await start(app, chosen.document.uri, { ...(keys && { keys }) });
}

function showDashboard(app: App, argument: unknown): Promise<void> {
  return openDashboard(app, argument);
}

/** A new run of the variant and the seed of a finished one, with the settings that the file has now. */
async function runAgain(app: App, argument: unknown): Promise<void> {
  const isOver = (run: Run) => isFinished(run.status) && isStartable(run);
  const chosen = await chooseRun(app, argument, t('Which run shall be run again?'), isOver);
  if (!chosen) return;
  const { folder, run } = chosen;
  const { variant, seed } = run.manifest;
  const { uri } = experimentOfRun(app, folder, run.manifest.id);
  await start(app, uri, { keys: [variant.key], seeds: [seed], fresh: true });
}

function refresh(app: App): void {
  app.experiments.refresh();
  app.runs.reopen();
}

/** Does what a command says, with the argument VS Code or a caller gave it. What it throws becomes one message. */
export const perform = (id: CommandId, app: App, argument: unknown, log: vscode.LogOutputChannel): Promise<void> =>
  runCommand(id, () => (commands[id] as Command).run(app, argument), log);

/** Runs a command's action; says once, with the log at hand, what went wrong. Never rejects. */
async function runCommand(id: string, action: () => unknown, log: vscode.LogOutputChannel): Promise<void> {
  try {
    await action();
  } catch (error) {
    // Not awaited: the command is over, whether or not anyone answers the message.
    void explain(id, error, log);
  }
}

async function explain(id: string, error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  if (error instanceof Refusal) {
    const chosen = await vscode.window.showWarningMessage(error.message, ...error.remedies.map(({ title }) => title));
    const remedy = error.remedies.find(({ title }) => title === chosen);
    if (remedy) await runCommand(id, remedy.action, log);
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  log.error(`${id}: ${error instanceof Error ? (error.stack ?? message) : message}`);
  const showLog = t('Show Log');
  if ((await vscode.window.showErrorMessage(t('Lethe: {0}', message), showLog)) === showLog) log.show();
}
