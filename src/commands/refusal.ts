import * as vscode from 'vscode';
import { t } from '../workspace/text';

/** A button of a message: what it says and what it does. */
export interface Remedy {
  readonly title: string;
  readonly action: () => unknown;
}

/** Why a command did nothing, in words fit for the user, with what helps. Not a fault of the program. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly remedies: readonly Remedy[];

  constructor(message: string, ...remedies: Remedy[]) {
    super(message);
    this.remedies = remedies;
  }
}

/** Shows a setting of Lethe's. A user's own settings show none of the machine's where this machine is a remote one. */
export const openSetting = (name: string): Remedy => ({
  title: t('Open Settings'),
  action: () => vscode.commands.executeCommand('workbench.action.openWorkspaceSettings', name),
});
