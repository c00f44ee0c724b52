import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { landscapeResultSchema } from '../../core/analyses/landscape';
import { pathResultSchema } from '../../core/analyses/path';
import type { SeveralId, SeveralMessage } from '../../core/analyses/several';
import type { BuiltInNetworkSpec } from '../../core/recipe';
import type { Backend } from '../backend/backend';
import { openTestBackend } from '../backend/testBackends';
import { toyManifest, type ToySpec } from '../contractCheck/toyData';
import { ofType, ToyRuns, toyStream, type ToyRun } from '../contractCheck/toyRun';
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
  readonly done: ToyRun;
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
  return { done, folder: done.folder, run };
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
type Asked = Parameters<typeof analysed> extends [SeveralId, ...infer Rest] ? Rest : never;
const pathOf = async (...asked: Asked) => pathResultSchema.parse((await analysed('path', ...asked)).result);

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

  it('is of networks that differ in what is dropped in training, and where nothing makes up for it at test', async () => {
    const [own, dropping, scaled] = [
      await runOf({}),
      await runOf({ network: { dropout: 0.5, dropoutScaling: 'training', init: 'he' } }, 'dropping'),
      await runOf({ network: { dropout: 0.5 } }, 'scaled'),
    ];
    const ends = (other: Opened) => pathOf([[own, 0], [other, 0]], quick); // prettier-ignore
    expect((await ends(dropping)).ends.map(({ run }) => run)).toEqual(['toy', 'dropping']);
    await expect(ends(scaled)).rejects.toThrow('differ in how they compute');
  });

  it('is between the points that are named, also of a network that has grown since', async () => {
    const grown = await runOf({
      network: { hidden: [6] },
      methods: { packnet: { prune: 0.5, growBelow: 0.9, growBy: 1 } },
    });
    expect(new Set(grown.run.kept.map(({ network }) => network.parameterCount)).size).toBeGreaterThan(1);
    const { ends } = await pathOf([[grown, 0], [grown, 0]], quick); // prettier-ignore
    expect(ends.map(({ task }) => task)).toEqual([0, 0]);
    // Where none is named the last is meant.
    const last = await pathOf([[grown], [grown]], quick);
    expect(last.ends.map(({ task }) => task)).toEqual([2, 2]);
    await expect(pathOf([[grown, 0], [grown, 2]], quick)).rejects.toThrow('their networks differ'); // prettier-ignore
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

describe('a landscape', () => {
  const small = { points: 5, samples: 20 };
  const found = async (...asked: Asked) => landscapeResultSchema.parse((await analysed('landscape', ...asked)).result);

  it.each<[string, ToySpec]>([
    ['class-incremental', {}],
    ['task-incremental', { stream: { scenario: 'task' } }],
    ['permuted, squared error', { stream: { kind: 'permuted', scenario: 'domain' }, network: { output: 'relu' } }],
    ['with batch norm', { network: { kind: 'resnet18', filters: 2 } }],
  ])('has at each checkpoint the loss and the accuracy that the run was tested with: %s', async (_, spec) => {
    const own = await runOf({ ...spec, evaluation: { answers: true } });
    const { points, surfaces } = await found([[own]], { ...small, plane: 'trajectory' });
    expect(surfaces.map(({ of }) => of)).toEqual([0, 2]);
    const ends = ofType(own.done.events, 'task-end');
    expect(points.map(({ task }) => task)).toEqual([0, 1, 2]);
    for (const { task, measured } of points)
      for (const { of, loss, accuracy } of measured) {
        expect(accuracy).toBeCloseTo(ends[task]?.accuracy[of] ?? NaN, 6);
        expect(loss).toBeCloseTo(ends[task]?.loss?.[of] ?? NaN, 4);
      }
  });

  it('has on the plane, where a checkpoint lies in it, what the checkpoint comes to on the same images', async () => {
    const own = await runOf({});
    // The origin is the first of them; 40 test images are all there are of a task.
    const { x, y, surfaces, points, every } = await found(
      [
        [own, 0],
        [own, 1],
        [own, 2],
      ],
      { points: 5, samples: 1000, reach: 2 },
    );
    expect([x[2], y[2], every]).toEqual([0, 0, 1]);
    expect(points[0]).toMatchObject({ task: 0, x: 0, y: 0, distance: 0 });
    for (const { of, loss, accuracy } of surfaces) {
      const there = points[0]?.measured.find((one) => one.of === of);
      expect(loss).toHaveLength(25);
      expect(loss[2 * 5 + 2]).toBe(there?.loss);
      expect(accuracy[2 * 5 + 2]).toBe(there?.accuracy);
    }
    for (const { distance } of points) expect(distance).toBeLessThan(1e-4);
  });

  it('shows several runs on one plane, each checkpoint with its distance from it', async () => {
    const [one, other] = [await runOf({}), await runOf({ methods: { ewc: { lambda: 10 } } }, 'other')];
    const { points, plane, x, y } = await found([[one], [other]], small);
    expect(plane.kind).toBe('trajectory');
    expect(plane.variance?.[0]).toBeGreaterThan(plane.variance?.[1] ?? 1);
    expect(points.map(({ run, task }) => [run, task])).toEqual(
      ['toy', 'other'].flatMap((run) => [0, 1, 2].map((task) => [run, task])),
    );
    expect(points.some(({ distance }) => distance > 1e-3)).toBe(true);
    for (const point of points) {
      expect(point.x).toBeGreaterThan(x[0] ?? NaN);
      expect(point.x).toBeLessThan(x.at(-1) ?? NaN);
      expect(point.y).toBeGreaterThan(y[0] ?? NaN);
      expect(point.y).toBeLessThan(y.at(-1) ?? NaN);
    }
  });

  it('leads through what a run kept within its tasks, which changes nothing of what it learns', async () => {
    const [plain, kept] = [await runOf({}), await runOf({ evaluation: { way: 2 } }, 'kept')];
    expect(kept.run.kept.map(({ theta }) => theta)).toEqual(plain.run.kept.map(({ theta }) => theta));
    const { way, points } = await found([[kept]], small);
    // Of six steps those after the first, the second and the fourth.
    expect(way.map(({ run, task, step }) => [run, task, step])).toEqual(
      [0, 1, 2].flatMap((task) => [1, 2, 4].map((step) => ['kept', task, step])),
    );
    // Within the second task it is between the ends of the first and the second, and it is not at either.
    const [start, end] = [points[0], points[1]].map((point) => [point?.x ?? NaN, point?.y ?? NaN] as const);
    const far = (a: readonly number[] = [], b: readonly number[] = []) =>
      Math.hypot((a[0] ?? NaN) - (b[0] ?? NaN), (a[1] ?? NaN) - (b[1] ?? NaN));
    for (const { x, y } of way.filter(({ task }) => task === 1)) {
      expect(far([x, y], start)).toBeGreaterThan(0);
      expect(far([x, y], start)).toBeLessThan(2 * far(end, start));
    }
    expect((await found([[plain]], small)).way).toEqual([]);
  });

  it('shows the step that was taken from a checkpoint, which OGD turns and training without a remedy does not', async () => {
    const kept = { training: { optimizer: 'sgd', momentum: 0 }, evaluation: { way: 1 } } as const;
    const [plain, ogd] = [await runOf(kept), await runOf({ ...kept, methods: { ogd: {} } }, 'ogd')];
    const settings = { points: 5, samples: 1000, old: 1, new: 2, plane: 'trajectory' };
    const { points } = await found([[plain], [ogd]], settings);
    const after = (run: string, task: number) => points.find((one) => one.run === run && one.task === task);
    expect(after('toy', 2)).not.toHaveProperty('next');
    const [free, turned] = [after('toy', 0), after('ogd', 0)];
    // Up to here both are the same; the step without a remedy goes down the loss of the new task, that of OGD less so.
    expect(turned?.cosine).toBeCloseTo(free?.cosine ?? NaN, 5);
    expect([free?.next?.steps, turned?.next?.steps]).toEqual([1, 1]);
    expect(free?.next?.cosines[1]).toBeGreaterThan(turned?.next?.cosines[1] ?? NaN);
    expect(turned?.next?.cosines[1]).toBeGreaterThan(0);
    const aside = ({ cosines: [old] = [] }: { readonly cosines?: (number | null)[] } = {}) => Math.abs(old ?? NaN);
    expect(aside(turned?.next)).toBeLessThan(aside(free?.next));
    for (const { next } of points) if (next) expect(next.share).toBeLessThanOrEqual(1);
  });

  it('along the gradients of both tasks has them wholly in its plane at that point, and not elsewhere', async () => {
    const own = await runOf({});
    const { points, plane } = await found([[own, 1]], small);
    expect([plane.kind, plane.through]).toEqual(['gradients', [expect.objectContaining({ run: 'toy', task: 1 })]]);
    const here = points.find(({ task }) => task === 1);
    for (const { share, norm, x, y } of here?.arrows ?? []) {
      expect(share).toBeCloseTo(1, 4);
      expect(Math.hypot(x, y) / norm).toBeCloseTo(1, 4);
    }
    // All of both gradients lies in the plane, whose axes are orthonormal: the angle is that between the arrows.
    const [old, latest] = here?.arrows ?? [];
    const product = (old?.x ?? NaN) * (latest?.x ?? NaN) + (old?.y ?? NaN) * (latest?.y ?? NaN);
    expect(here?.cosine).toBeCloseTo(product / ((old?.norm ?? NaN) * (latest?.norm ?? NaN)), 4);
    // Downhill for the new task is the first axis.
    expect(here?.arrows[1]?.x).toBeGreaterThan(0);
    expect(Math.abs(here?.arrows[1]?.y ?? NaN)).toBeLessThan(1e-4 * (here?.arrows[1]?.norm ?? 0));
    expect(
      points.filter(({ task }) => task !== 1).every(({ arrows }) => arrows.every(({ share }) => share < 0.999)),
    ).toBe(true);
  });

  it('along two random directions is of the network itself, the same again, and as long as its weights', async () => {
    const own = await runOf({});
    const once = await analysed('landscape', [[own, 1]], { ...small, plane: 'random' });
    const { plane, x } = landscapeResultSchema.parse(once.result);
    expect(x).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(plane.lengths[0]).toBeCloseTo(plane.lengths[1] ?? NaN, 3);
    expect(plane.lengths[0]).toBeGreaterThan(1);
    const again = await analysed('landscape', [[own, 1]], { ...small, plane: 'random' }, { fresh: true });
    expect(again.result).toEqual(once.result);
  });

  it('along the same random directions at several checkpoints is at each what it is there alone', async () => {
    const [one, other] = [await runOf({}), await runOf({ methods: { sam: { rho: 0.1 } } }, 'other')];
    const settings = { points: 9, samples: 1000, plane: 'random', old: 1, new: 3 };
    const { plane, around = [], surfaces, points, x } = await found([[one, 2], [other, 2], [other]], settings); // prettier-ignore
    // Named twice it is there once.
    expect(plane.through.map(({ run, task }) => [run, task])).toEqual([['toy', 2], ['other', 2]]); // prettier-ignore
    expect(around.map(({ run, task }) => [run, task])).toEqual([['other', 2]]);
    const alone = await found([[other, 2]], settings);
    expect(alone).not.toHaveProperty('around');
    expect(around[0]?.surfaces).toEqual(alone.surfaces);
    expect(around[0]?.lengths).toEqual(alone.plane.lengths);
    // In the middle of each it is the checkpoint itself.
    const middle = (x.length * x.length - 1) / 2;
    for (const [run, own] of [
      ['toy', surfaces],
      ['other', around[0]?.surfaces],
    ] as const)
      // prettier-ignore
      for (const { of, loss } of own ?? []) {
        const there = points.find((point) => point.run === run && point.task === 2);
        expect(loss[middle]).toBe(there?.measured.find((measured) => measured.of === of)?.loss);
      }
  });

  it('comes coarse to fine: what is there so far, and the rest null', async () => {
    const own = await runOf({});
    const { messages, result } = await analysed('landscape', [[own]], { points: 9, samples: 20 });
    const coarse = messages.flatMap((message) =>
      message.type === 'coarse' ? [landscapeResultSchema.parse(message.result)] : [],
    );
    const whole = landscapeResultSchema.parse(result);
    expect(coarse.map(({ every }) => every)).toEqual([4, 2]);
    expect(coarse.map(({ surfaces }) => surfaces[0]?.loss.filter((loss) => loss !== null).length)).toEqual([9, 25]);
    for (const { surfaces } of coarse)
      surfaces[0]?.loss.forEach((loss, i) => expect([null, whole.surfaces[0]?.loss[i]]).toContain(loss));
  });

  it('says what there is not: a plane, a task, two of them', async () => {
    const own = await runOf({});
    await expect(
      found(
        [
          [own, 0],
          [own, 0],
          [own, 1],
        ],
        small,
      ),
    ).rejects.toThrow('span no plane');
    await expect(
      found(
        [
          [own, 0],
          [own, 1],
        ],
        { ...small, plane: 'checkpoints' },
      ),
    ).rejects.toThrow('2 were named');
    await expect(found([[own]], { ...small, old: 7 })).rejects.toThrow('There is no task 7: the stream has 3.');
    await expect(found([[own]], { ...small, old: 3, new: 3 })).rejects.toThrow('are both task 3');
    const last = await runOf({ evaluation: { keep: 'last' } });
    await expect(found([[last]], { ...small, plane: 'trajectory' })).rejects.toThrow(
      'need three checkpoints, and there are 1',
    );
    const other = await runOf({ network: { hidden: [12, 9] } }, 'other');
    await expect(found([[own], [other]], small)).rejects.toThrow('layer2.weights of 12 × 10 in one');
  });
});
