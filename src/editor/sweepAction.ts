import * as vscode from 'vscode';
import { t } from '../workspace/text';
import { sweepPlaceAt } from './sweepPlace';

/** Offers to sweep the number that the cursor is at. What it comes to is asked by the command. */
export class SweepAction implements vscode.CodeActionProvider {
  static readonly metadata = { providedCodeActionKinds: [vscode.CodeActionKind.RefactorRewrite] };

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const offset = document.offsetAt(range.start);
    const place = sweepPlaceAt(document.getText(), offset);
    if (!place) return [];
    const title = t('Sweep {0}…', place.setting);
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite);
    action.command = { title, command: 'lethe.sweepSetting', arguments: [{ uri: document.uri.toString(), offset }] };
    return [action];
  }
}
