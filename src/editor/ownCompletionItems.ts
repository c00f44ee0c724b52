import * as path from 'node:path';
import * as vscode from 'vscode';
import { ownEndings } from '../core/own/ownPath';
import type { OwnFilesModel } from '../workspace/ownFilesModel';
import { ownCompletions, ownPathAt } from './ownCompletions';

/** Files beside the experiment that are offered. */
const MOST_FILES = 50;

/** What can stand at a place of an experiment file of the user's own settings, values and files. */
export async function ownCompletionItems(
  document: vscode.TextDocument,
  position: vscode.Position,
  ownFiles: OwnFilesModel,
): Promise<vscode.CompletionItem[]> {
  const [text, offset] = [document.getText(), document.offsetAt(position)];
  const value = ownPathAt(text, offset);
  if (value) return filesBeside(document, value);
  const own = ownFiles.of(text, document.uri.scheme === 'file' ? document.uri.fsPath : undefined);
  return ownCompletions(text, offset, own).map(({ label, kind, insert, documentation, ...place }) => {
    const { Property, Value } = vscode.CompletionItemKind;
    const item = new vscode.CompletionItem(label, kind === 'setting' ? Property : Value);
    item.insertText = insert;
    item.filterText = kind === 'setting' ? JSON.stringify(label) : insert;
    item.range = rangeIn(document, place);
    if (documentation) item.documentation = documentation;
    return item;
  });
}

async function filesBeside(document: vscode.TextDocument, place: Place): Promise<vscode.CompletionItem[]> {
  const folder = vscode.Uri.joinPath(document.uri, '..');
  const pattern = new vscode.RelativePattern(folder, `{*,*/*}{${ownEndings.join(',')}}`);
  const found = await vscode.workspace.findFiles(pattern, '**/{node_modules,.lethe,.*}/**', MOST_FILES);
  return found
    .map((uri) => `./${path.posix.relative(folder.path, uri.path)}`)
    .filter((name) => !/\.(d\.m?ts|test\.m?[jt]s|config\.m?[jt]s)$/.test(name))
    .map((name) => {
      const item = new vscode.CompletionItem(name, vscode.CompletionItemKind.File);
      item.insertText = JSON.stringify(name);
      item.filterText = JSON.stringify(name);
      item.range = rangeIn(document, place);
      return item;
    });
}

interface Place {
  readonly offset: number;
  readonly length: number;
}

const rangeIn = (document: vscode.TextDocument, { offset, length }: Place) =>
  new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
