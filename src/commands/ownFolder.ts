import * as path from 'node:path';
import * as vscode from 'vscode';
import { startKinds, type StartKind } from '../core/own/ownFiles';
import { ownFileName } from '../core/own/ownPath';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseFolder } from './creating';
import { Refusal } from './refusal';
import { refuseUntrusted } from './starting';

/** Writes a file to start from, of the kind that is chosen, with what it needs into a folder of the workspace, and opens it. */
export async function createOwn(app: App): Promise<void> {
  refuseUntrusted();
  const titles: Readonly<Record<StartKind, string>> = {
    method: t('A method: what is done against forgetting'),
    network: t('A network: what is trained'),
    stream: t('A stream: the tasks that are met'),
    program: t('A program: a training loop in Python, with PyTorch'),
  };
  const picked = await vscode.window.showQuickPick(
    startKinds.map((own) => ({ label: titles[own], own })),
    { title: t('What shall it be?') },
  );
  if (!picked) return;
  const folder = await chooseFolder();
  if (folder === 'cancelled') return;
  if (folder?.scheme !== 'file') throw new Refusal(t('Runs need a folder on this machine.'));
  const { freeName, initOwn, isTaken } = await import('../runs/own/initOwn');
  const place = folder.fsPath;
  const named = await vscode.window.showInputBox({
    title: t('What shall it be called?'),
    prompt: t('Its file and an experiment that compares it are named so'),
    value: freeName(place, picked.own),
    validateInput: (text) => {
      const name = ownFileName(text);
      if (name === undefined) return t('A name has letters, digits, "-" and "_".');
      return isTaken(place, name, picked.own) ? t('{0} is there already.', name) : undefined;
    },
  });
  const name = named === undefined ? undefined : ownFileName(named);
  if (name === undefined) return;
  const { start, missing } = await initOwn(place, picked.own, app.programs.dist, name);
  await vscode.window.showTextDocument(vscode.Uri.file(path.join(place, start)), { preview: false });
  if (missing !== undefined)
    throw new Refusal(t('So that the editor knows "lethe", tsconfig.json needs in its compilerOptions: {0}', missing));
}
