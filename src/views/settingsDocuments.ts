import * as vscode from 'vscode';
import type { Run } from '../core/run';
import { oneLine } from '../core/visibleText';
import type { Experiments } from '../workspace/experiments';
import { Owner } from '../workspace/disposable';
import type { RunsModel } from '../workspace/runsModel';
import { t } from '../workspace/text';

const SCHEME = 'lethe-settings';

/** What a document shows the settings of: a run, with or without its seed, or a variant as its file has it now. */
export type Subject =
  | { readonly kind: 'run'; readonly folder: string; readonly id: string; readonly hasPlace: boolean }
  | { readonly kind: 'variant'; readonly uri: string; readonly key: string };

/** Resolved settings as documents that can be read and compared, and not edited. */
export class SettingsDocuments extends Owner {
  constructor(runs: RunsModel, experiments: Experiments) {
    super();
    // Read when somebody asks for settings.
    const provideTextDocumentContent = async ({ query }: vscode.Uri): Promise<string> =>
      (await import('./settingsContent')).settingsContent(JSON.parse(query) as Subject, runs, experiments);
    this.own(vscode.workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent }));
  }
}

/** @param hasPlace whether seed and backend are shown too */
export const settingsOfRun = (folder: string, { manifest }: Run, hasPlace = true): vscode.Uri =>
  uriOf(t('{0}, seed {1}', manifest.variant.label, manifest.seed), {
    ...{ kind: 'run', folder, id: manifest.id, hasPlace },
  });

export const settingsOfVariant = (experiment: vscode.Uri, { key, label }: { key: string; label: string }): vscode.Uri =>
  uriOf(label, { kind: 'variant', uri: experiment.toString(), key });

/** The name is what a tab shows; a slash in it would be a folder. */
const uriOf = (name: string, subject: Subject): vscode.Uri =>
  vscode.Uri.from({
    scheme: SCHEME,
    path: `/${oneLine(name).replaceAll('/', '∕')}.json`,
    query: JSON.stringify(subject),
  });
