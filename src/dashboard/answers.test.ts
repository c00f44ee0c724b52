import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../core/events';
import type { PageRequest } from '../core/fromWebview';
import { manifestSchema, RUN_FORMAT } from '../core/manifest';
import type { CurveColumns } from '../core/curveColumns';
import type { MetricColumns } from '../core/metricColumns';
import type { Images } from '../core/messages';
import type { Run } from '../core/run';
import { foldEvents } from '../core/runModel';
import { FileFault } from '../runs/index';
import { answerTo } from './answers';
import { Refused } from './requestDesk';
import { testReader } from './testReader';

const folder = mkdtempSync(join(tmpdir(), 'lethe-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 10 000 images, each of one value: its place modulo 251, but for the corner in the upper left. */
mkdirSync(join(folder, 'mnist'));
const images = new Uint8Array(16 + 10_000 * 784);
for (let i = 0; i < 10_000; i++) {
  images.fill(i % 251, 16 + i * 784, 16 + (i + 1) * 784);
  images[16 + i * 784] = 255;
}
writeFileSync(join(folder, 'mnist', 't10k-images-idx3-ubyte'), images);
writeFileSync(join(folder, 'mnist', 'train-images-idx3-ubyte'), images.subarray(0, 5000));

const log: RunEvent[] = [
  {
    ...{ type: 'started', at: 0, schema: 1, backend: { name: 'wasm', version: '4' }, steps: [10, 10] },
    tasks: [0, 1].map((n) => ({ name: `${n}`, classes: [n], train: 1, test: 1 })),
  },
  { type: 'eval', at: 0, task: 0, step: 10, accuracy: [0.5], taskAware: [0.75], samples: 1 },
  { type: 'metrics', at: 0, task: 0, step: 10, values: { rate: 0.25 } },
  { type: 'mechanism', at: 0, task: 0, method: 'ewc', views: [] },
  { type: 'mechanism', at: 0, task: 1, method: 'ewc', views: [] },
  { type: 'resumed', at: 1, task: 1, step: 0 },
  { type: 'mechanism', at: 2, task: 1, method: 'ewc', views: [] },
  { type: 'forgotten', at: 2, task: 1, tasks: [0], examples: [9], lost: [4], regained: [1] },
];

const runOf = (stream: object): Run => ({
  manifest: manifestSchema.parse({
    ...{ lethe: RUN_FORMAT, trainer: 'lethe', id: 'own', created: 0, seed: 1 },
    experiment: { name: 'x' },
    variant: { key: 'ewc', label: 'EWC', hash: 'h' },
    spec: { stream, network: {}, training: {}, evaluation: {}, methods: [{ method: 'ewc', settings: {} }] },
  }),
  status: 'running',
  state: foldEvents(log),
});

const split = { dataset: 'mnist', kind: 'split', tasks: 5, scenario: 'class', classOrder: 'fixed' };
const ask = (request: PageRequest, stream: object = split, read: () => RunEvent[] = () => log) =>
  answerTo(
    request,
    {
      reader: testReader(read),
      shown: (id) => (id === 'own' ? runOf(stream) : undefined),
      places: { shipped: folder, own: join(folder, 'own') },
    },
    new AbortController().signal,
  );
const why = (asked: Promise<unknown>) =>
  asked.then(
    () => 'answered',
    (error: unknown) => (error instanceof Refused ? error.why : error),
  );
const curve = { kind: 'curve', measure: 'accuracy', points: 10 } as const;

describe('what the page asks about runs', () => {
  it('is answered with columns, each run counted once', async () => {
    const { places, tasks, seeds } = (await ask({ ...curve, runs: ['own', 'own'] })) as CurveColumns;
    expect([[...places], [...(tasks[0]?.mean ?? [])], seeds]).toEqual([[10], [0.5], 1]);
    const other = (await ask({ ...curve, runs: ['own'], measure: 'taskAware' })) as CurveColumns;
    expect([...(other.tasks[0]?.mean ?? [])]).toEqual([0.75]);
  });

  it('is answered with the numbers of a program', async () => {
    const { places, mean } = (await ask({ kind: 'metric', runs: ['own'], name: 'rate', points: 10 })) as MetricColumns;
    expect([[...places], [...mean]]).toEqual([[10], [0.25]]);
    expect(await why(ask({ kind: 'metric', runs: ['other'], name: 'rate', points: 10 }))).toBe('unknown run');
  });

  it('is answered with the events that count, of one task or of all', async () => {
    const times = async (request: PageRequest) => ((await ask(request)) as readonly RunEvent[]).map(({ at }) => at);
    expect(await times({ kind: 'mechanisms', run: 'own' })).toEqual([0, 2]);
    expect(await times({ kind: 'mechanisms', run: 'own', task: 1 })).toEqual([2]);
    expect(await times({ kind: 'forgotten', run: 'own' })).toEqual([2]);
    expect(await times({ kind: 'confusions', run: 'own', task: 0 })).toEqual([]);
  });

  it.each<PageRequest>([
    { ...curve, runs: ['own', '../own'] },
    { kind: 'mechanisms', run: 'other' },
    { kind: 'confusions', run: '..' },
    { kind: 'forgotten', run: '__proto__' },
    { kind: 'analyses', run: '../own' },
    { kind: 'images', run: 'other', part: 'test', index: [0] },
  ])('is refused of a run that is not shown: $kind', async (request) => {
    expect(await why(ask(request))).toBe('unknown run');
  });

  it('is refused where the log cannot be read', async () => {
    const unreadable = () => {
      throw new FileFault('events.jsonl', 'permission denied');
    };
    expect(await why(ask({ ...curve, runs: ['own'] }, split, unreadable))).toBe('not there');
    expect(await why(ask({ kind: 'mechanisms', run: 'own' }, split, unreadable))).toBe('not there');
  });

  it('is worked on no longer when nobody wants it any more', async () => {
    const sources = {
      ...{
        reader: testReader(() => log),
      },
      ...{ shown: () => runOf(split), places: { shipped: folder, own: folder } },
    };
    await expect(answerTo({ ...curve, runs: ['own'] }, sources, AbortSignal.abort())).rejects.toThrow('aborted');
  });
});

describe('pictures', () => {
  const test = (index: number[], task?: number[]): PageRequest => ({
    ...{ kind: 'images', run: 'own', part: 'test', index },
    ...(task && { task }),
  });

  it('are the examples that were asked for, in that order', async () => {
    const { bytes, ...rest } = (await ask(test([9999, 0, 250]))) as Images;
    expect(rest).toEqual({ height: 28, width: 28, channels: 1 });
    expect(bytes).toHaveLength(3 * 784);
    expect([1, 785, 1569].map((at) => bytes[at])).toEqual([9999 % 251, 0, 250]);
  });

  it('are turned as the task turns them', async () => {
    const rotated = { dataset: 'mnist', kind: 'rotated', tasks: 2, angles: [0, 90], scenario: 'domain' };
    const { bytes } = (await ask(test([7, 7], [0, 1]), rotated)) as Images;
    expect([bytes[0], bytes[27], bytes[784], bytes[784 + 27 * 28]]).toEqual([255, 7, 7, 255]);
  });

  it('lie as in the data set where a seed draws their look, and say so', async () => {
    const permuted = { dataset: 'mnist', kind: 'permuted', tasks: 2, scenario: 'domain' };
    expect(await ask(test([7], [1]), permuted)).toMatchObject({ unchanged: true });
  });

  it.each<[string, PageRequest, object?]>([
    ['beyond the last', test([10_000])],
    ['of a file that is too short', { kind: 'images', run: 'own', part: 'train', index: [0] }],
    ['of a data set that is not there', test([0]), { ...split, dataset: 'cifar-10' }],
    ['of a data set that leads elsewhere', test([0]), { ...split, dataset: '../mnist' }],
    ['of a stream of one’s own', test([0]), { ...split, kind: './mine.ts' }],
  ])('are refused %s', async (_what, request, stream) => {
    expect(await why(ask(request, stream ?? split))).toBe('not there');
  });
});
