import { describe, expect, it } from 'vitest';
import { randomStream } from '../random';
import { between, coefficientsOf, pointOf, trainedBend, type CurveKind } from './curve';

const kinds: readonly CurveKind[] = ['bezier', 'polygon'];
const curve = { start: Float32Array.of(1, 0.1), bend: Float32Array.of(0.3, 7), end: Float32Array.of(-2, 0.7) };

describe.each(kinds)('a curve with one bend: %s', (kind) => {
  it('begins and ends at its ends, to the bit, and counts 1 in all everywhere', () => {
    expect(pointOf(curve, coefficientsOf(kind, 0))).toEqual(curve.start);
    expect(pointOf(curve, coefficientsOf(kind, 1))).toEqual(curve.end);
    for (const t of [0.1, 0.25, 0.5, 0.8]) {
      const { start, bend, end } = coefficientsOf(kind, t);
      expect(start + bend + end).toBeCloseTo(1, 12);
    }
  });

  it('is trained round what lies in between', async () => {
    // A hill of height 1 on the straight way from (−1, 0) to (1, 0), a little higher on one side.
    const height = ([x = 0, y = 0]: Float32Array) => Math.exp(-2 * (x ** 2 + (y - 0.05) ** 2));
    const gradientAt = (theta: Float32Array) => {
      const [x = 0, y = 0] = theta;
      return Float32Array.of(-4 * x * height(theta), -4 * (y - 0.05) * height(theta));
    };
    const ends = [Float32Array.of(-1, 0), Float32Array.of(1, 0)] as const;
    let steps = 0;
    const bend = await trainedBend(...ends, {
      ...{ kind, steps: 400, learningRate: 0.1, momentum: 0.9, l2: 0, gradientAt },
      random: randomStream(1, 'curve'),
      stepped: (done) => Promise.resolve(void (steps = done)),
    });
    expect(steps).toBe(400);
    const highest = Math.max(
      ...Array.from({ length: 41 }, (_, i) =>
        height(pointOf({ start: ends[0], bend, end: ends[1] }, coefficientsOf(kind, i / 40))),
      ),
    );
    expect(height(between(...ends, 0.5))).toBeGreaterThan(0.9);
    expect(highest).toBeLessThan(0.3);
  });
});

it('a polygonal chain passes through its bend, a Bézier curve does not', () => {
  expect(pointOf(curve, coefficientsOf('polygon', 0.5))).toEqual(curve.bend);
  expect(pointOf(curve, coefficientsOf('bezier', 0.5))).not.toEqual(curve.bend);
});

it('the straight line of a point to itself is that point, to the bit', () => {
  const point = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i));
  for (const share of [0.1, 1 / 3, 0.7]) expect(between(point, point, share)).toEqual(point);
});
