import { getLocation } from 'jsonc-parser';
import * as vscode from 'vscode';
import { datasets } from '../core/datasets';
import { excessOf } from '../core/textLimits';
import { readCatalogue } from '../data/catalogue';

/** Names of the data sets that the user has added, where a stream names one. (The JSON schema offers the known ones.) */
export class DatasetCompletion implements vscode.CompletionItemProvider {
  provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
    const text = document.getText();
    if (excessOf(text)) return [];
    const offset = document.offsetAt(position);
    const { path, previousNode, isAtPropertyKey } = getLocation(text, offset);
    if (isAtPropertyKey || path[0] !== 'stream' || path.at(-1) !== 'dataset') return [];
    const isInside = previousNode?.type === 'string' && offset <= previousNode.offset + previousNode.length;
    const range = isInside
      ? new vscode.Range(
          document.positionAt(previousNode.offset),
          document.positionAt(previousNode.offset + previousNode.length),
        )
      : new vscode.Range(position, position);
    const own = [...readCatalogue()].filter(([name]) => !Object.hasOwn(datasets, name));
    return own.map(([name, { title }]) => {
      const item = new vscode.CompletionItem(JSON.stringify(name), vscode.CompletionItemKind.Value);
      return Object.assign(item, { range, detail: title, filterText: JSON.stringify(name) });
    });
  }
}
