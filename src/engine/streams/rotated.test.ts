import { describe, expect, it } from 'vitest';
import { rotatedView } from '../../core/rotatedView';
import { streamKinds } from '../../core/stream';
import type { Dataset } from '../contract/dataset';
import { streamOf } from './index';

/** Two classes; images of 4 × 4 pixels, each value another one. */
const part = (count: number) => ({
  count,
  labels: Uint16Array.from({ length: count }, (_, i) => i % 2),
  images: Uint8Array.from({ length: count * 16 }, (_, i) => i + 1),
});
const dataset: Dataset = {
  id: 'two',
  title: 'Two',
  classes: 2,
  shape: [4, 4, 1],
  train: part(6),
  test: part(4),
  checksums: {},
};

const rotated = (spec: object = {}, seed = 1) =>
  streamOf(dataset, streamKinds.rotated.parse({ kind: 'rotated', tasks: 20, ...spec }), seed);

/** The angle in each task's name. */
const anglesIn = (stream: ReturnType<typeof rotated>) =>
  stream.tasks.map(({ name }) => Number(/^rotation (-?[\d.]+)°$/.exec(name)?.[1]));
const between = (angles: readonly number[], low: (t: number) => number, high: (t: number) => number) =>
  angles.every((angle, i) => angle >= low(i + 1) - 0.05 && angle <= high(i + 1) + 0.05);

describe('the angles of a rotated stream', () => {
  it('of Lopez-Paz grow: task t of T within 180 (t − 1) / T … 180 t / T', () => {
    for (const seed of [1, 2, 3]) {
      const angles = anglesIn(rotated({ angles: 'lopez-paz' }, seed));
      expect(
        between(
          angles,
          (t) => 9 * (t - 1),
          (t) => 9 * t,
        ),
      ).toBe(true);
    }
    expect(
      between(
        anglesIn(rotated({ angles: 'lopez-paz', tasks: 4 })),
        (t) => 45 * (t - 1),
        (t) => 45 * t,
      ),
    ).toBe(true);
  });

  it('of Buzzega are within 0 … 180 in no order', () => {
    const angles = Array.from({ length: 20 }, (_, seed) => anglesIn(rotated({ angles: 'buzzega' }, seed)));
    expect(
      between(
        angles.flat(),
        () => 0,
        () => 180,
      ),
    ).toBe(true);
    expect(angles.every((of) => of.some((angle, i) => i > 0 && angle < (of[i - 1] ?? NaN)))).toBe(true);
    const mean = angles.flat().reduce((sum, angle) => sum + angle, 0) / 400;
    // Of 400 numbers of this spread it lies within four standard errors of the middle.
    expect(Math.abs(mean - 90)).toBeLessThan((4 * 180) / Math.sqrt(12 * 400));
  });

  it('of Mirzadeh: task t within 10 (t − 2) … 10 (t − 1), the first one below zero', () => {
    const angles = anglesIn(rotated({ angles: 'mirzadeh' }));
    expect(
      between(
        angles,
        (t) => 10 * (t - 2),
        (t) => 10 * (t - 1),
      ),
    ).toBe(true);
    expect(angles[0]).toBeLessThan(0);
  });

  it('are the same for the same seed in every scenario, and others for another', () => {
    for (const angles of ['lopez-paz', 'buzzega', 'mirzadeh']) {
      const own = anglesIn(rotated({ angles }));
      expect(anglesIn(rotated({ angles, scenario: 'domain' }))).toEqual(own);
      expect(anglesIn(rotated({ angles }, 2))).not.toEqual(own);
    }
    for (const angles of ['buzzega', 'mirzadeh'])
      expect(anglesIn(rotated({ angles, tasks: 7 }))).toEqual(anglesIn(rotated({ angles })).slice(0, 7));
  });

  it('are those of a list', () => {
    expect(anglesIn(rotated({ angles: [30, 0, -45.5], tasks: 3 }))).toEqual([30, 0, -45.5]);
  });
});

describe('the tasks of a rotated stream', () => {
  it('have all examples and classes each, the images turned by their angle', () => {
    const { tasks, views, dataset: used } = rotated({ angles: [0, 30, 90], tasks: 3 });
    expect(used).toBe(dataset);
    for (const { classes, train, test } of tasks) {
      expect(classes).toEqual([0, 1]);
      expect([...train]).toEqual([0, 1, 2, 3, 4, 5]);
      expect([...test]).toEqual([0, 1, 2, 3]);
    }
    expect(views?.map((view) => [...view])).toEqual([0, 30, 90].map((angle) => [...rotatedView([4, 4, 1], angle)]));
  });

  it.each(['class', 'task'])('%s-incremental: have units of their own, but where they look the same', (scenario) => {
    const { outputs, heads } = rotated({ scenario, angles: [0, 30, 360, 30], tasks: 4 });
    expect({ outputs, heads }).toEqual({
      outputs: 4,
      heads: [
        [0, 1],
        [2, 3],
        [0, 1],
        [2, 3],
      ],
    });
  });

  it('domain-incremental: share their units', () => {
    const { outputs, unitOf } = rotated({ scenario: 'domain', tasks: 2 });
    expect({ outputs, unitOf }).toEqual({
      outputs: 2,
      unitOf: [
        [0, 1],
        [0, 1],
      ],
    });
  });

  it('that are not turned at all have no views', () => {
    expect(rotated({ angles: [0], tasks: 1 }).views).toBeUndefined();
  });
});
