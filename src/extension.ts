import * as path from 'node:path';
import * as vscode from 'vscode';
import { registerCommands } from './commands';
import type { CommandId } from './commands/index';
import { Dashboards } from './dashboard/index';
import { registerEditor } from './editor/index';
import { ContextKeys } from './views/contextKeys';
import { EndNotices } from './views/endNotices';
import { ExperimentsTree } from './views/experimentsTree';
import type { ReportPanels } from './views/reportPanels';
import type { RunLogs } from './views/runLog';
import { SettingsDocuments } from './views/settingsDocuments';
import { RunsStatusBar } from './views/statusBar';
import { registerWelcomeView } from './views/welcomeView';
import { Config } from './workspace/config';
import { Experiments } from './workspace/experiments';
import { FilesModel } from './workspace/filesModel';
import { NamedFilesModel } from './workspace/namedFilesModel';
import { OwnFilesModel } from './workspace/ownFilesModel';
import type { Overviews } from './workspace/overviews';
import { RunsModel } from './workspace/runsModel';
import { useTranslator } from './workspace/text';

interface Manifest {
  readonly version: string;
  readonly contributes: { readonly commands: readonly { readonly command: CommandId }[] };
}

/** Builds everything and ties its life to the extension's. */
export function activate(context: vscode.ExtensionContext): void {
  useTranslator(vscode.l10n.t, vscode.l10n.bundle ? vscode.env.language : 'en');
  const own = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  const log = own(vscode.window.createOutputChannel('Lethe', { log: true }));
  const report = (error: unknown) => log.error(error instanceof Error ? error : String(error));

  const programs = { dist: path.join(context.extensionPath, 'dist') };
  const config = own(new Config());
  const ownFiles = own(new OwnFilesModel(config, programs, report));
  const files = own(new FilesModel(ownFiles, own(new NamedFilesModel(report))));
  const experiments = own(new Experiments(files, report));
  const runs = own(new RunsModel(config, programs, report));
  let made: Promise<Overviews> | undefined;
  const overviews = () =>
    (made ??= import('./workspace/overviews').then(({ Overviews }) => new Overviews(runs, config)));
  let madeLogs: Promise<RunLogs> | undefined;
  const logs = () => (madeLogs ??= import('./views/runLog').then(({ RunLogs }) => own(new RunLogs(runs))));
  let madeReports: Promise<ReportPanels> | undefined;
  const reports = () =>
    (madeReports ??= import('./views/reportPanels').then(({ ReportPanels }) =>
      own(new ReportPanels(context.extensionUri)),
    ));
  own(new SettingsDocuments(runs, experiments));
  const dashboards = own(
    new Dashboards({
      extensionUri: context.extensionUri,
      readerOf: (experiment) => runs.readerOf(experiment),
      knownFilesOf: (text, experiment) => files.allOf(text, experiment.fsPath),
      onDidChangeKnownFiles: files.onDidChange,
      backend: () => config.backend,
      onDidChangeSettings: config.onDidChange,
      actions: async () =>
        (await import('./commands/dashboardActions')).dashboardActions((experiment) => runs.folderOf(experiment)),
      memory: context.storageUri,
      log,
    }),
  );
  const { version, contributes } = context.extension.packageJSON as Manifest;
  const ids = contributes.commands.map(({ command }) => command);

  own(registerEditor(experiments, overviews, runs, config, ownFiles, context.extensionUri));
  own(new ExperimentsTree(experiments, overviews, runs, config));
  own(
    vscode.window.registerUriHandler({
      handleUri: async (uri) => (await import('./commands/links')).followLink(uri, dashboards),
    }),
  );
  own(registerWelcomeView());
  own(new RunsStatusBar(runs));
  own(new EndNotices(runs, config));
  own(new ContextKeys(experiments, runs));
  own(
    registerCommands(
      ids,
      { config, experiments, ownFiles, runs, overviews, logs, reports, dashboards, programs, version },
      log,
    ),
  );
}
