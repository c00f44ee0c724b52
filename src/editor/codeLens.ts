import * as vscode from 'vscode';
import type { Config } from '../workspace/config';
import { Owner } from '../workspace/disposable';
import type { Experiments } from '../workspace/experiments';
import type { ExperimentOverview } from '../workspace/overview';
import type { LazyOverviews } from '../workspace/overviews';
import type { RunsModel } from '../workspace/runsModel';
import { Throttle } from '../workspace/throttle';
import type { Lens, LensInput } from './lenses';

/** Lenses change while runs make progress, but no eye follows more than two changes a second. */
const REFRESH_INTERVAL = 500;

/** Run, stop, progress and last result above the entries of an experiment file. */
export class ExperimentCodeLenses extends Owner implements vscode.CodeLensProvider {
  private readonly changed = this.own(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.changed.event;

  constructor(
    private readonly experiments: Experiments,
    private readonly overviews: LazyOverviews,
    runs: RunsModel,
    private readonly config: Config,
  ) {
    super();
    const refresh = this.own(new Throttle(() => this.changed.fire(), REFRESH_INTERVAL));
    this.own(runs.onDidChange(refresh.trigger));
    // Beside edits of the file itself: what it names has changed, such as a method of the user's own.
    this.own(experiments.onDidChange(refresh.trigger));
    this.own(config.onDidChange(refresh.trigger));
    this.own(vscode.workspace.onDidGrantWorkspaceTrust(refresh.trigger));
    // VS Code forgets to ask when the user goes to a view right after opening a file.
    this.own(vscode.window.onDidChangeVisibleTextEditors(refresh.trigger));
  }

  async provideCodeLenses(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<vscode.CodeLens[]> {
    if (!this.config.codeLens) return [];
    const overviews = await this.overviews();
    const parsed = this.experiments.parse(document);
    const known = this.experiments.get(document.uri.toString());
    // The list of experiments follows the text after a pause in typing; places must be those of this very text.
    const overview = known && overviews.of({ ...known, parsed });
    const verdictOf = overview && (await judgeOf(overview));
    // Read when an experiment file is looked at.
    const { lensesOf } = await import('./lenses');
    if (token.isCancellationRequested) return [];
    return lensesOf({
      uri: document.uri.toString(),
      parsed,
      trusted: vscode.workspace.isTrusted,
      ...(known?.folder === undefined ? {} : { folder: known.folder }),
      ...(overview ? { overview } : {}),
      ...(verdictOf ? { verdictOf } : {}),
    }).map(({ offset, title, tooltip, command, target, opens }) => {
      const place = document.positionAt(offset);
      return new vscode.CodeLens(new vscode.Range(place, place), {
        title,
        command,
        ...(tooltip ? { tooltip } : {}),
        arguments: opens ? opening(document.uri, opens) : target ? [target] : [],
      });
    });
  }
}

/** What judges results: read when there is one. */
async function judgeOf({ experiment, variants }: ExperimentOverview): Promise<LensInput['verdictOf']> {
  if (!variants.some(({ row }) => row.seedsDone > 0)) return undefined;
  const { verdictInWords } = await import('../workspace/verdictWords');
  return (variant) => verdictInWords(experiment, variant);
}

/** What `vscode.open` needs to show a line. */
function opening(experiment: vscode.Uri, { path, line }: NonNullable<Lens['opens']>): unknown[] {
  const selection = new vscode.Range(line - 1, 0, line - 1, 0);
  return [vscode.Uri.joinPath(experiment, '..', path), { selection }];
}
