import * as path from 'node:path';
import * as vscode from 'vscode';
import { ownKinds, type OwnKind } from '../core/own/ownFiles';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseFolder } from './creating';
import { Refusal } from './refusal';
import { refuseUntrusted } from './starting';

/** Writes types, a `tsconfig.json` and a file to start from, of the kind that is chosen, into a folder of the workspace, and opens it. */
export async function createOwn(app: App): Promise<void> {
  refuseUntrusted();
  const titles: Readonly<Record<OwnKind, string>> = {
    method: t('A method: what is done against forgetting'),
    network: t('A network: what is trained'),
    stream: t('A stream: the tasks that are met'),
  };
  const picked = await vscode.window.showQuickPick(
    ownKinds.map((own) => ({ label: titles[own], own })),
    { title: t('What shall it be?') },
  );
  if (!picked) return;
  const folder = await chooseFolder();
  if (folder === 'cancelled') return;
  if (folder?.scheme !== 'file') throw new Refusal(t('Runs need a folder on this machine.'));
  const { initOwn } = await import('../runs/own/initOwn');
  const { start, missing } = await initOwn(folder.fsPath, picked.own, app.programs.dist);
  await vscode.window.showTextDocument(vscode.Uri.file(path.join(folder.fsPath, start)), { preview: false });
  if (missing !== undefined)
    throw new Refusal(t('So that the editor knows "lethe", tsconfig.json needs in its compilerOptions: {0}', missing));
}
