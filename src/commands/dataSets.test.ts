import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from './app';

interface Item {
  readonly label: string;
  readonly description?: string;
}

/** Which item of each quick pick is chosen, by a part of its label. */
let choices: string[] = [];
const offered: Item[][] = [];
const window = {
  showQuickPick: vi.fn((items: readonly Item[]) => {
    offered.push([...items]);
    const wanted = choices.shift();
    return Promise.resolve(wanted === undefined ? undefined : items.find(({ label }) => label.includes(wanted)));
  }),
  showInformationMessage: vi.fn(),
  showInputBox: vi.fn(),
  showOpenDialog: vi.fn(),
  withProgress: vi.fn((_: unknown, work: (progress: unknown, token: unknown) => unknown) => work({ report }, token)),
};
const report = vi.fn();
let cancel: () => void = () => {};
const token = {
  isCancellationRequested: false,
  onCancellationRequested(listener: () => void) {
    cancel = () => {
      token.isCancellationRequested = true;
      listener();
    };
  },
};
const workspace = { isTrusted: true };
const QuickPickItemKind = { Separator: -1 };
vi.mock('vscode', () => ({ window, workspace, ProgressLocation: {}, QuickPickItemKind }));
const { dataSets, suggestedName } = await import('./dataSets');

const own = {
  name: 'mine',
  title: 'Mine',
  classes: 2,
  shape: [28, 28, 1],
  present: true,
  bytes: 5e6,
  folder: '/there',
};
const known = {
  name: 'cifar-10',
  title: 'CIFAR-10',
  present: false,
  download: { bytes: 170e6, addresses: ['https://example.org/a.tar.gz'], licence: 'none' },
};
const list = [own, known, { name: 'broken', present: false, fault: 'its dataset.json is no JSON' }];
const done = { type: 'data', name: 'mine', title: 'Mine' };

let dist = '';
beforeEach(() => {
  dist = mkdtempSync(join(tmpdir(), 'lethe-command-'));
  token.isCancellationRequested = false;
  workspace.isTrusted = true;
  offered.length = 0;
});
afterEach(() => {
  vi.clearAllMocks();
  rmSync(dist, { recursive: true, force: true });
});

/** A command line that lists data sets, and prints some lines for anything else. It notes what it was asked for. */
function cli(lines: readonly object[] = [], end = ''): App {
  const script = `const words = process.argv.slice(2);
    const lines = words[1] === 'list' ? ${JSON.stringify(list)} : ${JSON.stringify(lines)};
    if (words[1] !== 'list') require('node:fs').writeFileSync(${JSON.stringify(join(dist, 'words'))}, words.join(' '));
    for (const line of lines) console.log(JSON.stringify(line));
    if (words[1] !== 'list') { ${end} }`;
  writeFileSync(join(dist, 'cli.js'), script);
  return { config: {}, programs: { dist } } as App;
}
const asked = () => readFileSync(join(dist, 'words'), 'utf8');
const said = () => window.showInformationMessage.mock.calls.map(([message]) => String(message));

describe('Data Sets…', () => {
  it('lists what is there, what can be added and what can be downloaded', async () => {
    choices = [];
    await dataSets(cli());
    expect(offered[0]?.map(({ label, description = '' }) => `${label} | ${description}`)).toEqual([
      'On this machine | ',
      '$(check) mine | Mine · 2 classes · 28 × 28 × 1 · 5.00 MB',
      '$(warning) broken | its dataset.json is no JSON',
      'Add your own | ',
      '$(folder) Add from a Folder… | ',
      '$(file-zip) Add from an Archive or a File… | ',
      'Download | ',
      '$(cloud-download) cifar-10 | CIFAR-10 · 170 MB',
    ]);
  });

  it('downloads only when asked, with size and address shown before, and says how far it is', async () => {
    choices = ['cifar-10'];
    await dataSets(cli([done]));
    const [, options] = window.showInformationMessage.mock.calls[0] ?? [];
    expect(options).toMatchObject({
      modal: true,
      detail: expect.stringMatching(/170 MB from\nhttps:\/\/example.org\/a.tar.gz/),
    });
    expect(() => asked()).toThrow('ENOENT');
    choices = ['cifar-10'];
    window.showInformationMessage.mockResolvedValueOnce('Download');
    const progress = { type: 'progress', phase: 'download', done: 100e6, total: 170e6, seconds: 65 };
    await dataSets(cli([progress, done]));
    expect(asked()).toBe('data download cifar-10 --json');
    expect(report).toHaveBeenCalledWith({ message: 'downloading: 100 MB / 170 MB, 1 min 5 s left' });
    expect(said().at(-1)).toBe('Mine is there. In an experiment file: "dataset": "mine"');
  });

  it('adds a folder under a name, and a table with the column of its label', async () => {
    choices = ['Folder'];
    window.showOpenDialog.mockResolvedValueOnce([{ path: '/x/My Data', fsPath: '/x/My Data' }]);
    window.showInputBox.mockResolvedValueOnce('my-data');
    await dataSets(cli([done]));
    expect(asked()).toBe('data add my-data /x/My Data --json');
    choices = ['Archive'];
    window.showOpenDialog.mockResolvedValueOnce([{ path: '/x/a.csv', fsPath: '/x/a.csv' }]);
    window.showInputBox.mockResolvedValueOnce('a').mockResolvedValueOnce('-1');
    await dataSets(cli([done]));
    expect(asked()).toBe('data add a /x/a.csv --label -1 --json');
    expect(suggestedName('/x/My Data.v2.tar.gz')).toBe('my-data-v2');
  });

  it('removes one after asking', async () => {
    choices = ['mine', 'Remove'];
    window.showInformationMessage.mockResolvedValueOnce('Remove');
    await dataSets(cli([{ type: 'removed', name: 'mine' }]));
    expect(asked()).toBe('data remove mine --json');
    expect(said().at(-1)).toBe('mine is removed.');
  });

  it('says what the command line says is wrong', async () => {
    choices = ['cifar-10'];
    window.showInformationMessage.mockResolvedValueOnce('Download');
    await expect(dataSets(cli([{ type: 'error', message: 'expected c4a38c50a1bc…' }]))).rejects.toThrow(
      'expected c4a38c50a1bc…',
    );
  });

  it('is cancelled without a word', async () => {
    choices = ['cifar-10'];
    window.showInformationMessage.mockResolvedValueOnce('Download');
    report.mockImplementationOnce(() => cancel());
    await dataSets(cli([{ type: 'progress', phase: 'download' }], 'setInterval(() => {}, 1000)'));
    expect(said()).toHaveLength(1);
  });

  it('does nothing in a workspace that is not trusted', async () => {
    workspace.isTrusted = false;
    await expect(dataSets(cli())).rejects.toThrow('a workspace you have not trusted');
    expect(offered).toEqual([]);
  });
});
