import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { manifestFor } from '../runs/testManifests';
import { checkRunCommand } from './checkRunCommand';
import { InputError } from './exitCodes';
import { terminalOn } from './terminal';

let workspace = '';
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'lethe-check-'));
  vi.stubEnv('LETHE_CACHE_DIR', join(workspace, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(workspace, { recursive: true, force: true });
});

function write(id: string, manifest = JSON.stringify(manifestFor({ id }))): void {
  const folder = join(workspace, '.lethe', 'runs', id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'run.json'), manifest);
}

/** Exit code and what is printed. */
async function checked(name: string, json = false): Promise<[code: number, out: string]> {
  const [out, notes] = [new PassThrough(), new PassThrough()];
  const terminal = terminalOn(() => new PassThrough(), out, notes);
  const code = await checkRunCommand(name, { out: workspace, json }, terminal, '');
  return [code, String((out.read() as Buffer | null) ?? '')];
}

describe('lethe check-run', () => {
  it('says of a run without events that its first one is missing', async () => {
    write('ewc-1');
    const [code, out] = await checked('ewc');
    expect(code).toBe(1);
    expect(out).toMatch(/events\.jsonl: started is missing: it is the first event of every log$/m);
    const [, json] = await checked('ewc-1', true);
    expect(JSON.parse(json.split('\n')[0] ?? '')).toEqual({
      ...{ run: 'ewc-1', file: 'events.jsonl', line: 0, field: 'started' },
      message: 'is missing: it is the first event of every log',
    });
  });

  it('takes a folder that is no run by how its name begins or ends, as any other', async () => {
    write('ewc-1');
    write('broken-2', '{');
    for (const name of ['broken-2', 'broken', '-2']) {
      const [code, out] = await checked(name);
      expect([code, out.slice(0, 10)]).toEqual([1, 'broken-2: ']);
    }
    const [, json] = await checked('broken', true);
    expect(JSON.parse(json)).toMatchObject({ run: 'broken-2', file: 'run.json', line: 0, field: '' });
    const [, byPath] = await checked('.lethe/runs/broken-2/');
    expect(byPath).toMatch(/^broken-2: /);
    await expect(checked('/')).rejects.toThrow('The id of a run is empty.');
    write('ewc-2');
    await expect(checked('-2')).rejects.toThrow('-2 may be any of: ewc-2, broken-2.');
    await expect(checked('packnet')).rejects.toThrow(InputError);
  });
});
