import * as vscode from 'vscode';
import type { Experiments } from '../workspace/experiments';
import type { OwnFilesModel } from '../workspace/ownFilesModel';
import type { Overviews } from '../workspace/overviews';
import { whyInWords } from '../workspace/whyWords';

/** Method cards and defaults when pointing at a place of an experiment file. */
export class ExperimentHover implements vscode.HoverProvider {
  constructor(
    private readonly experiments: Experiments,
    private readonly ownFiles: OwnFilesModel,
    private readonly overviews: Overviews,
  ) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    // Read when somebody points at something.
    const { hoverText } = await import('./hoverText');
    const text = document.getText();
    const own = this.ownFiles.of(text, document.uri.scheme === 'file' ? document.uri.fsPath : undefined);
    const parsed = this.experiments.parse(document);
    const known = this.experiments.get(document.uri.toString());
    const reasonOf = (entry: number): string | undefined => {
      const overview = known && this.overviews.of({ ...known, parsed });
      const ofEntry = overview?.variants.filter(({ variant }) => variant.entry === entry) ?? [];
      // Of a sweep the one that is chosen.
      const one = ofEntry.length === 1 ? ofEntry[0] : ofEntry.find(({ row }) => row.pick);
      return overview && one && whyInWords(overview.experiment, one)?.text;
    };
    const found = hoverText(text, document.offsetAt(position), parsed, own, reasonOf);
    if (!found) return undefined;
    const range = new vscode.Range(document.positionAt(found.offset), document.positionAt(found.offset + found.length));
    return new vscode.Hover(new vscode.MarkdownString(found.markdown), range);
  }
}
