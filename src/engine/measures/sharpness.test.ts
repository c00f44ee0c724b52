import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import { networkSchema } from '../../core/recipe';
import { openTestBackend, testBackend } from '../backend/testBackends';
import type { Network } from '../contract/network';
import { CompiledFunction } from '../graph/compiledFunction';
import { createNetwork } from '../networks/network';
import { networkFor } from '../networks/networkFor';
import { randomStream } from '../random';
import { lossSurface, type LossSurface, type SurfaceInput } from './lossSurface';
import { largestEigenvalue, samSharpness } from './sharpness';

beforeAll(() => openTestBackend());

// ---- surfaces of which all is known

/** ½ Σ aᵢ θᵢ², whose Hessian is that diagonal. */
const bowl =
  (curvatures: readonly number[]): LossSurface =>
  (theta) => ({
    loss: curvatures.reduce((sum, a, i) => sum + (a * (theta[i] as number) ** 2) / 2, 0),
    gradient: Float32Array.from(curvatures, (a, i) => a * (theta[i] as number)),
  });

const random = () => randomStream(3, 'sharpness');

describe('the largest eigenvalue', () => {
  it('of a bowl is its largest curvature', async () => {
    const found = await largestEigenvalue(bowl([1, 7, 3, 0.5]), Float32Array.of(1, 2, 3, 4), { random: random() });
    expect(found.value).toBeCloseTo(7, 2);
    expect(found.dominant).toBe(found.value);
    expect(found.residual).toBeLessThan(0.1);
  });

  it('is the largest one where a negative one outweighs all', async () => {
    const found = await largestEigenvalue(bowl([-9, 2, 1]), Float32Array.of(1, 2, 3), {
      random: random(),
      most: 500,
      tolerance: 1e-4,
    });
    expect(found.dominant).toBeCloseTo(-9, 2);
    expect(found.value).toBeCloseTo(2, 1);
  });

  it('of a plane is 0, and the number of products has an end', async () => {
    expect((await largestEigenvalue(bowl([0, 0]), Float32Array.of(1, 1), { random: random() })).value).toBe(0);
    const told: number[] = [];
    const close = bowl([1, 1.1, 1.2]);
    const options = { random: random(), most: 5, tolerance: 0, evaluated: (count: number) => void told.push(count) };
    expect((await largestEigenvalue(close, Float32Array.of(1, 1, 1), options)).products).toBe(5);
    expect(told).toEqual([2, 4, 6, 8, 10]);
  });

  it('ends when it is told to', async () => {
    const evaluated = () => Promise.reject(new Error('enough'));
    const theta = Float32Array.of(1, 1);
    await expect(largestEigenvalue(bowl([1, 2]), theta, { random: random(), evaluated })).rejects.toThrow('enough');
    await expect(samSharpness(bowl([1, 2]), theta, 0.1, 3, evaluated)).rejects.toThrow('enough');
  });
});

describe("SAM's sharpness", () => {
  it('in one step is the rise to ρ g/‖g‖', async () => {
    const [theta, rho] = [Float32Array.of(3, 4), 0.5];
    // Along (3, 4) of ½ (x² + y²) the loss is ½ r².
    const { loss, worst, sharpness } = await samSharpness(bowl([1, 1]), theta, rho);
    expect(loss).toBe(12.5);
    expect(worst).toBeCloseTo(5.5 ** 2 / 2, 5);
    expect(sharpness).toBeCloseTo(5.5 ** 2 / 2 - 12.5, 5);
  });

  it('in several steps finds more where the ball bends away, and never leaves it', async () => {
    // The first gradient points along x; the steep direction is y.
    const surface = bowl([0.1, 50]);
    const theta = Float32Array.of(10, 0.002);
    let farthest = 0;
    const watched: LossSurface = (at) => {
      farthest = Math.max(farthest, Math.hypot((at[0] ?? 0) - 10, (at[1] ?? 0) - 0.002));
      return surface(at);
    };
    const [one, many] = [await samSharpness(surface, theta, 1), await samSharpness(watched, theta, 1, 20)];
    expect(many.sharpness).toBeGreaterThan(3 * one.sharpness);
    expect(farthest).toBeLessThan(1 + 1e-5);
    // The most there is: all of ρ along y.
    expect(many.sharpness).toBeLessThan((50 * 1.002 ** 2) / 2);
    expect(many.sharpness).toBeGreaterThan(0.95 * 25);
  });

  it('is 0 at the bottom of a bowl as far as first order sees', async () => {
    expect((await samSharpness(bowl([2, 3]), Float32Array.of(0, 0), 1, 4)).sharpness).toBe(0);
  });
});

// ---- a network, against its definition in double precision

const [inputs, units, outputs, rows] = [3, 4, 2, 5];
const images = Float32Array.from({ length: rows * inputs }, randomStream(1, 'images'));
const labels = [0, 1, 1, 0, 1];

/** Mean cross-entropy of 3-4-2 with ReLU, written out. */
function lossByHand(theta: ArrayLike<number>): number {
  const at = (i: number) => theta[i] as number;
  const second = inputs * units + units;
  let total = 0;
  labels.forEach((label, row) => {
    const hidden = Array.from({ length: units }, (_, unit) => {
      let sum = at(inputs * units + unit);
      for (let i = 0; i < inputs; i++) sum += (images[row * inputs + i] as number) * at(i * units + unit);
      return Math.max(0, sum);
    });
    const logits = Array.from({ length: outputs }, (_, output) =>
      hidden.reduce(
        (sum, value, unit) => sum + value * at(second + unit * outputs + output),
        at(second + units * outputs + output),
      ),
    );
    total += Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - (logits[label] as number);
  });
  return total / rows;
}

/** By differences of losses, in double precision. */
function hessianByHand(theta: Float32Array, step = 1e-4): number[][] {
  const moved = (...changes: readonly (readonly [number, number])[]) => {
    const values = Float64Array.from(theta);
    for (const [i, change] of changes) values[i] = (values[i] as number) + change;
    return lossByHand(values);
  };
  const places = Array.from(theta.keys());
  return places.map((i) =>
    places.map(
      (j) =>
        (moved([i, step], [j, step]) -
          moved([i, step], [j, -step]) -
          moved([i, -step], [j, step]) +
          moved([i, -step], [j, -step])) /
        (4 * step * step),
    ),
  );
}

/** Eigenvalues of a symmetric matrix by Jacobi's rotations. */
function eigenvaluesOf(matrix: readonly (readonly number[])[]): number[] {
  const a = matrix.map((row) => [...row]);
  const n = a.length;
  const value = (i: number, j: number) => a[i]?.[j] as number;
  const set = (i: number, j: number, to: number) => ((a[i] as number[])[j] = to);
  for (let sweep = 0; sweep < 50; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(value(p, q)) < 1e-14) continue;
        const turn = Math.atan2(2 * value(p, q), value(q, q) - value(p, p)) / 2;
        const [c, s] = [Math.cos(turn), Math.sin(turn)];
        for (let k = 0; k < n; k++) {
          const [kp, kq] = [value(k, p), value(k, q)];
          set(k, p, c * kp - s * kq);
          set(k, q, s * kp + c * kq);
        }
        for (let k = 0; k < n; k++) {
          const [pk, qk] = [value(p, k), value(q, k)];
          set(p, k, c * pk - s * qk);
          set(q, k, s * pk + c * qk);
        }
      }
  return a.map((_, i) => value(i, i));
}

const isNative = testBackend === 'native';

/** As an analysis has it: compiled where that can be done. Batches of three and two rows. */
function surfaceFor(network: Network, x: Float32Array, width: number, targets: readonly number[], rest = {}) {
  const graphs = new Map<string, CompiledFunction>();
  const apply: SurfaceInput['apply'] = (fn, theta, { indices }, more) => {
    const rowsOfX = tf.tensor2d(picked(x, indices, width), [indices.length, width]);
    if (!isNative) return fn(theta, rowsOfX, ...more);
    const key = JSON.stringify(indices.length);
    const all = [theta, rowsOfX, ...more];
    const graph =
      graphs.get(key) ??
      new CompiledFunction(([at, some, ...own]) => fn(at as tf.Tensor1D, some as tf.Tensor2D, ...own), all);
    graphs.set(key, graph);
    return graph.call(all);
  };
  const half = Math.ceil(targets.length / 2);
  const batches = [targets.slice(0, half), targets.slice(half)].map((own, part) => ({
    task: 0,
    indices: Int32Array.from(own, (_, i) => part * half + i),
    targets: tf.tensor2d(
      own.flatMap((label) => Array.from({ length: outputs }, (_, o) => (o === label ? 1 : 0))),
      [own.length, outputs],
    ),
  }));
  return lossSurface({ network, batches, apply, ...rest });
}

const picked = (x: Float32Array, indices: Int32Array, width: number) =>
  Float32Array.from(
    { length: indices.length * width },
    (_, i) => x[(indices[Math.floor(i / width)] as number) * width + (i % width)] as number,
  );

describe('of a small network', () => {
  const network = createNetwork(networkSchema.parse({ kind: 'mlp', hidden: [units] }), inputs, outputs);
  const theta = network.initial(randomStream(7, 'init')).map((value) => 3 * value);

  it('loss and gradient are those of the definition', () => {
    const { loss, gradient } = surfaceFor(network, images, inputs, labels)(theta);
    expect(loss).toBeCloseTo(lossByHand(theta), 5);
    gradient.forEach((slope, i) => {
      const moved = (by: number) => lossByHand(Float64Array.from(theta, (value, j) => (i === j ? value + by : value)));
      expect(slope).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 5);
    });
  });

  it("the largest eigenvalue is that of the Hessian by differences, and SAM's sharpness that of the definition", async () => {
    const surface = surfaceFor(network, images, inputs, labels);
    const eigenvalues = eigenvaluesOf(hessianByHand(theta));
    const wanted = Math.max(...eigenvalues);
    const found = await largestEigenvalue(surface, theta, { random: random(), most: 300, tolerance: 1e-6 });
    expect(wanted).toBeGreaterThan(0.1);
    expect(Math.abs(found.value - wanted) / wanted).toBeLessThan(5e-3);

    const { gradient } = surface(theta);
    const norm = Math.hypot(...gradient);
    const there = lossByHand(Float64Array.from(theta, (value, i) => value + (0.2 * (gradient[i] as number)) / norm));
    const { sharpness } = await samSharpness(surface, theta, 0.2);
    expect(sharpness).toBeCloseTo(there - lossByHand(theta), 5);
    expect((await samSharpness(surface, theta, 0.2, 10)).sharpness).toBeGreaterThanOrEqual(sharpness - 1e-3);
  });

  it('the same θ gives the same bits', () => {
    const surface = surfaceFor(network, images, inputs, labels);
    expect(surface(theta)).toEqual(surface(theta));
  });
});

it('a network with running statistics is measured as it is tested', async () => {
  const network = networkFor(networkSchema.parse({ kind: 'resnet18', filters: 1 }), [8, 8, 1], outputs);
  const x = Float32Array.from({ length: 4 * 64 }, randomStream(2, 'images'));
  const buffers = tf.tensor1d(network.statistics?.initial ?? []);
  const theta = network.initial(randomStream(7, 'init'));
  const surface = surfaceFor(network, x, 64, [0, 1, 1, 0], { buffers });
  const { loss, gradient } = surface(theta);
  const direction = gradient.map((value) => value / Math.hypot(...gradient));
  const along = (by: number) => surface(theta.map((value, i) => value + by * (direction[i] as number))).loss;
  expect(loss).toBeGreaterThan(0);
  expect((along(1e-4) - along(-1e-4)) / 2e-4 / Math.hypot(...gradient)).toBeCloseTo(1, 1);
  expect(Number.isFinite((await largestEigenvalue(surface, theta, { random: random(), most: 3 })).value)).toBe(true);
}, 180_000);
