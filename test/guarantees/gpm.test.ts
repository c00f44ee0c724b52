import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cards } from '../../src/core/methods/index';
import { parseExperiment } from '../../src/core/parse';
import type { Learner } from '../../src/engine/contract/learner';
import type { LayeredNetwork } from '../../src/engine/contract/network';
import type { Method } from '../../src/engine/contract/method';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { inputTensor } from '../../src/engine/data/inputTensor';
import { directionsToAdd } from '../../src/engine/methods/gpm';
import { createMethod } from '../../src/engine/methods/index';
import { residueOf, seenByLayers } from '../../src/engine/methods/representation';
import { symmetricEigen } from '../../src/engine/methods/symmetricEigen';
import { layersOf, parametersOf } from '../../src/engine/networks/network';
import { normalStream, randomStream, sample } from '../../src/engine/random';
import { asTheyLie } from './toyData';
import { ofKind, ofType, removeRunFolders, runToy, toyManifest, viewsOf, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const SAMPLES = 12;
const plain = { optimizer: 'sgd', learningRate: 0.1, iterations: 5 };
const dense: ToySpec = { methods: { gpm: { samples: SAMPLES, threshold: 0.98 } }, training: plain };
const convolutional: ToySpec = {
  ...dense,
  methods: { gpm: { samples: SAMPLES, threshold: 0.9 } },
  network: { kind: 'cnn', conv: [4, 6], hidden: [8] },
};

/** What is looked at after a task. */
interface Seen {
  readonly learner: Learner;
  readonly theta: Float32Array;
  /** Of each layer its directions. */
  readonly bases: readonly Float32Array[];
}

/** Runs GPM and looks at it after each task. */
async function afterTasks(spec: ToySpec): Promise<Seen[]> {
  const gpm = createMethod(toyManifest(spec).spec.methods);
  const seen: Seen[] = [];
  let learner: Learner | undefined;
  const watched: Method = {
    ...gpm,
    begin(own) {
      learner = own;
      gpm.begin?.(own);
    },
    inspect(task) {
      const own = learner as Learner;
      const names = Object.keys(gpm.keeps?.() ?? {}).filter((name) => name.endsWith('weights'));
      seen.push({
        learner: own,
        theta: Float32Array.from(own.theta.dataSync()),
        bases: names.map((name) => own.memory.floats(name).slice()),
      });
      return gpm.inspect?.(task) ?? [];
    },
  };
  const run = await runToy(spec, { method: watched });
  expect(run.error).toBeUndefined();
  expect(ofType(run.events, 'warning')).toEqual([]);
  return seen;
}

const rowsOf = (values: Float32Array, width: number) =>
  Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width));
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};
const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, one) => Math.max(most, Math.abs(one)), 0);
const differences = (a: Float32Array, b: Float32Array) => a.map((value, i) => value - (b[i] as number));

/** The examples of a task that GPM looks at when it ends, as the network gets them. */
function examplesOf({ stream, examples, random }: Learner, task: number, count = SAMPLES): tf.Tensor2D {
  const indices = sample(examples[task] as Int32Array, count, random('gpm', task));
  return inputTensor(stream.dataset.train, asTheyLie(indices), 64);
}

/** What layers pass on of the two examples of a task, at some parameters; the last are the logits. */
function outputsOf({ learner }: Seen, theta: Float32Array, task: number): Float32Array[] {
  return tf.tidy(() => {
    const { network } = learner;
    const asked = { training: false, columns: {}, constants: {} };
    const x = examplesOf(learner, task, 2);
    const { layers } = network.forward(parametersOf(network, tf.tensor1d(theta)), x, asked);
    return layers.map((layer) => Float32Array.from(layer.dataSync()));
  });
}

/** What the weights of each layer see of those examples, [rows, width]. */
const seenAt = (learner: Learner, theta: Float32Array, task: number) =>
  seenByLayers(learner.network as LayeredNetwork)(tf.tensor1d(theta), examplesOf(learner, task)) as tf.Tensor2D[];

/** Weights and biases of each layer: weights as [width, units]. */
const layersAt = (learner: Learner, theta: Float32Array) => {
  const network = learner.network as LayeredNetwork;
  return layersOf(network, parametersOf(network, tf.tensor1d(theta))).map(({ weights, bias }) => ({
    weights: tf.reshape<tf.Rank.R2>(weights, [-1, weights.shape.at(-1) as number]),
    bias: bias as tf.Tensor1D,
  }));
};

describe.each([
  { name: 'dense layers', spec: dense },
  { name: 'convolutions', spec: convolutional },
])('GPM with $name', ({ spec }) => {
  it('never changes what a layer makes of anything within its directions', async () => {
    const seen = await afterTasks(spec);
    seen.slice(0, -1).forEach(({ learner, theta, bases }, task) => {
      for (const { theta: later } of seen.slice(task + 1)) {
        bases.forEach((basis, layer) => {
          const [before, after] = tf.tidy(() =>
            [theta, later].map((at) => {
              const { weights, bias } = layersAt(learner, at)[layer] as { weights: tf.Tensor2D; bias: tf.Tensor1D };
              const width = weights.shape[0];
              const within = tf.tensor2d(basis, [basis.length / width, width]);
              return Float32Array.from(tf.add(tf.matMul(within, weights), bias).dataSync());
            }),
          ) as [Float32Array, Float32Array];
          // The first task may leave a layer without any: one direction alone may hold more than the threshold.
          if (task > 0) expect(before.length).toBeGreaterThan(0);
          expect(largest(differences(after, before))).toBeLessThan(3e-6);
        });
        // Not because nothing was learned.
        expect(largest(differences(later, theta))).toBeGreaterThan(1e-3);
      }
    });
  });

  it('with all directions kept, never changes the outputs for the examples it looked at', async () => {
    // The first task leaves out the last direction.
    const [, second, third] = await afterTasks({ ...spec, methods: { gpm: { samples: 2, threshold: 1 } } });
    const logitsAt = ({ theta }: Seen) => outputsOf(second as Seen, theta, 1).at(-1) as Float32Array;
    const [before, after] = [logitsAt(second as Seen), logitsAt(third as Seen)];
    expect(largest(differences(after, before))).toBeLessThan(1e-5);
    expect(largest(before)).toBeGreaterThan(0.01);
  });

  it.each<[string, readonly number[], object]>([
    ['one share', [0.98], { threshold: 0.98 }],
    ['a share for each layer, which rises', [0.6, 0.9], { threshold: [0.6, 0.9], thresholdGrowth: 0.04 }],
  ])(
    'keeps orthonormal directions, which hold the share of the energy that they are to, and no more: %s',
    async (_, shares, settings) => {
      const { thresholdGrowth = 0 } = settings as { thresholdGrowth?: number };
      const seen = await afterTasks({ ...spec, methods: { gpm: { samples: SAMPLES, ...settings } } });
      let added = 0;
      seen.forEach(({ learner, theta, bases }, task) => {
        tf.tidy(() =>
          seenAt(learner, theta, task).forEach((rows, layer) => {
            const [, width] = rows.shape;
            const directions = rowsOf(bases[layer] as Float32Array, width);
            directions.forEach((a, i) =>
              directions.forEach((b, j) => {
                expect(Math.abs(dot(a, b) - (i === j ? 1 : 0))).toBeLessThan(1e-6);
              }),
            );
            const examples = rowsOf(rows.dataSync() as Float32Array, width);
            const energy = examples.reduce((sum, x) => sum + dot(x, x), 0);
            const heldBy = (some: readonly Float32Array[]) =>
              examples.reduce((sum, x) => sum + some.reduce((own, a) => own + dot(a, x) ** 2, 0), 0) / energy;
            // The first task stops one short of the threshold, later ones at it.
            const threshold = (shares[layer] ?? shares.at(-1) ?? NaN) + thresholdGrowth * task;
            if (task === 0) {
              expect(heldBy(directions)).toBeLessThan(threshold);
              return;
            }
            if (directions.length < width) expect(heldBy(directions)).toBeGreaterThan(threshold - 1e-6);
            if (directions.length === (seen[task - 1]?.bases[layer]?.length ?? NaN) / width) return;
            added += 1;
            expect(heldBy(directions.slice(0, -1))).toBeLessThan(threshold + 1e-6);
          }),
        );
      });
      expect(added).toBeGreaterThan(0);
    },
  );

  it('changes no bias after the first task, and in the first task trains as without it, bit for bit', async () => {
    const seen = await afterTasks(spec);
    const { learner, theta } = seen[0] as Seen;
    const biases = learner.network.views.filter(({ role }) => role === 'bias');
    expect(biases.length).toBeGreaterThan(0);
    for (const { theta: later } of seen.slice(1))
      for (const { offset, size } of biases)
        expect(later.subarray(offset, offset + size)).toEqual(theta.subarray(offset, offset + size));
    const first = async (toy: ToySpec) =>
      ofType((await runToy({ ...toy, eager: true })).events, 'step')
        .filter(({ task }) => task === 0)
        .map(({ loss }) => loss);
    expect(await first(spec)).toEqual(await first({ ...spec, methods: { none: {} } }));
  });

  it('shows how many directions each layer keeps, how many of them are new, and the angle between the gradient before and after', async () => {
    const run = await runToy(spec);
    const seen = await afterTasks(spec);
    const ranks = viewsOf(run.events, 'layers').filter(({ quantity }) => quantity === 'directions');
    const spectra = viewsOf(run.events, 'spectrum');
    expect([ranks.length, spectra.length]).toEqual([3, 3]);
    const { network } = (seen[0] as Seen).learner;
    ranks.forEach(({ layers }, task) =>
      layers.forEach(({ name, value }, layer) => {
        const view = network.views.find((own) => own.name === name);
        const width = (view?.size ?? NaN) / (view?.shape.at(-1) ?? NaN);
        expect(value).toBe((seen[task]?.bases[layer]?.length ?? NaN) / width);
        expect(value).toBe((ranks[task - 1]?.layers[layer]?.value ?? 0) + (spectra[task]?.layers[layer]?.kept ?? NaN));
      }),
    );
    const angles = ofType(run.events, 'mechanism').map(({ views }) => ofKind(views, 'angle')[0]?.pairs[0]);
    expect(angles[0]).toBeUndefined();
    for (const pair of angles.slice(1)) {
      expect(pair?.steps).toBe(5);
      expect(pair?.least).toBeGreaterThanOrEqual(0);
      expect(pair?.most).toBeLessThan(1);
    }
  });
});

describe('GPM with a head for each task', () => {
  it('leaves heads alone, and holds what the layers before them make of old examples', async () => {
    const spec: ToySpec = { ...dense, stream: { scenario: 'task' }, methods: { gpm: { samples: 2, threshold: 1 } } };
    const [, second, third] = (await afterTasks(spec)) as [Seen, Seen, Seen];
    const { network, stream } = second.learner;
    expect(second.bases.length).toBe(2);
    const [before, after] = [second, third].map(({ theta }) => outputsOf(second, theta, 1)[1] as Float32Array);
    expect(largest(before as Float32Array)).toBeGreaterThan(0.01);
    expect(largest(differences(after as Float32Array, before as Float32Array))).toBeLessThan(1e-5);
    const { offset = 0, size = 0 } = network.views.find(({ isHead, role }) => isHead && role === 'weights') ?? {};
    const moved = differences(third.theta, second.theta).subarray(offset, offset + size);
    const ofHead = (task: number) => moved.filter((_, i) => stream.heads[task]?.includes(i % stream.outputs));
    expect(ofHead(1).every((value) => value === 0)).toBe(true);
    expect(largest(ofHead(2))).toBeGreaterThan(1e-3);
  });
});

describe('how many singular vectors join', () => {
  const residue = { energy: 10, squares: Float64Array.of(5, 2, 1, 0.5) };

  it('in the first task those with which the share is below the threshold, as np.sum(np.cumsum(ratio) < eps)', () => {
    const first = { energy: 10, squares: Float64Array.of(5, 2, 2, 1) };
    const counts = [0.4, 0.5, 0.6, 0.7, 0.71, 0.95, 0.999].map((threshold) => directionsToAdd(first, threshold, true));
    expect(counts).toEqual([0, 0, 1, 1, 2, 3, 3]);
  });

  it('in later tasks as many as it takes to reach it, from what is held already (15 % here)', () => {
    const counts = [0.1, 0.15, 0.2, 0.65, 0.66, 0.9].map((threshold) => directionsToAdd(residue, threshold, false));
    expect(counts).toEqual([0, 0, 1, 1, 2, 3]);
  });

  it('never of what has no energy', () => {
    expect(directionsToAdd({ energy: 0, squares: Float64Array.of(0, 0) }, 0.9, false)).toBe(0);
    expect(directionsToAdd({ energy: 1, squares: Float64Array.of(1, 1e-14, 0) }, 1, false)).toBe(1);
  });
});

describe('the singular value decomposition', () => {
  const random = normalStream(randomStream(1, 'matrix'));
  const matrix = (rows: number, width: number) =>
    Float32Array.from({ length: rows * width }, (_, i) => random() / (1 + (i % width) ** 2));

  it.each([
    { rows: 40, width: 17 },
    { rows: 17, width: 40 },
    { rows: 30, width: 30 },
    { rows: 1, width: 5 },
  ])('of $rows rows of $width gives the matrix back', ({ rows, width }) => {
    const values = matrix(rows, width);
    const { energy, squares, directions } = residueOf({ width, rows: values }, new Float32Array());
    const count = Math.min(rows, width);
    const found = rowsOf(directions(count), width);
    expect(squares.reduce((sum, one) => sum + one, 0)).toBeCloseTo(energy, 9);
    found.forEach((direction, i) => {
      const shares = rowsOf(values, width).map((row) => dot(row, direction));
      // The energy along a left singular vector is its squared singular value.
      expect(Math.abs(dot(shares, shares) - (squares[i] as number))).toBeLessThan(1e-6 * energy);
      found.forEach((other, j) => expect(Math.abs(dot(direction, other) - (i === j ? 1 : 0))).toBeLessThan(1e-6));
    });
    for (const row of rowsOf(values, width)) {
      const back = row.map((_, i) => found.reduce((sum, one) => sum + dot(row, one) * (one[i] as number), 0));
      expect(largest(differences(back, row))).toBeLessThan(2e-6 * largest(row));
    }
  });

  it('leaves out what lies within directions that are there', () => {
    const values = matrix(20, 12);
    const whole = residueOf({ width: 12, rows: values }, new Float32Array());
    const basis = whole.directions(5);
    const left = residueOf({ width: 12, rows: values }, basis);
    expect(left.energy).toBeCloseTo(whole.energy, 9);
    left.squares
      .subarray(0, 7)
      .forEach((square, i) =>
        expect(Math.abs(square - (whole.squares[i + 5] as number))).toBeLessThan(1e-6 * (whole.squares[5] as number)),
      );
    for (const direction of rowsOf(left.directions(7), 12))
      for (const other of rowsOf(basis, 12)) expect(Math.abs(dot(direction, other))).toBeLessThan(1e-6);
  });

  it('comes from eigenvalues that are right, of any symmetric matrix', () => {
    for (const size of [1, 2, 3, 8, 40]) {
      const half = Float64Array.from({ length: size * size }, () => random());
      const symmetric = half.map((value, k) => value + (half[(k % size) * size + Math.floor(k / size)] as number));
      const { values, vectors } = symmetricEigen(symmetric, size);
      const scale = largest(values);
      for (let i = 0; i < size; i++) {
        const vector = vectors.subarray(i * size, (i + 1) * size);
        if (i > 0) expect(values[i]).toBeLessThanOrEqual(values[i - 1] as number);
        for (let row = 0; row < size; row++) {
          const product = dot(symmetric.subarray(row * size, (row + 1) * size), vector);
          expect(Math.abs(product - (values[i] as number) * (vector[row] as number))).toBeLessThan(
            1e-13 * size * scale,
          );
        }
        for (let j = 0; j <= i; j++)
          expect(Math.abs(dot(vector, vectors.subarray(j * size, (j + 1) * size)) - (i === j ? 1 : 0))).toBeLessThan(
            1e-13 * size,
          );
      }
    }
    // Those that are there twice, and a matrix that is diagonal already.
    expect([...symmetricEigen(Float64Array.of(2, 0, 0, 0, 5, 0, 0, 0, 2), 3).values]).toEqual([5, 2, 2]);
    expect([...symmetricEigen(new Float64Array(4), 2).values]).toEqual([0, 0]);
    expect(() => symmetricEigen(Float64Array.of(NaN), 1)).toThrow('not finite');
  });
});

describe('an experiment with GPM', () => {
  const problemsOf = (method: object, more: object = {}) =>
    parseExperiment(
      JSON.stringify({
        name: 'A',
        seeds: 1,
        training: { optimizer: 'sgd', learningRate: 0.01 },
        ...more,
        methods: [{ method: 'gpm', ...method }],
      }),
    ).problems.map(({ severity, message }) => [severity, message]);

  it('is warned of what bends steps, once for each, and otherwise not', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ training: { momentum: 0.9, optimizerState: 'per-task', clipping: { norm: 1 } } })).toEqual([]);
    const warned: [object, string][] = [
      [{ optimizer: 'adam' }, 'Adam'],
      [{ momentum: 0.9 }, 'momentum'],
      [{ weightDecay: 0.1 }, 'weight decay'],
      [{ clipping: { value: 1 } }, 'clipping by value'],
    ];
    for (const [training, what] of warned)
      expect(problemsOf({ training })).toEqual([['warning', expect.stringContaining(what)]]);
  });

  it('is refused with a ResNet, and with more thresholds than layers', () => {
    expect(problemsOf({ network: { kind: 'resnet18' } })).toContainEqual([
      'error',
      expect.stringContaining('in a row'),
    ]);
    expect(problemsOf({ threshold: [0.9, 0.9, 0.9, 0.9] })).toEqual([['error', expect.stringContaining('3 layers')]]);
  });

  it('has the thresholds of its Split CIFAR-100 in the task-incremental scenario', () => {
    expect(cards.gpm.defaults?.task).toEqual({ threshold: 0.97, thresholdGrowth: 0.003, samples: 125 });
  });
});
