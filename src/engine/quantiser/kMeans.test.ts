import { beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../backend/testBackends';
import { randomStream } from '../random';
import { kMeans, meansOf, nearestOf, type Points } from './kMeans';

beforeAll(() => openTestBackend());

const random = (name: string) => randomStream(1, name);

/** Clouds round some centres, and a point far from all. */
function clouds(count: number, width: number, centres = 5): Points {
  const draw = random('clouds');
  const at = Array.from({ length: centres * width }, () => 10 * draw());
  const values = Float32Array.from({ length: count * width }, (_, i) => {
    const point = Math.floor(i / width);
    return (at[(point % centres) * width + (i % width)] as number) + draw();
  });
  return { count, width, values };
}

const distance = ({ width, values }: Points, point: number, centroids: Float32Array, centroid: number) => {
  let sum = 0;
  for (let i = 0; i < width; i++)
    sum += ((values[point * width + i] as number) - (centroids[centroid * width + i] as number)) ** 2;
  return sum;
};

describe('k-means', () => {
  it('comes to a place where each point is with the nearest centroid, and each centroid is the mean of its points', () => {
    const points = clouds(200, 3);
    const k = 12;
    const centroids = kMeans(points, k, random('k-means'), 200);
    const assigned = nearestOf(points, centroids);
    expect(new Set(assigned).size).toBe(k);
    assigned.forEach((own, point) => {
      const all = Array.from({ length: k }, (_, other) => distance(points, point, centroids, other));
      expect(own).toBe(all.indexOf(Math.min(...all)));
    });
    for (let centroid = 0; centroid < k; centroid++) {
      const members = [...assigned.keys()].filter((point) => assigned[point] === centroid);
      for (let i = 0; i < 3; i++) {
        const sum = members.reduce((total, point) => total + (points.values[point * 3 + i] as number), 0);
        expect(centroids[centroid * 3 + i]).toBe(Math.fround(sum / members.length));
      }
    }
  });

  it('is the same for the same random numbers, and another for others', () => {
    const points = clouds(300, 2);
    const first = kMeans(points, 20, random('one'));
    expect(kMeans(points, 20, random('one'))).toEqual(first);
    expect(kMeans(points, 20, random('other'))).not.toEqual(first);
  });

  it('splits clusters when others are empty, so that most centroids have points', () => {
    // Of 60 points 50 are one: most centroids begin there, all but one of them empty.
    const values = Float32Array.from({ length: 60 }, (_, i) => (i < 50 ? 1 : i));
    const points = { count: 60, width: 1, values };
    const centroids = kMeans(points, 10, random('same'), 100);
    const { counts } = meansOf(points, nearestOf(points, centroids), 10);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(6);
    expect(centroids.every(Number.isFinite)).toBe(true);
  });

  it('with a point for each centroid has them all, and refuses fewer', () => {
    const points = { count: 4, width: 1, values: Float32Array.of(3, 1, 4, 2) };
    expect([...kMeans(points, 4, random('few'))].sort()).toEqual([1, 2, 3, 4]);
    expect(() => kMeans(points, 5, random('few'))).toThrow('5 centroids need as many points, and there are 4');
  });

  it('looks at 256 points for each centroid at most', () => {
    const many = clouds(1000, 1, 1);
    const [centroid = NaN] = kMeans(many, 1, random('many'));
    const mean = many.values.reduce((sum, value) => sum + value, 0) / 1000;
    expect(centroid).not.toBeCloseTo(mean, 6);
    expect(Math.abs(centroid - mean)).toBeLessThan(0.1);
  });
});
