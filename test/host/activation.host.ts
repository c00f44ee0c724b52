import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

function lethe(): vscode.Extension<unknown> {
  const extension = vscode.extensions.getExtension('lethe.lethe');
  assert.ok(extension, 'the extension is installed');
  return extension;
}

describe('activation', () => {
  it('happens from the installed package, not from the sources', async () => {
    await lethe().activate();
    assert.match(lethe().extensionPath, /\/ext\/lethe\.lethe-\d+\.\d+\.\d+$/);
  });

  it('gives every contributed command a handler', async () => {
    await lethe().activate();
    const handled = new Set(await vscode.commands.getCommands(true));
    const { contributes } = lethe().packageJSON as Manifest;
    assert.deepEqual(
      contributes.commands.map(({ command }) => command).filter((command) => !handled.has(command)),
      [],
    );
  });
});
