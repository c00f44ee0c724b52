import * as path from 'node:path';
import * as vscode from 'vscode';
import { isAbout } from '../workspace/runTasks';
import type { App } from './app';
import type { ChosenRun } from './choosing';

/** Runs the command line about a run in a terminal task of its own. */
export async function inTerminal(
  { config, programs }: App,
  { folder, run }: ChosenRun,
  title: string,
  words: readonly string[],
): Promise<void> {
  const scope = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder));
  if (!scope) return;
  const command = new vscode.ProcessExecution(
    config.nodePath ?? process.execPath,
    [path.join(programs.dist, 'cli.js'), ...words],
    { cwd: folder, env: { ELECTRON_RUN_AS_NODE: '1' } },
  );
  const definition = { type: 'process', id: `${words.join(' ')} ${run.manifest.id}` };
  const task = new vscode.Task(definition, scope, title, 'Lethe', command, []);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated };
  isAbout(task, run.manifest.id);
  await vscode.tasks.executeTask(task);
}
