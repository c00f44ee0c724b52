import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Experiment } from '../core/experiment';
import { parseExperiment } from '../core/parse';
import { emptyRun } from '../core/runModel';
import { readNamedFiles } from '../runs/contents';
import { planRuns } from '../runs/plan';
import { programBeside } from '../runs/program/programBeside';

const window = vi.hoisted(() => ({ showWarningMessage: vi.fn() }));
vi.mock('vscode', () => ({ window, l10n: { t: (text: string) => text } }));
const { mayResumeProgram, mayStartPrograms } = await import('./programs');

let folder = '';
const file = () => path.join(folder, 'x.lethe.json');

async function experiment(...methods: object[]): Promise<Experiment> {
  writeFileSync(file(), JSON.stringify({ name: 'x', bounds: false, seeds: 1, methods }));
  const text = readFileSync(file(), 'utf8');
  const parsed = parseExperiment(text, undefined, undefined, await readNamedFiles(text, file())).experiment;
  if (!parsed) throw new Error('the file is faulty');
  return parsed;
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-ask-'));
  vi.stubEnv('LETHE_STATE_DIR', path.join(folder, 'state'));
  writeFileSync(path.join(folder, 'train.py'), '');
  window.showWarningMessage.mockReset();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const answer = (said: string | undefined) => window.showWarningMessage.mockResolvedValueOnce(said);
const asked = () => window.showWarningMessage.mock.calls.map(([, options]) => (options as { detail: string }).detail);

describe('before a program is started', () => {
  it('its whole command is shown, and once it was let run it is not asked about again', async () => {
    const file = await experiment({ program: ['python', 'train.py', '; rm -rf x'] });
    answer('Start');
    expect(await mayStartPrograms(file, path.join(folder, 'x.lethe.json'))).toBe(true);
    expect(asked()[0]).toContain('python train.py "; rm -rf x"');
    expect(window.showWarningMessage.mock.calls[0]?.[1]).toMatchObject({ modal: true });
    expect(await mayStartPrograms(file, path.join(folder, 'x.lethe.json'))).toBe(true);
    expect(asked()).toHaveLength(1);
  });

  it('nothing may run, now and later, where the question is not answered with yes', async () => {
    const file = await experiment({ program: ['python', 'train.py'] });
    answer(undefined);
    expect(await mayStartPrograms(file, path.join(folder, 'x.lethe.json'))).toBe(false);
    answer(undefined);
    expect(await mayStartPrograms(file, path.join(folder, 'x.lethe.json'))).toBe(false);
    expect(asked()).toHaveLength(2);
  });

  it('only those that shall run are asked about, each once, and methods not at all', async () => {
    const one = { program: ['a'], label: 'one' };
    const file = await experiment({ method: 'none' }, one, { ...one, settings: { x: 1 } }, { program: ['b'] });
    expect(await mayStartPrograms(file, path.join(folder, 'x.lethe.json'), ['none'])).toBe(true);
    expect(asked()).toHaveLength(0);
    answer('Start');
    expect(await mayStartPrograms(file, path.join(folder, 'x.lethe.json'), ['one', 'one-2'])).toBe(true);
    expect(asked()[0]?.split('\n')).toMatchObject(['a', '', expect.anything()]);
  });
});

describe('a run of a program that is to go on', () => {
  const run = async () => {
    const [manifest] = planRuns(await experiment({ program: ['python', 'train.py'] }), [], {
      file: 'x.lethe.json',
      backend: 'auto',
    }).create;
    if (manifest?.trainer !== 'command') throw new Error('nothing was planned');
    return { manifest, state: emptyRun(), status: 'stopped' } as const;
  };

  it('is asked about as its file names it, and may then be started', async () => {
    const stopped = await run();
    answer('Start');
    expect(await mayResumeProgram(folder, stopped)).toBe(true);
    expect(await programBeside(folder, stopped.manifest)).toMatchObject({ command: ['python', 'train.py'] });
  });

  it('is refused without a question where its folder names another command', async () => {
    const stopped = await run();
    const hostile = { ...stopped, manifest: { ...stopped.manifest, command: ['sh', '-c', 'x'] } };
    await expect(mayResumeProgram(folder, hostile)).rejects.toThrow('does not name the program of this run');
    expect(asked()).toHaveLength(0);
  });
});
