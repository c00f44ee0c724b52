import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../random';
import { closestToMean } from './closestToMean';
import { joinedLists, listsOf } from './exemplarLists';
import { normalised, type Features } from './features';
import { herding } from './herding';
import { kCenter } from './kCenter';

/** Features as a ReLU leaves them: some are 0. */
function featuresFor(seed: number, rows: number, width: number): Features {
  const random = randomStream(seed, 'features');
  return { rows, width, values: Float32Array.from({ length: rows * width }, () => Math.max(0, random() - 0.3)) };
}

const someFeatures = fc
  .tuple(fc.integer(), fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 5 }))
  .map(([seed, rows, width]) => featuresFor(seed, rows, width));

const rowsOf = ({ rows, width, values }: Features): number[][] =>
  Array.from({ length: rows }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
const meanOf = (rows: readonly number[][]): number[] =>
  (rows[0] ?? []).map((_, i) => rows.reduce((sum, row) => sum + (row[i] ?? NaN), 0) / rows.length);
const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((x, i) => x - (b[i] ?? NaN)));

/** All subsets of 0 … n − 1 of a size. */
function* subsets(n: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) yield [];
  else
    for (let first = from; first < n; first++)
      for (const rest of subsets(n, size - 1, first + 1)) yield [first, ...rest];
}

describe.each([
  ['herding', herding],
  ['k-center', kCenter],
  ['closest to mean', closestToMean],
])('the order by %s', (_, order) => {
  it('has every row once', () => {
    fc.assert(
      fc.property(someFeatures, (features) => {
        expect([...order(features)].sort((a, b) => a - b)).toEqual(rowsOf(features).map((__, row) => row));
      }),
    );
  });

  it('is one of the rows alone where all are alike, and none where there are none', () => {
    const alike = { rows: 4, width: 2, values: new Float32Array(8).fill(0.5) };
    expect([...order(alike)]).toEqual([0, 1, 2, 3]);
    expect([...order({ ...alike, values: new Float32Array(8) })]).toEqual([0, 1, 2, 3]);
    expect([...order({ rows: 0, width: 0, values: new Float32Array() })]).toEqual([]);
  });
});

describe('herding', () => {
  it('takes at each place the row that brings the mean of those taken nearest to the mean of all: tried out on all', () => {
    fc.assert(
      fc.property(someFeatures, (features) => {
        const rows = rowsOf(normalised(features));
        const mean = meanOf(rows);
        const taken: number[] = [];
        for (const place of herding(features)) {
          const gap = (row: number) => distance(mean, meanOf([...taken, row].map((one) => rows[one] ?? [])));
          const left = rows.map((_, row) => row).filter((row) => !taken.includes(row));
          expect(gap(place)).toBeLessThanOrEqual(Math.min(...left.map(gap)) + 1e-7);
          taken.push(place);
        }
      }),
    );
  });

  it('does not mind how long features are', () => {
    const features = featuresFor(3, 30, 6);
    const scaled = features.values.map((value, i) => value * 2 ** (Math.floor(i / 6) % 5));
    expect([...herding({ ...features, values: scaled })]).toEqual([...herding(features)]);
  });
});

describe('the k-center coreset', () => {
  it('begins with the first row, and goes on with one that is farthest from those taken: tried out on all', () => {
    fc.assert(
      fc.property(someFeatures, (features) => {
        const rows = rowsOf(features);
        const [first, ...rest] = kCenter(features);
        expect(first).toBe(0);
        const taken = [0];
        for (const place of rest) {
          const gap = (row: number) => Math.min(...taken.map((one) => distance(rows[row] ?? [], rows[one] ?? [])));
          expect(gap(place)).toBeGreaterThanOrEqual(Math.max(...rows.map((_, row) => gap(row))) - 1e-7);
          taken.push(place);
        }
      }),
    );
  });

  it('leaves no row farther than twice what the best of all choices leaves', () => {
    fc.assert(
      fc.property(someFeatures, fc.integer({ min: 1, max: 4 }), (features, k) => {
        const rows = rowsOf(features);
        const size = Math.min(k, rows.length);
        const radius = (centers: readonly number[]) =>
          Math.max(...rows.map((row) => Math.min(...centers.map((center) => distance(row, rows[center] ?? [])))));
        const best = Math.min(...[...subsets(rows.length, size)].map(radius));
        expect(radius([...kCenter(features)].slice(0, size))).toBeLessThanOrEqual(2 * best + 1e-6);
      }),
      { numRuns: 50 },
    );
  });
});

describe('closest to the mean', () => {
  it('is the order by distance from it', () => {
    fc.assert(
      fc.property(someFeatures, (features) => {
        const rows = rowsOf(features);
        const mean = meanOf(rows);
        const distances = [...closestToMean(features)].map((row) => distance(rows[row] ?? [], mean));
        distances.slice(1).forEach((next, i) => expect(next).toBeGreaterThanOrEqual((distances[i] ?? NaN) - 1e-7));
      }),
    );
  });
});

describe('lists of exemplars', () => {
  const labels = [0, 1, 0, 1, 2, 2, 0, 1];
  const lists = [
    { task: 0, label: 1, indices: Int32Array.of(7, 1, 3) },
    { task: 0, label: 0, indices: Int32Array.of(6, 0) },
    { task: 1, label: 0, indices: Int32Array.of(2) },
    { task: 1, label: 2, indices: Int32Array.of(5, 4) },
  ];

  it('come out of one list as they went in, the same class of another task by itself', () => {
    expect(listsOf(joinedLists(lists, 10), labels)).toEqual(lists);
  });

  it('lose their last when they get shorter', () => {
    expect(joinedLists(lists, 1)).toEqual({ indices: Int32Array.of(7, 6, 2, 5), tasks: Int32Array.of(0, 0, 1, 1) });
  });
});
