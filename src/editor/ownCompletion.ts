import type * as vscode from 'vscode';
import type { OwnFilesModel } from '../workspace/ownFilesModel';

/** Completes the settings of what is the user's own, their values, and the paths of its files. */
export class OwnCompletion implements vscode.CompletionItemProvider {
  constructor(private readonly ownFiles: OwnFilesModel) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    return (await import('./ownCompletionItems')).ownCompletionItems(document, position, this.ownFiles);
  }
}
