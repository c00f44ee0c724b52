import { describe, expect, it } from 'vitest';
import { foreseenTasks, classesComeAgain } from '../../core/streamTasks';
import { isOwnStream, recordedStreamSchema, streamKinds, withTaskCounts } from '../../core/stream';
import type { Dataset } from '../contract/dataset';
import { streamOf } from './index';

/** Images of 2 × 2 pixels; the first pixel says which set, the second which example. */
function set(id: string, classes: number, train: number, test: number, mark: number): Dataset {
  const part = (count: number) => ({
    count,
    labels: Uint16Array.from({ length: count }, (_, i) => i % classes),
    images: Uint8Array.from({ length: count * 4 }, (_, i) => (i % 4 === 0 ? mark : Math.floor(i / 4))),
  });
  return {
    id,
    title: id.toUpperCase(),
    classes,
    shape: [2, 2, 1],
    train: part(train),
    test: part(test),
    checksums: { labels: `sum of ${id}` },
  };
}
const [a, b] = [set('a', 2, 6, 4, 100), set('b', 4, 8, 4, 200)];

const parts = (list: readonly object[], more: object = {}, seed = 1) => {
  const spec = recordedStreamSchema.parse(withTaskCounts({ kind: 'parts', parts: list, ...more }));
  return streamOf([a, b], spec, seed);
};
const splitB = { dataset: 'b', kind: 'split', tasks: 2 };
const permutedA = { dataset: 'a', kind: 'permuted', tasks: 2, identityFirst: false };

describe('a stream of parts', () => {
  const stream = parts([{ dataset: 'a' }, splitB, permutedA]);

  it('has the tasks of its parts in their order', () => {
    expect(stream.tasks.map(({ name }) => name)).toEqual(['A', 'B 0/1', 'B 2/3', 'A permutation 1', 'A permutation 2']);
  });

  it('has one data set, in which each example of each set lies once', () => {
    const { dataset } = stream;
    expect([dataset.id, dataset.classes, dataset.train.count, dataset.test.count]).toEqual(['a+b', 6, 14, 8]);
    expect([...dataset.train.labels]).toEqual([0, 1, 0, 1, 0, 1, 2, 3, 4, 5, 2, 3, 4, 5]);
    expect([...dataset.train.images]).toEqual([...a.train.images, ...b.train.images]);
    expect([...dataset.test.images]).toEqual([...a.test.images, ...b.test.images]);
    expect(dataset.checksums).toEqual({ 'a/labels': 'sum of a', 'b/labels': 'sum of b' });
  });

  it('has in each task the examples of its own set', () => {
    expect(stream.tasks.map(({ classes }) => classes)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [0, 1],
      [0, 1],
    ]);
    expect(stream.tasks.map(({ train }) => [...train])).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7, 10, 11],
      [8, 9, 12, 13],
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2, 3, 4, 5],
    ]);
    expect([...(stream.tasks[2]?.test ?? [])]).toEqual([6, 7]);
  });

  it('leaves the images as they are where a part has no view', () => {
    const asTheyLie = [0, 1, 2, 3];
    expect(stream.views?.slice(0, 3).map((view) => [...view])).toEqual([asTheyLie, asTheyLie, asTheyLie]);
    for (const view of stream.views?.slice(3) ?? []) expect([...view].sort()).toEqual(asTheyLie);
    expect(parts([{ dataset: 'a' }, splitB]).views).toBeUndefined();
  });

  it.each(['class', 'task'])('%s-incremental: has a unit for each class that is new', (scenario) => {
    const { outputs, heads } = parts([{ dataset: 'a' }, splitB, permutedA], { scenario });
    expect({ outputs, heads }).toEqual({
      outputs: 10,
      heads: [
        [0, 1],
        [2, 3],
        [4, 5],
        [6, 7],
        [8, 9],
      ],
    });
  });

  it('domain-incremental: shares units by position', () => {
    const { outputs, heads, unitOf } = parts([{ dataset: 'b' }, splitB, { dataset: 'a' }], { scenario: 'domain' });
    expect({ outputs, heads }).toEqual({
      outputs: 4,
      heads: [
        [0, 1, 2, 3],
        [0, 1],
        [0, 1],
        [0, 1],
      ],
    });
    // Its classes come first: it is met first.
    expect(unitOf[2]).toEqual([-1, -1, 0, 1, -1, -1]);
  });

  it('in which classes come again as they were has them in their units, and in another look in new ones', () => {
    const again = [
      { dataset: 'b' },
      { ...splitB, classOrder: [3, 1] },
      { dataset: 'b', kind: 'rotated', angles: [0, 90] },
    ];
    expect(parts(again).heads).toEqual([[0, 1, 2, 3], [3], [1], [0, 1, 2, 3], [4, 5, 6, 7]]);
    // A permuted part that begins with the images as they are.
    expect(parts([{ dataset: 'a' }, { ...permutedA, identityFirst: true }]).heads).toEqual([
      [0, 1],
      [0, 1],
      [2, 3],
    ]);
  });

  it('of one data set has that data set, stored as it is', () => {
    const { dataset, outputs } = streamOf(
      [a],
      recordedStreamSchema.parse({ kind: 'parts', parts: [{ dataset: 'a' }, permutedA] }),
      1,
    );
    expect(dataset.train).toBe(a.train);
    expect([dataset.id, outputs]).toEqual(['a', 6]);
  });

  it('draws for each part by its place, the same for the same seed, whatever follows', () => {
    const viewsOf = (...of: Parameters<typeof parts>) => (parts(...of).views ?? []).map((view) => view.join());
    const two = [permutedA, permutedA];
    expect(viewsOf([...two, splitB]).slice(0, 4)).toEqual(viewsOf(two));
    const long = { dataset: 'b', kind: 'permuted', tasks: 30, identityFirst: false };
    expect(viewsOf([long, long]).slice(0, 30)).not.toEqual(viewsOf([long, long]).slice(30));
    expect(viewsOf([long], {}, 2)).not.toEqual(viewsOf([long]));
  });

  it('is refused where images are of two shapes, or a data set is not there', () => {
    const spec = streamKinds.parts.parse({ kind: 'parts', parts: [{}] });
    const named = (dataset: string) => ({ ...spec, parts: [{ kind: 'whole' as const, dataset }] });
    const both = { ...spec, parts: [...named('a').parts, ...named('b').parts] };
    expect(() => streamOf([a, { ...b, shape: [1, 4, 1] }], both, 1)).toThrow(
      'the images of B are 1 × 4 × 1, those of A 2 × 2 × 1',
    );
    for (const one of [named('b'), { ...streamKinds.split.parse({}), dataset: 'b' }])
      expect(() => streamOf([a], one, 1)).toThrow('the data set "b" is not there');
  });
});

describe('what is foreseen of a stream', () => {
  const facts = (id: string) => (id === 'a' ? a : b);

  it.each<[string, object]>([
    [
      'parts',
      {
        kind: 'parts',
        parts: [{ dataset: 'b' }, splitB, permutedA, { dataset: 'a', kind: 'rotated', angles: [3, 3] }],
      },
    ],
    ['a split stream', { dataset: 'b', classesPerTask: [1, 2], tasks: 2 }],
    ['a permuted stream', { dataset: 'a', kind: 'permuted', tasks: 3 }],
    ['a rotated stream', { dataset: 'a', kind: 'rotated', angles: [10.04, 20] }],
  ])('is what it has (%s)', (_, given) => {
    const spec = recordedStreamSchema.parse(withTaskCounts(given));
    if (isOwnStream(spec)) throw new Error('it is none of Lethe');
    const { tasks, dataset } = streamOf(spec.kind === 'parts' ? [b, a] : facts(spec.dataset), spec, 1);
    const foreseen = foreseenTasks(spec, facts);
    expect(foreseen.map(({ name }) => name)).toEqual(tasks.map(({ name }) => name));
    expect(foreseen.map(({ classes }) => classes?.length)).toEqual(tasks.map(({ classes }) => classes.length));
    if (dataset.id === 'b' || dataset.id === 'a')
      expect(foreseen.map(({ classes }) => classes)).toEqual(tasks.map(({ classes }) => classes));
  });

  it.each<[boolean, readonly object[]]>([
    [false, [{ dataset: 'a' }, { dataset: 'b' }, permutedA, permutedA]],
    [
      false,
      [
        { ...splitB, classOrder: [0, 1] },
        { ...splitB, classOrder: [2, 3] },
      ],
    ],
    [true, [{ dataset: 'b' }, splitB]],
    [true, [{ dataset: 'a' }, { ...permutedA, identityFirst: true }]],
    [true, [{ dataset: 'a', kind: 'rotated', angles: [-30, 330] }]],
    [true, [{ ...splitB, classOrder: 'per-seed' }, { dataset: 'b' }]],
    [false, [{ ...splitB, classOrder: 'per-seed' }, { dataset: 'a' }]],
  ])('says whether classes come again: %s for %j', (expected, list) => {
    const spec = recordedStreamSchema.parse(withTaskCounts({ kind: 'parts', parts: list }));
    expect(classesComeAgain(spec, facts)).toBe(expected);
  });
});
