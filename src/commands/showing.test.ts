import { afterEach, expect, it, vi } from 'vitest';
import type { App } from './app';

const executeCommand = vi.fn();
vi.mock('vscode', () => ({
  commands: { executeCommand },
  EventEmitter: class {},
  Uri: { file: (path: string) => ({ path }) },
}));
const { revealRunFolder } = await import('./showing');

const app = {
  runs: { damaged: (folder: string) => (folder === '/w' ? [{ id: 'x-1', reason: 'run.json is missing' }] : []) },
} as unknown as App;

afterEach(() => vi.clearAllMocks());

it('the folder of a damaged run is shown itself: there may be nothing in it', async () => {
  await revealRunFolder(app, { kind: 'damaged', folder: '/w', id: 'x-1' });
  expect(executeCommand.mock.calls).toEqual([['revealInExplorer', { path: '/w/.lethe/runs/x-1' }]]);
});

it.each([
  ['/w', '../../secret'],
  ['/elsewhere', 'x-1'],
])('a folder that is no damaged run of the workspace is not shown (%s, %s)', async (folder, id) => {
  await expect(revealRunFolder(app, { kind: 'damaged', folder, id })).rejects.toThrow(`There is no run ${id}.`);
  expect(executeCommand).not.toHaveBeenCalled();
});
