import * as vscode from 'vscode';
import type { CommandId } from './index';
import type { DashboardActions } from '../dashboard/index';
import type { ExperimentTarget, RunTarget, Target, VariantTarget } from '../workspace/targets';

/**
 * What the dashboard's buttons do: the commands that lenses and views call too.
 * @param folderOf path of the folder that holds the runs of an experiment file
 */
export function dashboardActions(
  folderOf: (experiment: vscode.Uri) => string | undefined,
): DashboardActions<vscode.Uri> {
  const command = (id: CommandId, target: Target) => Promise.resolve(vscode.commands.executeCommand(id, target));
  const whole = (uri: vscode.Uri): ExperimentTarget => ({ kind: 'experiment', uri: uri.toString() });
  const variant = (uri: vscode.Uri, key: string): VariantTarget => ({ kind: 'variant', uri: uri.toString(), key });
  const run = (uri: vscode.Uri, id: string): RunTarget => ({ kind: 'run', folder: folderOf(uri) ?? '', id });
  return {
    run: (experiment, key) => command('lethe.runVariant', variant(experiment, key)),
    stop: (experiment, key) => command('lethe.stopVariant', variant(experiment, key)),
    runAll: (experiment) => command('lethe.runAll', whole(experiment)),
    stopAll: (experiment) => command('lethe.stopVariant', whole(experiment)),
    resume: (experiment, id) => command('lethe.resumeRun', run(experiment, id)),
    runAgain: (experiment, id) => command('lethe.runAgain', run(experiment, id)),
    forkRun: (experiment, id) => command('lethe.forkRun', run(experiment, id)),
    stopRun: (experiment, id) => command('lethe.stopRun', run(experiment, id)),
    openFile: (experiment) => command('lethe.openExperimentFile', whole(experiment)),
    openLog: (experiment, id) => command('lethe.openLog', run(experiment, id)),
    showSettings: (experiment, id) => command('lethe.showSettings', run(experiment, id)),
    compareSettings: (experiment, id) => command('lethe.compareSettings', run(experiment, id)),
    verify: (experiment, id) => command('lethe.verifyRun', run(experiment, id)),
    analyse: (experiment, id) => command('lethe.analyseRun', run(experiment, id)),
    showLandscape: (experiment) => command('lethe.showLandscape', whole(experiment)),
    findPath: (experiment) => command('lethe.findPath', whole(experiment)),
    reveal: (experiment, id) => command('lethe.revealRunFolder', run(experiment, id)),
    openReport: (experiment) => command('lethe.openReport', whole(experiment)),
    copyTable: (_experiment, text) => Promise.resolve(vscode.env.clipboard.writeText(text)),
    copyLink: async (experiment, place) => {
      const { linkTo } = await import('./links');
      await vscode.env.clipboard.writeText(linkTo(experiment, place));
    },
    savePicture: async (experiment, png, name) => {
      const defaultUri = vscode.Uri.joinPath(experiment, '..', `${name}.png`);
      const uri = await vscode.window.showSaveDialog({ defaultUri, filters: { PNG: ['png'] } });
      if (uri) await vscode.workspace.fs.writeFile(uri, png);
    },
  };
}
