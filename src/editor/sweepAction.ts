import * as vscode from 'vscode';
import { t } from '../workspace/text';

/** Offers to sweep the number that the cursor is at. What it comes to is asked by the command. */
export class SweepAction implements vscode.CodeActionProvider {
  static readonly metadata = { providedCodeActionKinds: [vscode.CodeActionKind.RefactorRewrite] };

  async provideCodeActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
    const { sweepPlaceAt } = await import('./sweepPlace');
    const offset = document.offsetAt(range.start);
    const place = sweepPlaceAt(document.getText(), offset);
    if (!place) return [];
    const title = t('Sweep {0}…', place.setting);
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite);
    action.command = { title, command: 'lethe.sweepSetting', arguments: [{ uri: document.uri.toString(), offset }] };
    return [action];
  }
}
