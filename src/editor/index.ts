import * as vscode from 'vscode';
import type { Config } from '../workspace/config';
import { EXPERIMENT_SUFFIX, type Experiments } from '../workspace/experiments';
import type { OwnFilesModel } from '../workspace/ownFilesModel';
import type { LazyOverviews } from '../workspace/overviews';
import type { RunsModel } from '../workspace/runsModel';
import { ExperimentCodeLenses } from './codeLens';
import { ExperimentDiagnostics } from './diagnostics';
import type { ExperimentHover } from './hover';
import { DatasetCompletion } from './datasetCompletion';
import { OwnCompletion } from './ownCompletion';
import { OwnDiagnostics } from './ownDiagnostics';
import { TypoFix } from './quickFix';
import { SweepAction } from './sweepAction';

const EXPERIMENT_FILES: vscode.DocumentSelector = { pattern: `**/*${EXPERIMENT_SUFFIX}` };

/** Everything an experiment file shows in the editor, besides what its JSON schema does. */
export function registerEditor(
  experiments: Experiments,
  overviews: LazyOverviews,
  runs: RunsModel,
  config: Config,
  ownFiles: OwnFilesModel,
  extensionUri: vscode.Uri,
): vscode.Disposable {
  let made: Promise<ExperimentHover> | undefined;
  // Read when somebody points at something.
  const hover = () =>
    (made ??= import('./hover').then(
      ({ ExperimentHover }) => new ExperimentHover(experiments, ownFiles, overviews, extensionUri),
    ));
  const lenses = new ExperimentCodeLenses(experiments, overviews, runs, config);
  return vscode.Disposable.from(
    lenses,
    new ExperimentDiagnostics(experiments),
    new OwnDiagnostics(ownFiles),
    vscode.languages.registerCodeLensProvider(EXPERIMENT_FILES, lenses),
    vscode.languages.registerHoverProvider(EXPERIMENT_FILES, {
      provideHover: async (document, position) => (await hover()).provideHover(document, position),
    }),
    vscode.languages.registerCompletionItemProvider(EXPERIMENT_FILES, new DatasetCompletion(), '"'),
    vscode.languages.registerCompletionItemProvider(EXPERIMENT_FILES, new OwnCompletion(ownFiles), '"'),
    vscode.languages.registerCodeActionsProvider(EXPERIMENT_FILES, new TypoFix(), TypoFix.metadata),
    vscode.languages.registerCodeActionsProvider(EXPERIMENT_FILES, new SweepAction(), SweepAction.metadata),
  );
}
