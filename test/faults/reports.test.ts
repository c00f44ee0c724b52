import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fakeDist, Workspace } from './fakeTraining';

let dist = '';
let workspace: Workspace;
let file = '';
const mounted: string[] = [];
beforeAll(async () => {
  dist = await fakeDist();
});
afterAll(() => rmSync(dist, { recursive: true, force: true }));
beforeEach(() => {
  workspace = new Workspace(dist);
  file = join(workspace.folder, 'test.lethe.json');
  const methods = [{ method: 'none', label: 'quick', training: { learningRate: 0.01 } }];
  writeFileSync(file, JSON.stringify({ name: 'Test', seeds: 1, bounds: false, methods }));
});
afterEach(async () => {
  for (const folder of mounted.splice(0)) spawnSync('umount', ['-l', folder]);
  await workspace.dispose();
});

function lethe(...args: string[]) {
  const call = spawnSync(process.execPath, [join(dist, 'cli.js'), ...args], {
    ...{ cwd: workspace.folder, encoding: 'utf8' },
  });
  expect(call.stderr).not.toMatch(/^ {4}at /m);
  return { code: call.status, stdout: call.stdout, stderr: call.stderr };
}

/** Puts a link to a folder of somebody else where reports go. */
function linkedReports(): string {
  const victim = join(workspace.folder, 'victim');
  mkdirSync(victim);
  mkdirSync(join(workspace.folder, '.lethe'));
  symlinkSync(victim, join(workspace.folder, '.lethe/reports'));
  writeFileSync(join(victim, 'test.html'), 'precious');
  return victim;
}

function expectUnharmed(victim: string): void {
  expect(readdirSync(victim)).toEqual(['test.html']);
  expect(readFileSync(join(victim, 'test.html'), 'utf8')).toBe('precious');
}

describe('lethe run where the report cannot be written', () => {
  it('still prints the table, says why there is no report, and ends as the runs did', () => {
    const victim = linkedReports();
    const { code, stdout, stderr } = lethe('run', file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/quick +100\.0 /);
    expect(stdout).not.toContain('Report:');
    expect(stderr).toMatch(/^The report cannot be written to .*reports is a link.*--report names another file\.$/m);
    expectUnharmed(victim);
  });

  it('tells a program so, after the comparison', () => {
    linkedReports();
    const lines = lethe('run', file, '--json').stdout.trimEnd().split('\n');
    const [comparison, report] = lines.slice(-2).map((line) => JSON.parse(line) as { type: string });
    expect(comparison).toMatchObject({ type: 'comparison', rows: [{ seedsDone: 1 }] });
    expect(report).toEqual({ type: 'report', error: expect.stringMatching(/is a link/) });
  });
});

describe('lethe report', () => {
  it('ends with 2 and writes nothing through a link in the store', () => {
    const victim = linkedReports();
    expect(lethe('report', file)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/is a link/) });
    expectUnharmed(victim);
  });

  it('follows the link that the user names', () => {
    const victim = linkedReports();
    symlinkSync(join(victim, 'test.html'), join(workspace.folder, 'mine.html'));
    expect(lethe('report', file, '--out', 'mine.html')).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(victim, 'test.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  it.each([
    ['a folder', 'victim', /it is a folder/],
    ['below a file', 'test.lethe.json/x.html', /a file stands where a folder is needed/],
    ...(existsSync('/dev/full') ? [['a full device', '/dev/full', /the disk is full \(ENOSPC\)/] as const] : []),
  ] as const)('ends with 2 and a plain message when told to write to %s', (_, target, reason) => {
    linkedReports();
    expect(lethe('report', file, '--out', target)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`^lethe: The report cannot be written to .*${reason.source}`)),
    });
  });

  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  it.skipIf(!asRoot)('ends with 2 and a plain message in a store that is read-only (needs root to mount)', () => {
    const folder = join(workspace.folder, 'readonly');
    mkdirSync(folder);
    mounted.push(folder);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', folder]);
    expect(lethe('report', file, '--workspace', folder)).toEqual({
      code: 2,
      stdout: '',
      stderr: `lethe: The report cannot be written to ${join(folder, '.lethe/reports/test.html')}: the file system is read-only (EROFS).\n`,
    });
  });
});
