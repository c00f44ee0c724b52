import * as vscode from 'vscode';
import { planRuns } from '../runs/index';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseVariants } from './choosing';
import { Refusal } from './refusal';
import { refuseFaulty, refuseUntrusted, saveFirst } from './starting';

/**
 * Starts one run of a variant with code of the user's own under VS Code's debugger: the first seed, each step by itself, so
 * that breakpoints are met in every step. The run is listed and compared nowhere.
 */
export async function debugVariant(app: App, argument: unknown): Promise<void> {
  refuseUntrusted();
  const chosen = await chooseVariants(
    app,
    argument,
    t('Which method shall be debugged?'),
    ({ variant }) => variant.own !== undefined,
  );
  const overview = chosen?.overviews[0];
  if (!chosen || !overview) return;
  const { uri } = chosen.document;
  await saveFirst(app, uri);
  const document = await app.experiments.readWhole(uri);
  const { experiment, folder } = refuseFaulty(document);
  const store = await app.runs.store(folder);
  if (!store) throw new Refusal(t('Runs need a folder on this machine.'));
  const { key, label } = overview.variant;
  const [manifest] = planRuns(experiment, [], {
    file: document.path,
    backend: app.config.backend,
    version: app.version,
    keys: [key],
    seeds: experiment.seeds.slice(0, 1),
    fresh: true,
  }).create;
  if (!manifest) throw new Refusal(t('The experiment has no such method any more.'));
  if (manifest.trainer !== 'lethe') throw new Refusal(t('Only methods that Lethe trains can be debugged here.'));
  const { debugRun } = await import('../runs/own/debugRun');
  const { program, args, env } = await debugRun(store, manifest, app.programs.dist);
  const configuration: vscode.DebugConfiguration = {
    type: 'node',
    request: 'launch',
    name: `Lethe: ${label}`,
    program,
    args: [...args],
    env,
    cwd: folder,
    runtimeExecutable: app.config.nodePath ?? process.execPath,
    console: 'internalConsole',
    internalConsoleOptions: 'openOnSessionStart',
    outputCapture: 'std',
    // Types are taken out of a file of the user's own, and no line is moved: what runs is not the text of the file.
    enableContentValidation: false,
    // Native TensorFlow is a folder of packages.
    skipFiles: ['<node_internals>/**', `${app.programs.dist}/**`, '**/node_modules/**'],
    resolveSourceMapLocations: ['**', '!**/dist/**'],
    autoAttachChildProcesses: false,
  };
  const workspaceFolder = vscode.workspace.getWorkspaceFolder(uri);
  if (!(await vscode.debug.startDebugging(workspaceFolder, configuration)))
    throw new Refusal(t('VS Code could not start its debugger for JavaScript.'));
}
