import * as vscode from 'vscode';
import { t } from '../workspace/text';
import { DIAGNOSTIC_SOURCE } from './diagnostics';
import { meantWord } from './meantWord';

/** Replaces a typo by the word the message says was meant. */
export class TypoFix implements vscode.CodeActionProvider {
  static readonly metadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return diagnostics.flatMap((diagnostic) => {
      const word = diagnostic.source === DIAGNOSTIC_SOURCE ? meantWord(diagnostic.message) : undefined;
      if (word === undefined) return [];
      const action = new vscode.CodeAction(t('Change to "{0}"', word), vscode.CodeActionKind.QuickFix);
      action.diagnostics = [diagnostic];
      action.isPreferred = true;
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, diagnostic.range, JSON.stringify(word));
      return [action];
    });
  }
}
