import * as vscode from 'vscode';

/** Where it is remembered which dashboards are open. @param memory a folder */
export const openFile = (memory: vscode.Uri) => vscode.Uri.joinPath(memory, 'openDashboards.json');

/** The experiments whose dashboards were open when the window was there last. */
export async function rememberedIn(memory: vscode.Uri | undefined): Promise<vscode.Uri[]> {
  const remembered = memory && (await readJson<string[]>(openFile(memory)));
  return (remembered ?? []).map((text) => vscode.Uri.parse(text));
}

/** Undefined where it is not there, or is no JSON. */
export async function readJson<T>(uri: vscode.Uri): Promise<T | undefined> {
  try {
    return JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri))) as T;
  } catch {
    return undefined;
  }
}
