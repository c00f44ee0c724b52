import * as vscode from 'vscode';
import type { Experiments } from '../workspace/experiments';
import type { OwnFilesModel } from '../workspace/ownFilesModel';
import { hoverText } from './hoverText';

/** Method cards and defaults when pointing at a place of an experiment file. */
export class ExperimentHover implements vscode.HoverProvider {
  constructor(
    private readonly experiments: Experiments,
    private readonly ownFiles: OwnFilesModel,
  ) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const text = document.getText();
    const own = this.ownFiles.of(text, document.uri.scheme === 'file' ? document.uri.fsPath : undefined);
    const found = hoverText(text, document.offsetAt(position), this.experiments.parse(document), own);
    if (!found) return undefined;
    const range = new vscode.Range(document.positionAt(found.offset), document.positionAt(found.offset + found.length));
    return new vscode.Hover(new vscode.MarkdownString(found.markdown), range);
  }
}
