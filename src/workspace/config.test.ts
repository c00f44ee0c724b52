import { describe, expect, it, vi } from 'vitest';

/** The setting as the default, the user and the workspace have it. */
let values: { defaultValue: string; globalValue?: string; workspaceValue?: string } = { defaultValue: '' };
vi.mock('vscode', () => ({
  EventEmitter: class {
    dispose(): void {}
  },
  workspace: {
    onDidChangeConfiguration: () => ({ dispose: () => undefined }),
    getConfiguration: () => ({
      get: () => values.workspaceValue ?? values.globalValue ?? values.defaultValue,
      inspect: () => values,
    }),
  },
}));
const { Config } = await import('./config');

describe('the Node.js that training runs in', () => {
  it('is what the user set, never what a workspace says', () => {
    values = { defaultValue: '', globalValue: ' /usr/bin/node ', workspaceValue: './evil' };
    expect(new Config().nodePath).toBe('/usr/bin/node');
    values = { defaultValue: '', workspaceValue: './evil' };
    expect(new Config().nodePath).toBeUndefined();
  });
});
