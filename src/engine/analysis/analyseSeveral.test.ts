import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pathResultSchema } from '../../core/analyses/path';
import type { SeveralId, SeveralMessage } from '../../core/analyses/several';
import type { BuiltInNetworkSpec } from '../../core/recipe';
import type { Backend } from '../backend/backend';
import { openTestBackend } from '../backend/testBackends';
import { toyManifest, type ToySpec } from '../contractCheck/toyData';
import { ToyRuns, toyStream } from '../contractCheck/toyRun';
import { networkFor } from '../networks/networkFor';
import { analyseSeveral } from './analyseSeveral';
import { finishedRun, type FinishedRun } from './finishedRun';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let backend: Backend;
const runs = new ToyRuns(() => openTestBackend());
beforeAll(async () => {
  backend = await openTestBackend();
});
afterAll(() => runs.removeFolders());

interface Opened {
  readonly folder: string;
  readonly run: FinishedRun;
}

async function runOf(spec: ToySpec, id = 'toy'): Promise<Opened> {
  const done = await runs.run(spec);
  expect(done.error).toBeUndefined();
  const stream = toyStream(spec);
  const network = toyManifest(spec).spec.network as BuiltInNetworkSpec;
  const experiment = networkFor(network, stream.dataset.shape, stream.outputs);
  const run = finishedRun(done.folder, { ...toyManifest(spec), id }, { stream, backend, experiment });
  return { folder: done.folder, run };
}

async function analysed(
  analysis: SeveralId,
  named: readonly (readonly [Opened, number?])[],
  settings: object = {},
  { fresh = false, stop = (): boolean => false } = {},
) {
  const messages: SeveralMessage[] = [];
  const tell = (message: SeveralMessage) => Promise.resolve(void messages.push(message));
  await analyseSeveral(
    {
      ...{ analysis, settings, fresh, folder: named[0]?.[0].folder ?? '' },
      runs: named.map(([{ run }, task]) => ({ run, task })),
    },
    { tell, stopRequested: stop },
  );
  const last = messages.at(-1);
  if (last?.type !== 'result') throw new Error('no result');
  return { ...last, messages };
}

const quick = { points: 5, samples: 20, steps: 3, batchSize: 8 };
const pathOf = async (...asked: Parameters<typeof analysed> extends [SeveralId, ...infer Rest] ? Rest : never) =>
  pathResultSchema.parse((await analysed('path', ...asked)).result);

describe('the path between two checkpoints', () => {
  it.each<[string, ToySpec]>([
    ['class-incremental', {}],
    ['task-incremental', { stream: { scenario: 'task' } }],
    ['with batch norm', { network: { kind: 'resnet18', filters: 2 } }],
  ])('has no barrier to itself: exactly 0, and one loss all the way: %s', async (_, spec) => {
    const own = await runOf(spec);
    const { profiles, distance } = await pathOf(
      [
        [own, 1],
        [own, 1],
      ],
      { ...quick, tasks: [1, 2], curve: 'none' },
    );
    expect(distance).toBe(0);
    expect(profiles.map(({ way, of }) => [way, of])).toEqual([
      ['line', 0],
      ['line', 1],
    ]);
    for (const { barrier, loss } of profiles) {
      expect(barrier).toBe(0);
      expect(new Set(loss).size).toBe(1);
    }
  });

  it('leads through both ends, by line and curve, whatever runs they are of', async () => {
    const [one, other] = [await runOf({}), await runOf({ methods: { ewc: { lambda: 10 } } }, 'other')];
    const there = await pathOf(
      [
        [one, 0],
        [other, 2],
      ],
      quick,
    );
    expect(there.ends.map(({ run, task }) => [run, task])).toEqual([
      ['toy', 0],
      ['other', 2],
    ]);
    expect(there.profiles.map(({ way, of }) => [way, of])).toEqual([
      ['line', 0],
      ['line', 2],
      ['bezier', 0],
      ['bezier', 2],
    ]);
    const [line, , curve] = there.profiles;
    expect([curve?.loss[0], curve?.loss.at(-1)]).toEqual([line?.loss[0], line?.loss.at(-1)]);
    expect(curve?.loss).not.toEqual(line?.loss);
    // The same way back.
    const back = await pathOf(
      [
        [other, 2],
        [one, 0],
      ],
      { ...quick, curve: 'none', tasks: [1, 3] },
    );
    back.profiles[0]?.loss.forEach((loss, i) => expect(loss).toBeCloseTo(line?.loss.at(-1 - i) ?? NaN, 4));
  });

  it('measures running statistics anew on the way', async () => {
    const own = await runOf({ network: { kind: 'resnet18', filters: 2 } });
    const { profiles } = await pathOf(
      [
        [own, 0],
        [own, 2],
      ],
      { ...quick, curve: 'polygon' },
    );
    expect(profiles.flatMap(({ loss }) => loss).every((loss) => loss !== null && loss < 10)).toBe(true);
  });

  it('is refused between runs of different data or networks, with what differs', async () => {
    const own = await runOf({});
    const to = async (spec: ToySpec) =>
      pathOf(
        [
          [own, 0],
          [await runOf(spec, 'other'), 0],
        ],
        quick,
      );
    await expect(to({ stream: { scenario: 'domain' } })).rejects.toThrow(
      'toy and other do not lie in one space: their data differs: "scenario" of the stream is "class" in one and "domain" in the other',
    );
    await expect(to({ network: { hidden: [12, 9] } })).rejects.toThrow(
      'their networks differ: layer2.weights of 12 × 10 in one, layer2.weights of 12 × 9 in the other',
    );
    const permuted: ToySpec = { stream: { kind: 'permuted', scenario: 'domain' } };
    const [first, second] = [await runOf(permuted), await runOf({ ...permuted, seed: 2 }, 'other')];
    await expect(
      pathOf(
        [
          [first, 0],
          [second, 0],
        ],
        quick,
      ),
    ).rejects.toThrow('the tasks are drawn with the seed, which is 1 in one and 2 in the other');
  });

  it('says what there is not: a checkpoint, a task, a second end', async () => {
    const own = await runOf({ evaluation: { keep: 'last' } });
    await expect(
      pathOf(
        [
          [own, 0],
          [own, 2],
        ],
        quick,
      ),
    ).rejects.toThrow('toy kept no parameters after task 1: it did after 3.');
    await expect(pathOf([[own], [own]], { ...quick, tasks: [4] })).rejects.toThrow(
      'There is no task 4: the stream has 3.',
    );
    await expect(pathOf([[own]], quick)).rejects.toThrow('A path has two ends');
  });

  it('is kept beside the first run by what it depends on, and not measured again', async () => {
    const own = await runOf({});
    const named = [
      [own, 0],
      [own, 1],
    ] as const;
    const first = await analysed('path', named, quick);
    expect(first.isKnown).toBe(false);
    expect(JSON.parse(readFileSync(first.file, 'utf8'))).toEqual(first.result);
    expect(await analysed('path', named, quick)).toMatchObject({ isKnown: true, result: first.result });
    expect(await analysed('path', named, quick, { fresh: true })).toMatchObject({
      isKnown: false,
      result: first.result,
    });
    const other = await analysed('path', named, { ...quick, curve: 'polygon' });
    expect(other.isKnown).toBe(false);
    expect(existsSync(first.file)).toBe(true);
    let looks = 0;
    await expect(analysed('path', named, { ...quick, points: 6 }, { stop: () => ++looks > 3 })).rejects.toThrow(
      'stopped',
    );
  });
});
