import * as path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseFolder } from './creating';
import { Refusal } from './refusal';
import { refuseUntrusted } from './starting';

/** Writes types, a `tsconfig.json` and a method to start from into a folder of the workspace, and opens the method. */
export async function createMethod(app: App): Promise<void> {
  refuseUntrusted();
  const folder = await chooseFolder();
  if (folder === 'cancelled') return;
  if (folder?.scheme !== 'file') throw new Refusal(t('Runs need a folder on this machine.'));
  const { initOwn, METHOD_FILE } = await import('../runs/own/initOwn');
  const { missing } = await initOwn(folder.fsPath, app.programs.dist);
  await vscode.window.showTextDocument(vscode.Uri.file(path.join(folder.fsPath, METHOD_FILE)), { preview: false });
  if (missing !== undefined)
    throw new Refusal(t('So that the editor knows "lethe", tsconfig.json needs in its compilerOptions: {0}', missing));
}
