import * as vscode from 'vscode';
import type { Experiments } from '../workspace/experiments';
import { hoverText } from './hoverText';

/** Method cards and defaults when pointing at a place of an experiment file. */
export class ExperimentHover implements vscode.HoverProvider {
  constructor(private readonly experiments: Experiments) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const found = hoverText(document.getText(), document.offsetAt(position), this.experiments.parse(document));
    if (!found) return undefined;
    const range = new vscode.Range(document.positionAt(found.offset), document.positionAt(found.offset + found.length));
    return new vscode.Hover(new vscode.MarkdownString(found.markdown), range);
  }
}
