import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventSchema, parseEventLine } from '../core/events';
import { emptyRun, FOLD_VERSION, takeLine } from '../core/runModel';
import { RunStore } from './store';
import { manifestFor } from './testManifests';

let workspace = '';
let cache = '';
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'lethe-store-'));
  cache = mkdtempSync(join(tmpdir(), 'lethe-cache-'));
  vi.stubEnv('LETHE_CACHE_DIR', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of [workspace, cache]) rmSync(folder, { recursive: true, force: true });
});

const events = [
  {
    type: 'started',
    at: 1,
    schema: 1,
    backend: { name: 'wasm', version: '4', processor: 'p' },
    steps: [10, 10],
    token: 't',
  },
  { type: 'baseline', at: 2, accuracy: [0.1, 0.2], taskAware: [0.5, 0.5] },
  { type: 'task-start', at: 3, task: 0, steps: 12 },
  { type: 'plan', at: 3, task: 0, step: 4, steps: 11 },
  { type: 'network', at: 3, task: 0, parameters: 7 },
  { type: 'step', at: 4, task: 0, step: 10, loss: 0.5, accuracy: 0.75 },
  { type: 'eval', at: 5, task: 0, step: 10, accuracy: [0.9], taskAware: [0.9], samples: 20 },
  { type: 'validation', at: 5, task: 0, step: 10, loss: 0.4, accuracy: 0.8 },
  { type: 'phase', at: 6, task: 0, name: 'fisher', done: 0.5 },
  { type: 'mechanism', at: 6, task: 0, method: 'ewc', views: [] },
  { type: 'confusion', at: 6, task: 0, among: 'all', examples: [9, 9], right: [8, 1], ownTask: [9, 2], newest: [9, 7] },
  {
    type: 'task-end',
    at: 7,
    task: 0,
    accuracy: [0.9, 0.1],
    taskAware: [0.9, 0.5],
    rocAuc: [0.98, null],
    memoryBytes: 4,
  },
  { type: 'checkpoint', at: 8, task: 1, step: 0, file: 'x', sha256: '0' },
  { type: 'warning', at: 9, message: 'careful' },
  { type: 'resumed', at: 30, task: 1, step: 0, steps: 9, token: 'u' },
  { type: 'interference', at: 30, task: 1, step: 1, cosine: 0.25, images: 9 },
  { type: 'metrics', at: 30, task: 1, step: 1, values: { rate: 0.1 } },
  { type: 'forgotten', at: 31, task: 1, tasks: [0], examples: [9], lost: [4], regained: [1] },
  { type: 'task-end', at: 31, task: 1, tasks: [1], accuracy: [0.8], taskAware: [0.8], samples: 2, memoryBytes: 8 },
  { type: 'histogram', at: 32 },
  { type: 'ended', at: 33, status: 'done', token: 'v', seconds: 3, peakMemoryBytes: 5 },
].map((event) =>
  event.type === 'started'
    ? { ...event, tasks: [0, 1].map((n) => ({ name: `${n}`, classes: [n], train: 1, test: 1 })) }
    : event,
);
const text = [...events.map((event) => JSON.stringify(event)), 'no event', ''].join('\n');

const runFolder = (id: string) => join(workspace, '.lethe/runs', id);
function write(id: string, log = text): void {
  mkdirSync(runFolder(id), { recursive: true });
  writeFileSync(join(runFolder(id), 'run.json'), JSON.stringify(manifestFor({ id })));
  writeFileSync(join(runFolder(id), 'events.jsonl'), log);
}

const stateOf = async (id: string) => (await new RunStore(workspace, { dist: '' }).get(id))?.state;
const all = () => new RunStore(workspace, { dist: '' }).list();
const seconds = async () => (await all()).map((run) => run.state.seconds);
const cacheFile = () => {
  const [name = ''] = readdirSync(join(cache, 'runs'));
  return join(cache, 'runs', name);
};
/** So that what comes from the cache can be told from what is read. */
const mark = () =>
  writeFileSync(cacheFile(), readFileSync(cacheFile(), 'utf8').replaceAll('"seconds":3', '"seconds":4'));

describe('what was read of finished runs', () => {
  it('is taken from the cache the next time, and is the same', async () => {
    write('a');
    write('b');
    const first = await all();
    expect(first.map((run) => run.state.seconds)).toEqual([3, 3]);
    const kept = readFileSync(cacheFile(), 'utf8');
    expect(await all()).toEqual(JSON.parse(JSON.stringify(first)));
    expect(readFileSync(cacheFile(), 'utf8')).toBe(kept);
    mark();
    expect(await seconds()).toEqual([4, 4]);
  });

  it.each<[string, () => void]>([
    ['grew', () => writeFileSync(join(runFolder('a'), 'events.jsonl'), '\n', { flag: 'a' })],
    ['was touched', () => utimesSync(join(runFolder('a'), 'events.jsonl'), 1, 1)],
    ['was replaced by one of the same size', () => write('a', text.replace('careful', 'CAREFUL'))],
    [
      'has another run.json',
      () => writeFileSync(join(runFolder('a'), 'run.json'), JSON.stringify(manifestFor({ id: 'a' }))),
    ],
    ['has another marker', () => writeFileSync(join(runFolder('a'), 'stop'), '')],
  ])('is read again when the run %s', async (_what, change) => {
    write('a');
    await all();
    mark();
    change();
    expect(await seconds()).toEqual([3]);
  });

  it.each<[string, () => void]>([
    ['is deleted', () => rmSync(cache, { recursive: true })],
    ['is torn', () => writeFileSync(cacheFile(), readFileSync(cacheFile(), 'utf8').slice(0, 200))],
    ['is no text', () => writeFileSync(cacheFile(), Buffer.alloc(1000, 0xff))],
    [
      'is of another version',
      () => writeFileSync(cacheFile(), readFileSync(cacheFile(), 'utf8').replaceAll('"version":"0', '"version":"9')),
    ],
  ])('is read again when the cache %s', async (_what, spoil) => {
    write('a');
    await all();
    mark();
    spoil();
    expect(await seconds()).toEqual([3]);
  });

  it('is not kept of a run that goes on, and nothing of it is in the store', async () => {
    write('going', text.split('\n').slice(0, 8).join('\n'));
    await all();
    expect(readdirSync(cache)).toEqual([]);
    write('done');
    await all();
    expect(readFileSync(cacheFile(), 'utf8')).not.toContain('"going"');
    expect(readdirSync(join(workspace, '.lethe'))).toEqual(['runs']);
    expect(readdirSync(runFolder('done')).sort()).toEqual(['events.jsonl', 'run.json']);
  });

  it('counts as read for one run alone too', async () => {
    write('a');
    expect((await stateOf('a'))?.rows).toHaveLength(2);
  });
});

it('FOLD_VERSION is raised when the same events give another state, or a manifest has another form', () => {
  const state = emptyRun();
  const read = text.trimEnd().split('\n').map(parseEventLine);
  const kinds = new Set(read.map((line) => (line.kind === 'event' ? line.event.type : line.kind)));
  expect([...kinds]).toEqual(expect.arrayContaining(eventSchema.options.map(({ shape }) => shape.type.value)));
  for (const line of read) takeLine(state, line);
  const manifest = manifestFor();
  // Which settings count as equal may change without that.
  const fold = createHash('sha256')
    .update(JSON.stringify([state, { ...manifest, variant: { ...manifest.variant, hash: '' } }]))
    .digest('hex');
  expect([FOLD_VERSION, fold]).toEqual([23, 'db985f4b3022e1d637a291ce18ced47f0c0e9a2b33c0548a481907ac0a822c28']);
});
