import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportFile, reportNameOf, writeReportInStore, writeReportTo } from './reports';

let root = '';
let workspace = '';
let victim = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lethe-reports-'));
  workspace = join(root, 'workspace');
  victim = join(root, 'victim');
  mkdirSync(workspace);
  mkdirSync(victim);
  writeFileSync(join(victim, 'x.html'), 'precious');
});
afterEach(() => rmSync(root, { recursive: true }));

const write = () => writeReportInStore(workspace, 'examples/x.lethe.json', '<html>');
const refusal = async (written: Promise<unknown>) => {
  const error: unknown = await written.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'ReportError' });
  return (error as Error).message;
};
const unharmed = () => {
  expect(readFileSync(join(victim, 'x.html'), 'utf8')).toBe('precious');
  expect(readdirSync(victim)).toEqual(['x.html']);
};

describe('the report in the store', () => {
  it('bears the name of the experiment file', async () => {
    const file = join(workspace, '.lethe', 'reports', 'x.html');
    expect(await write()).toBe(file);
    expect(reportFile(workspace, 'examples/x.lethe.json')).toBe(file);
    expect(readFileSync(file, 'utf8')).toBe('<html>');
  });

  it('bears the name of an experiment that has no file, as far as a file can be called so', () => {
    expect(reportNameOf('Split CIFAR-100, class-incremental')).toBe('Split-CIFAR-100-class-incremental');
    expect(reportNameOf('持续学习 2')).toBe('持续学习-2');
    for (const name of ['', '.', '..', '/', '\u0000', '../../x', 'a/b.lethe.json', 'C:\\CON', '𝔞'.repeat(500)]) {
      const file = reportFile(workspace, reportNameOf(name));
      expect(dirname(file)).toBe(join(workspace, '.lethe/reports'));
      expect(basename(file)).toMatch(/^[\p{L}\p{N}_-]+\.html$/u);
      expect(Buffer.byteLength(basename(file))).toBeLessThan(256);
    }
  });

  it('takes the place of an earlier one, and leaves nothing else', async () => {
    await write();
    await writeReportInStore(workspace, 'x.lethe.json', '<new>');
    expect(readFileSync(join(workspace, '.lethe/reports/x.html'), 'utf8')).toBe('<new>');
    expect(readdirSync(join(workspace, '.lethe/reports'))).toEqual(['x.html']);
  });

  it('is not written through a link in place of the file, wherever it leads', async () => {
    mkdirSync(join(workspace, '.lethe/reports'), { recursive: true });
    for (const to of [join(victim, 'x.html'), join(victim, 'new.html'), '/dev/null', 'x.html']) {
      symlinkSync(to, join(workspace, '.lethe/reports/x.html'));
      expect(await refusal(write())).toMatch(/x\.html: that is a link, and inside a store nothing is written through/);
      unharmed();
      rmSync(join(workspace, '.lethe/reports/x.html'));
    }
  });

  it.each(['.lethe/reports', '.lethe'])('is not written through a link in place of %s', async (place) => {
    mkdirSync(join(workspace, place, '..'), { recursive: true });
    symlinkSync(victim, join(workspace, place));
    expect(await refusal(write())).toMatch(/\.lethe(\/reports)? is a link/);
    unharmed();
  });

  it('leaves another name of the same file as it is', async () => {
    mkdirSync(join(workspace, '.lethe/reports'), { recursive: true });
    linkSync(join(victim, 'x.html'), join(workspace, '.lethe/reports/x.html'));
    await write();
    unharmed();
  });

  it('says in plain words what stands in its way', async () => {
    mkdirSync(join(workspace, '.lethe/reports/x.html'), { recursive: true });
    expect(await refusal(write())).toMatch(/cannot be written to .*x\.html: it is a folder \(E/);
    rmSync(join(workspace, '.lethe'), { recursive: true });
    writeFileSync(join(workspace, '.lethe'), 'a file');
    expect(await refusal(write())).toMatch(/: a file stands where a folder is needed \(E/);
  });

  it.skipIf(process.getuid?.() === 0)('says in plain words that it may not be written (not as root)', async () => {
    mkdirSync(join(workspace, '.lethe'));
    chmodSync(join(workspace, '.lethe'), 0o500);
    expect(await refusal(write())).toMatch(/: permission denied \(EACCES\)\.$/);
    chmodSync(join(workspace, '.lethe'), 0o700);
  });
});

describe('a report where the user said', () => {
  it('may be a link: what it leads to is written, and it stays a link', async () => {
    symlinkSync(join(victim, 'x.html'), join(workspace, 'mine.html'));
    await writeReportTo(join(workspace, 'mine.html'), '<html>');
    expect(readFileSync(join(victim, 'x.html'), 'utf8')).toBe('<html>');
    expect(lstatSync(join(workspace, 'mine.html')).isSymbolicLink()).toBe(true);
  });

  it('gets the folders it needs', async () => {
    await writeReportTo(join(workspace, 'a/b/mine.html'), '<html>');
    expect(readFileSync(join(workspace, 'a/b/mine.html'), 'utf8')).toBe('<html>');
  });

  it('says in plain words why it is not written, and leaves what was there', async () => {
    expect(await refusal(writeReportTo(victim, '<html>'))).toMatch(/: it is a folder \(E/);
    expect(await refusal(writeReportTo(join(victim, 'x.html/y.html'), ''))).toMatch(/: a file stands where a folder/);
    expect(await refusal(writeReportTo(join(workspace, `${'x'.repeat(300)}.html`), ''))).toMatch(/name is too long/);
    if (existsSync('/dev/full'))
      expect(await refusal(writeReportTo('/dev/full', '<html>'))).toMatch(/the disk is full/);
    unharmed();
  });
});
