import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../core/events';
import { RunColumns } from '../core/runColumns';
import { ColumnReader } from './columnReader';
import { FileFault } from './regularFile';

let store = '';
let cache = '';
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'lethe-store-'));
  cache = mkdtempSync(join(tmpdir(), 'lethe-cache-'));
  vi.stubEnv('LETHE_CACHE_DIR', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of [store, cache]) rmSync(folder, { recursive: true, force: true });
});

const started: RunEvent = {
  ...{ type: 'started', at: 0, schema: 1, backend: { name: 'wasm', version: '4' }, steps: [4000, 4000] },
  tasks: [0, 1].map((n) => ({ name: `${n}`, classes: [n], train: 1, test: 1 })),
};
const evaluation = (task: number, step: number): RunEvent => ({
  ...{ type: 'eval', at: 1000 * step, task, step, samples: 9 },
  ...{ accuracy: [step / 8000, task === 0 ? null : 0.5], taskAware: [0.25, 1 / 3] },
});
const mechanism = (task: number, method: string): RunEvent => ({ type: 'mechanism', at: 0, task, method, views: [] });
/** Of an odd number of points: what follows columns of 32 bits must lie right all the same. */
const long: RunEvent[] = [
  started,
  ...Array.from({ length: 2501 }, (_, i) => evaluation(0, i + 1)),
  mechanism(0, 'größe'),
  { type: 'step', at: 0, task: 1, step: 1, loss: 0.5 },
  { type: 'metrics', at: 0, task: 0, step: 3, values: { größe: 2, rate: null } },
  { type: 'metrics', at: 0, task: 0, step: 4, values: { größe: 3 } },
  { type: 'validation', at: 0, task: 1, step: 1, loss: 0.5, accuracy: null },
  mechanism(1, 'void'),
  { type: 'resumed', at: 0, task: 1, step: 0 },
  ...Array.from({ length: 100 }, (_, i) => evaluation(1, i + 1)),
  mechanism(1, 'counts'),
];
const lines = (events: readonly RunEvent[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');

const folderOf = (id: string) => join(store, id);
const logOf = (id: string) => join(folderOf(id), 'events.jsonl');
function write(id: string, text: string, flag = 'w'): void {
  mkdirSync(folderOf(id), { recursive: true });
  writeFileSync(logOf(id), text, { flag });
}
const reader = () => new ColumnReader(store, folderOf);
const numbers = (columns: RunColumns) =>
  columns.tables.flatMap((table) => table.columns.map(({ values }) => Array.from(values)));
/** As they are without a file between. */
const expected = (events: readonly RunEvent[], text = lines(events)) => {
  let at = 0;
  let columns = new RunColumns();
  text.split('\n').forEach((line, i) => {
    const event = events[i];
    if (event) columns = columns.after(event, { at, length: Buffer.byteLength(line) });
    at += Buffer.byteLength(line) + 1;
  });
  return numbers(columns);
};
const cacheFile = () => {
  const root = join(cache, 'columns');
  const [folder = ''] = readdirSync(root);
  return join(root, folder, readdirSync(join(root, folder))[0] ?? '');
};

describe('what a run measured on the way', () => {
  it('is read once of a run that goes on, and grows with its log, wherever that is cut', async () => {
    const own = reader();
    const text = lines(long);
    for (const end of [10, 5000, 5001, text.length]) {
      write('a', text.slice(0, end));
      utimesSync(logOf('a'), end, end);
      await own.read('a', false);
    }
    expect(numbers(await own.read('a', false))).toEqual(expected(long));
    write('a', lines([started, evaluation(0, 7)]));
    expect(numbers(await own.read('a', false))).toEqual(expected([started, evaluation(0, 7)]));
  });

  it('is kept of a finished run, and is the same', async () => {
    write('a', lines(long));
    const first = numbers(await reader().read('a', true));
    expect(first).toEqual(expected(long));
    const { mtimeMs } = statSync(cacheFile());
    const again = await reader().read('a', true);
    expect([numbers(again), again.taskCount, again.drawn]).toEqual([first, 2, [0, 1]]);
    expect(Array.from(again.accuracies('taskAware', 1).slice(0, 2))).toEqual([Math.fround(1 / 3), Math.fround(1 / 3)]);
    expect(statSync(cacheFile()).mtimeMs).toBe(mtimeMs);
    // So that what is kept can be told from what is read.
    const bytes = readFileSync(cacheFile());
    bytes.writeDoubleLE(77, bytes.indexOf('\n') + 1);
    writeFileSync(cacheFile(), bytes);
    expect((await reader().read('a', true)).points.globalStep.at(0)).toBe(77);
  });

  it.each<[string, () => void]>([
    ['of a log that grew', () => write('a', '\n', 'a')],
    ['of a log that was touched', () => utimesSync(logOf('a'), 1, 1)],
    ['that is torn', () => writeFileSync(cacheFile(), readFileSync(cacheFile()).subarray(0, 5000))],
    ['that is longer than it says', () => writeFileSync(cacheFile(), '12345678', { flag: 'a' })],
    ['that is empty', () => writeFileSync(cacheFile(), '')],
    ['that is something else', () => writeFileSync(cacheFile(), Buffer.alloc(9000, 0xff))],
    [
      'of another version',
      () => {
        const bytes = readFileSync(cacheFile());
        bytes.write('9', bytes.indexOf('"version":"') + 11);
        writeFileSync(cacheFile(), bytes);
      },
    ],
    ['that is deleted', () => rmSync(cache, { recursive: true })],
  ])('is read from the log again in place of a file %s', async (_what, spoil) => {
    write('a', lines(long));
    await reader().read('a', true);
    const bytes = readFileSync(cacheFile());
    bytes.writeDoubleLE(77, bytes.indexOf('\n') + 1);
    writeFileSync(cacheFile(), bytes);
    spoil();
    expect(numbers(await reader().read('a', true))).toEqual(expected(long));
  });

  it('is in no file of a short run, or of one that goes on, and never in the store', async () => {
    write('short', lines(long.slice(0, 20)));
    write('going', lines(long));
    await reader().read('short', true);
    await reader().read('going', false);
    expect(readdirSync(cache)).toEqual([]);
    await reader().read('going', true);
    expect(readdirSync(folderOf('going'))).toEqual(['events.jsonl']);
  });

  it('counts a last line that only lacks its end, once the run is over', async () => {
    write('a', lines(long.slice(0, 3)).trimEnd());
    expect((await reader().read('a', false)).points).toHaveLength(1);
    expect((await reader().read('a', true)).points).toHaveLength(2);
  });

  it('is nothing of a run without a log, and a fault of one whose log is none', async () => {
    expect((await reader().read('none', true)).points).toHaveLength(0);
    mkdirSync(logOf('folder'), { recursive: true });
    await expect(reader().read('folder', true)).rejects.toThrow(FileFault);
  });
});

describe('events of a run', () => {
  const methods = async (own: ColumnReader, task?: number) =>
    (await own.told('a', true, 'mechanism', task)).map(({ method }) => method);

  it('are read from their places in the log, those alone that count', async () => {
    write('a', lines(long));
    // Once from the log, once from the file.
    for (const own of [reader(), reader()]) {
      expect(await methods(own)).toEqual(['größe', 'counts']);
      expect(await methods(own, 1)).toEqual(['counts']);
      expect(await own.told('a', true, 'forgotten')).toEqual([]);
    }
  });

  it('are none that are not there, should another log have taken the place of the one that was read', async () => {
    write('a', lines(long));
    const own = reader();
    await own.read('a', true);
    const { atime, mtime } = statSync(logOf('a'));
    write('a', lines(long).replaceAll('mechanism', 'histogram'));
    utimesSync(logOf('a'), atime, mtime);
    expect(await methods(own)).toEqual([]);
  });
});
