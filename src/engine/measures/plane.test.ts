import { describe, expect, it } from 'vitest';
import type { Network } from '../contract/network';
import { normalStream, randomStream } from '../random';
import { dot, norm, placeBeside, planeAlong, pointOn, randomDirection, shareIn } from './plane';

const normal = normalStream(randomStream(1, 'test'));
const drawn = (size = 50) => Float32Array.from({ length: size }, () => normal());

describe('a plane', () => {
  it('has orthonormal axes where two directions span it, and holds both', () => {
    const [origin, first, second] = [drawn(), drawn(), drawn()];
    const plane = planeAlong(origin, first, second);
    expect(plane.axes.map(norm)).toEqual([expect.closeTo(1, 5), expect.closeTo(1, 5)]);
    expect(dot(...plane.axes)).toBeCloseTo(0, 6);
    for (const direction of [first, second]) expect(shareIn(plane, direction)).toBeCloseTo(1, 5);
    const place = placeBeside(
      plane,
      origin.map((value, i) => value + (second[i] ?? 0)),
    );
    expect(place.distance).toBeLessThan(1e-5);
    expect(Math.hypot(place.x, place.y)).toBeCloseTo(norm(second), 4);
  });

  it('says how far beside it a point lies, also where its axes are neither of one length nor at right angles', () => {
    const plane = {
      origin: Float32Array.of(1, 1, 1),
      axes: [Float32Array.of(2, 0, 0), Float32Array.of(1, 3, 0)],
    } as const;
    // One axis on, minus one of the other, and four up.
    const { x, y, distance } = placeBeside(plane, Float32Array.of(1 + 2 - 1, 1 - 3, 5));
    expect([x, y, distance]).toEqual([expect.closeTo(1, 6), expect.closeTo(-1, 6), expect.closeTo(4, 6)]);
    expect(pointOn(plane, { x, y })).toEqual(Float32Array.of(2, -2, 1));
    expect(shareIn(plane, Float32Array.of(3, 0, 4))).toBeCloseTo(0.6, 6);
    expect(shareIn(plane, new Float32Array(3))).toBe(0);
  });

  it('is none of directions that are parallel, or none', () => {
    const direction = drawn();
    const twice = direction.map((value) => -2 * value);
    expect(() => planeAlong(drawn(), direction, twice)).toThrow('span no plane');
    expect(() => planeAlong(drawn(), direction, new Float32Array(50))).toThrow('span no plane');
    expect(() => planeAlong(drawn(), new Float32Array(50), direction)).toThrow('span no plane');
  });
});

it('a random direction has for each unit the norm of its own weights, and nothing for biases', () => {
  const views = [
    { name: 'layer1.weights', role: 'weights', shape: [4, 3], offset: 0, size: 12 },
    { name: 'layer1.bias', role: 'bias', shape: [3], offset: 12, size: 3 },
  ] as const;
  const theta = drawn(15);
  const direction = randomDirection({ views, parameterCount: 15 } as unknown as Network, theta, randomStream(1, 'a'));
  const column = (values: Float32Array, unit: number) => norm(values.filter((_, i) => i < 12 && i % 3 === unit));
  for (const unit of [0, 1, 2]) expect(column(direction, unit)).toBeCloseTo(column(theta, unit), 5);
  expect([...direction.subarray(12)]).toEqual([0, 0, 0]);
  expect(direction).not.toEqual(
    randomDirection({ views, parameterCount: 15 } as unknown as Network, theta, randomStream(1, 'b')),
  );
});
