import * as path from 'node:path';
import * as vscode from 'vscode';
import { copyName, ownPartsOf, type OwnPart } from '../core/own/ownCode';
import { ownPartsOfRun } from '../core/manifest';
import { settingsOfRun, settingsOfVariant } from '../views/settingsDocuments';
import type { VariantOverview } from '../workspace/overview';
import { runFolderOf } from '../workspace/runsModel';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseRun, chooseVariants, type ChosenRun } from './choosing';

/** What two sides of a comparison are: the settings, and below them each file of the user's own code. */
type Pair = readonly [label: vscode.Uri, before: vscode.Uri | undefined, after: vscode.Uri | undefined];

/** A file of the user's own code. */
interface CodeFile {
  readonly name: string;
  readonly sha256: string;
  readonly uri: vscode.Uri;
}

/** All settings that a run has, those of defaults and presets too. */
export async function showSettings(app: App, argument: unknown): Promise<void> {
  const chosen = await chooseRun(app, argument, t('Whose settings?'));
  if (chosen) await vscode.window.showTextDocument(settingsOfRun(chosen.folder, chosen.run), { preview: true });
}

/** The settings of two runs side by side, in the order in which they were made. */
export async function compareSettings(app: App, argument: unknown): Promise<void> {
  const one = await chooseRun(app, argument, t('Which run shall be compared?'));
  if (!one) return;
  const { manifest } = one.run;
  const other = await chooseRun(
    app,
    undefined,
    t('With which run?'),
    (run) => run.manifest.id !== manifest.id && run.manifest.variant.hash !== manifest.variant.hash,
  );
  if (!other) return;
  const [before, after] = one.run.manifest.created <= other.run.manifest.created ? [one, other] : [other, one];
  const title = `${nameOf(before)} ↔ ${nameOf(after)}`;
  await showPairs(title, [
    pairOf(settingsOfRun(before.folder, before.run), settingsOfRun(after.folder, after.run)),
    ...codePairs(codeOfRun(before), codeOfRun(after)),
  ]);
}

/** What of a method was changed since it ran last. */
export async function showChanges(app: App, argument: unknown): Promise<void> {
  const wasChanged = ({ stale }: VariantOverview) => stale !== undefined;
  const chosen = await chooseVariants(app, argument, t('Changes of which method?'), wasChanged);
  const [overview] = chosen?.overviews ?? [];
  const { folder } = chosen?.document ?? {};
  if (!chosen || !overview || folder === undefined) return;
  const [last] = overview.older;
  if (!last) {
    await vscode.window.showInformationMessage(t('{0} has not run with other settings.', overview.variant.label));
    return;
  }
  const { variant } = overview;
  const now = ownPartsOf(variant).map((part) =>
    filesOf(part, (name) => besideExperiment(chosen.document.uri, part, name)),
  );
  await showPairs(t('{0}: what changed since it ran last', variant.label), [
    pairOf(settingsOfRun(folder, last, false), settingsOfVariant(chosen.document.uri, variant)),
    ...codePairs(codeOfRun({ folder, run: last }), now.flat()),
  ]);
}

const nameOf = ({ run: { manifest } }: ChosenRun) => t('{0}, seed {1}', manifest.variant.label, manifest.seed);
const pairOf = (before: vscode.Uri, after: vscode.Uri): Pair => [after, before, after];

/** Two documents as one comparison; more, where code is among what differs, one below the other. */
async function showPairs(title: string, pairs: readonly Pair[]): Promise<void> {
  const [[, before, after] = []] = pairs;
  if (pairs.length === 1) await vscode.commands.executeCommand('vscode.diff', before, after, title);
  else await vscode.commands.executeCommand('vscode.changes', title, pairs);
}

const besideExperiment = (experiment: vscode.Uri, { path: own }: OwnPart, name: string): vscode.Uri =>
  vscode.Uri.joinPath(experiment, '..', path.posix.dirname(own), name);

const filesOf = ({ code }: OwnPart, uriOf: (name: string) => vscode.Uri): CodeFile[] =>
  Object.entries(code.files).map(([name, sha256]) => ({ name, sha256, uri: uriOf(name) }));

/** The copies that a run keeps of its code. */
function codeOfRun({ folder, run: { manifest } }: ChosenRun): CodeFile[] {
  const runFolder = runFolderOf(folder, manifest.id);
  const uriOf = (copy: string) => vscode.Uri.file(path.join(runFolder, ...copy.split('/')));
  return ownPartsOfRun(manifest).flatMap((part, i) => filesOf(part, (name) => uriOf(copyName(i, name))));
}

/** Files of one name that are not the same, and those that are on one side alone. */
function codePairs(before: readonly CodeFile[], after: readonly CodeFile[]): Pair[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  return names.flatMap((name): Pair[] => {
    const [left, right] = [before, after].map((files) => files.find((file) => file.name === name));
    const label = right?.uri ?? left?.uri;
    return !label || left?.sha256 === right?.sha256 ? [] : [[label, left?.uri, right?.uri]];
  });
}
