import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandManifest } from '../../core/manifest';
import { parseExperiment } from '../../core/parse';
import { readNamedFiles } from '../contents';
import { planRuns } from '../plan';
import { programBeside, permitProgram } from './programBeside';

let folder = '';
const at = (...names: string[]) => path.join(folder, ...names);
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-program-'));
  vi.stubEnv('LETHE_STATE_DIR', at('state'));
  writeFileSync(at('train.py'), 'print(1)');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const write = (command: unknown, file = 'x.lethe.json') =>
  writeFileSync(at(file), JSON.stringify({ name: 'x', bounds: false, seeds: 1, methods: [{ program: command }] }));

/** As it is planned from what the experiment file says. */
async function planned(file = 'x.lethe.json'): Promise<CommandManifest> {
  const text = readFileSync(at(file), 'utf8');
  const { experiment } = parseExperiment(text, undefined, undefined, await readNamedFiles(text, at(file)));
  const [manifest] = experiment ? planRuns(experiment, [], { file, backend: 'auto' }).create : [];
  if (manifest?.trainer !== 'command') throw new Error('nothing was planned');
  return manifest;
}

const permitted = (command: string[]) => permitProgram({ command, beside: folder });

describe('the program of a run', () => {
  it('is what the experiment file says, beside it, once the user has been shown it', async () => {
    write(['python3', 'train.py']);
    const manifest = await planned();
    await expect(programBeside(folder, manifest)).rejects.toThrow('You have not started this program here yet');
    await permitted(['python3', 'train.py']);
    expect(await programBeside(folder, manifest)).toEqual({ command: ['python3', 'train.py'], beside: folder });
  });

  it('of another command, or in another folder, is not the one that was shown', async () => {
    write(['python3', 'train.py', '--more']);
    await permitted(['python3', 'train.py']);
    await permitProgram({ command: ['python3', 'train.py', '--more'], beside: tmpdir() });
    await expect(programBeside(folder, await planned())).rejects.toThrow('not started this program here yet');
  });

  it('is never what a run folder says', async () => {
    write(['python3', 'train.py']);
    await permitted(['python3', 'train.py']);
    await permitted(['sh', '-c', 'echo']);
    const hostile = { ...(await planned()), command: ['sh', '-c', 'echo'] };
    await expect(programBeside(folder, hostile)).rejects.toThrow('x.lethe.json does not name the program of this run');
    const { file: _file, ...nameless } = hostile.experiment;
    await expect(programBeside(folder, { ...hostile, experiment: nameless })).rejects.toThrow('does not say which');
  });

  it('is not named by what lies in a store, or is no file', async () => {
    mkdirSync(at('.lethe'));
    write(['python3', 'train.py']);
    const manifest = await planned();
    write(['python3', 'train.py'], '.lethe/y.lethe.json');
    symlinkSync(at('.lethe/y.lethe.json'), at('z.lethe.json'));
    await permitted(['python3', 'train.py']);
    const from = (file: string) => programBeside(folder, { ...manifest, experiment: { name: 'x', file } });
    await expect(from('.lethe/y.lethe.json')).rejects.toThrow('lies in a store of runs');
    await expect(from('z.lethe.json')).rejects.toThrow('lies in a store of runs');
    await expect(from('none.lethe.json')).rejects.toThrow('there is no such file');
    await expect(from('state')).rejects.toThrow('Nothing was started');
  });

  it('has the files that the run was planned with', async () => {
    write(['python3', 'train.py']);
    await permitted(['python3', 'train.py']);
    const manifest = await planned();
    writeFileSync(at('train.py'), 'print(2)');
    await expect(programBeside(folder, manifest)).rejects.toThrow(
      'train.py is not what it was when this run was planned',
    );
    const without = { ...manifest, spec: { ...manifest.spec, contents: {} } };
    await expect(programBeside(folder, without)).rejects.toThrow('train.py is not what it was');
    rmSync(at('train.py'));
    await expect(programBeside(folder, manifest)).rejects.toThrow("The program's file train.py cannot be used");
  });

  it('is another variant when its files its settings or its order of batches change, and the same on another device', async () => {
    const hashWith = async (entry: object) => {
      const text = JSON.stringify({
        ...{ name: 'x', bounds: false, seeds: 1 },
        methods: [{ program: ['python3', 'train.py'], ...entry }],
      });
      writeFileSync(at('x.lethe.json'), text);
      return (await planned()).variant.hash;
    };
    const hash = await hashWith({});
    expect(await hashWith({ device: 'gpu', label: 'Other' })).toBe(hash);
    expect(await hashWith({ settings: { lr: 1 } })).not.toBe(hash);
    expect(await hashWith({ batches: true })).not.toBe(hash);
    writeFileSync(at('train.py'), 'print(2)');
    expect(await hashWith({})).not.toBe(hash);
  });
});
