import * as vscode from 'vscode';
import { fillTemplate, templates } from '../editor/templates';
import { EXPERIMENT_SUFFIX } from '../workspace/experiments';
import { t } from '../workspace/text';

/** Asks for a template, a folder where there are several, and a name; writes the file and opens it. */
export async function newExperiment(): Promise<void> {
  const picked = await vscode.window.showQuickPick(
    templates.map((template) => ({ label: template.title(), detail: template.detail(), template })),
    { title: t('New Experiment (1/2)'), placeHolder: t('What shall it start from?'), matchOnDetail: true },
  );
  if (!picked) return;
  const folder = await chooseFolder();
  if (folder === 'cancelled') return;
  const name = await vscode.window.showInputBox({
    title: t('New Experiment (2/2)'),
    prompt: t('Name of the experiment; its file is named after it'),
    value: picked.label,
    validateInput: (value) => (fileNameOf(value) === '' ? t('A name needs a letter or a digit.') : undefined),
  });
  if (name === undefined) return;
  const files = fillTemplate(picked.template, name.trim());
  if (!folder) return openUntitled(files[0]?.text ?? '');
  const uris: vscode.Uri[] = [];
  for (const { ending, text } of files) uris.push(await writeNew(folder, `${fileNameOf(name)}${ending}`, text));
  if (uris[0]) await vscode.window.showTextDocument(uris[0], { preview: false });
}

export async function chooseFolder(): Promise<vscode.Uri | undefined | 'cancelled'> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length <= 1) return folders[0]?.uri;
  const picked = await vscode.window.showWorkspaceFolderPick({ placeHolder: t('In which folder?') });
  return picked?.uri ?? 'cancelled';
}

/** `Split MNIST, six methods` → `split-mnist-six-methods`. */
export const fileNameOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);

/** Never writes over a file: the next free number is added to the name. */
async function writeNew(folder: vscode.Uri, name: string, text: string): Promise<vscode.Uri> {
  for (let number = 1; ; number++) {
    const ending = number === 1 ? '' : `-${number}`;
    const uri = vscode.Uri.joinPath(folder, `${name}${ending}${EXPERIMENT_SUFFIX}`);
    if (await exists(uri)) continue;
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    return uri;
  }
}

const exists = (uri: vscode.Uri) =>
  vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );

async function openUntitled(content: string): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'jsonc', content }));
}
