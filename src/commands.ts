import * as vscode from 'vscode';
import type { App } from './commands/app';
import type { CommandId } from './commands/index';

/**
 * Registers the commands of the manifest. What they do is read when the first is called: until then it costs nothing.
 *
 * @param ids those of the manifest, which are those of the table: a test compares them
 */
export function registerCommands(ids: readonly CommandId[], app: App, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.Disposable.from(
    ...ids.map((id) =>
      vscode.commands.registerCommand(id, async (argument: unknown) => {
        const { perform } = await import('./commands/index');
        return perform(id, app, argument, log);
      }),
    ),
  );
}
