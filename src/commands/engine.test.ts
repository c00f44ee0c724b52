import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from './app';

const window = {
  showInformationMessage: vi.fn(),
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
vi.mock('vscode', () => ({ window, workspace: { isTrusted: true }, ProgressLocation: {} }));
const { installEngine, removeEngine } = await import('./engine');

const needs = { download: 265e6, installed: 600e6, whileInstalling: 1500e6 };
const absent = { type: 'engine', installed: false, supported: true, folder: '/there', needs };
const present = { ...absent, installed: true, bytes: 590e6 };

let dist = '';
beforeEach(() => {
  dist = mkdtempSync(join(tmpdir(), 'lethe-command-'));
  token.isCancellationRequested = false;
});
afterEach(() => {
  vi.clearAllMocks();
  rmSync(dist, { recursive: true, force: true });
});

/** A command line that prints these lines for each verb, then goes on for as long as it is told to. */
function cli(lines: Readonly<Record<string, readonly object[]>>, end = ''): App {
  const script = `const lines = ${JSON.stringify(lines)}[process.argv[3]];
    for (const line of lines) console.log(JSON.stringify(line));
    if (process.argv[3] !== 'status') { ${end} }`;
  writeFileSync(join(dist, 'cli.js'), script);
  return { config: {}, programs: { dist } } as App;
}
const answer = (button: string | undefined) => window.showInformationMessage.mockResolvedValueOnce(button);
const shown = () => window.showInformationMessage.mock.calls.map(([message]) => String(message));

describe('Install Native TensorFlow Engine', () => {
  it('asks with the sizes, shows how far it is, and says when it is done', async () => {
    answer('Install');
    const progress = { type: 'progress', phase: 'download', done: 100e6, total: 250e6 };
    await installEngine(cli({ status: [absent], install: [progress, present] }));
    const [, options] = window.showInformationMessage.mock.calls[0] ?? [];
    expect(options).toMatchObject({
      modal: true,
      detail: expect.stringMatching(/265 MB .* 600 MB in \/there \(1500 MB/),
    });
    expect(report).toHaveBeenCalledWith({ message: 'downloading: 100 / 250 MB' });
    expect(shown().at(-1)).toMatch(/is installed/);
  });

  it('does nothing when the answer is no', async () => {
    answer(undefined);
    await installEngine(cli({ status: [absent] }));
    expect(window.withProgress).not.toHaveBeenCalled();
  });

  it('says what is wrong as the installer says it', async () => {
    answer('Install');
    const error = { type: 'error', fault: 'program missing', message: 'A C++ compiler was not found' };
    await expect(installEngine(cli({ status: [absent], install: [error] }))).rejects.toThrow('compiler was not found');
  });

  it('says so where it is installed already or cannot be', async () => {
    await expect(installEngine(cli({ status: [present] }))).rejects.toThrow('installed already, in /there');
    const nowhere = { ...absent, supported: false, why: 'for Linux only' };
    await expect(installEngine(cli({ status: [nowhere] }))).rejects.toThrow('for Linux only');
    expect(window.showInformationMessage).not.toHaveBeenCalled();
  });

  it('ends the installer when it is cancelled, and says nothing', async () => {
    answer('Install');
    const started = { type: 'progress', phase: 'packages' };
    report.mockImplementationOnce(() => cancel());
    await installEngine(cli({ status: [absent], install: [started] }, 'setInterval(() => {}, 1000)'));
    expect(shown()).toHaveLength(1);
  });
});

describe('Remove Native TensorFlow Engine', () => {
  it('asks with the size, and removes', async () => {
    answer('Remove');
    await removeEngine(cli({ status: [present], remove: [absent] }));
    expect(window.showInformationMessage.mock.calls[0]?.[1]).toMatchObject({ detail: expect.stringMatching(/590 MB/) });
    expect(shown().at(-1)).toMatch(/is removed/);
  });
});
