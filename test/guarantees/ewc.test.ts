import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ewcForms, fisherKinds } from '../../src/core/methods/ewc';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { inputTensor } from '../../src/engine/data/inputTensor';
import { fisherDiagonal } from '../../src/engine/importance/fisher';
import { quadraticPenalty } from '../../src/engine/methods/anchoredPenalty';
import { createEwc, mergeOffline } from '../../src/engine/methods/ewc';
import type { Learner } from '../../src/engine/contract/learner';
import type { Step } from '../../src/engine/contract/step';
import { flatten, logitsOf, parametersOf } from '../../src/engine/networks/network';
import { randomStream } from '../../src/engine/random';
import { cards } from '../../src/core/methods/index';
import { removeRunFolders, runToy, shownOf, toyDataset, toyLearner, type ToySpec } from './toyRuns';
import { asTheyLie } from './toyData';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const floats = (length: number, seed: number, scale = 1) => {
  const random = randomStream(seed, 'test');
  return Float32Array.from({ length }, () => scale * (2 * random() - 1));
};
const positive = (length: number, seed: number) => floats(length, seed).map(Math.abs);

/** Largest difference relative to the largest value. */
const relativeError = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  const largest = Array.from(expected).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return (
    Array.from(expected).reduce((max, value, i) => Math.max(max, Math.abs(value - (found[i] ?? NaN))), 0) / largest
  );
};

const penaltyOf = (theta: Float32Array, fisher: Float32Array, anchor: Float32Array, lambda: number) =>
  tf.tidy(() => {
    const { value, gradient } = quadraticPenalty(tf.tensor1d(theta), tf.mul(fisher, lambda), tf.tensor1d(anchor));
    return { value: value.dataSync()[0] as number, gradient: Float32Array.from(gradient.dataSync()) };
  });

/** λ/2 Σ F (θ − θ*)² in double precision, one penalty for each task. */
const separatePenalties = (
  theta: Float32Array,
  tasks: { fisher: Float32Array; theta: Float32Array }[],
  lambda: number,
) =>
  tasks.reduce(
    (total, { fisher, theta: anchor }) =>
      total +
      (lambda / 2) * theta.reduce((sum, value, i) => sum + (fisher[i] ?? 0) * (value - (anchor[i] ?? 0)) ** 2, 0),
    0,
  );

describe('the EWC penalty', () => {
  it('has the ½ of its paper, and a gradient equal to the finite difference of its value', () => {
    expect(penaltyOf(Float32Array.of(3), Float32Array.of(2), Float32Array.of(1), 10).value).toBe(40);
    const [theta, fisher, anchor] = [floats(20, 1), positive(20, 2), floats(20, 3)];
    const { value, gradient } = penaltyOf(theta, fisher, anchor, 7);
    expect(value).toBeCloseTo(separatePenalties(theta, [{ fisher, theta: anchor }], 7), 4);
    const step = 2 ** -7;
    const differences = theta.map((_, i) => {
      const at = (sign: number) =>
        penaltyOf(
          theta.map((v, j) => (i === j ? v + sign * step : v)),
          fisher,
          anchor,
          7,
        ).value;
      return (at(1) - at(-1)) / (2 * step);
    });
    expect(relativeError(gradient, differences)).toBeLessThan(1e-4);
  });

  it('of several tasks merged offline is the sum of the separate ones but for a constant, with the same gradient', () => {
    const tasks = [1, 2, 3].map((k) => ({ fisher: positive(30, k), theta: floats(30, 10 + k) }));
    // A parameter that mattered to no task, and one that mattered to a single one.
    for (const { fisher } of tasks) fisher[4] = 0;
    for (const { fisher } of tasks.slice(1)) fisher[5] = 0;
    let merged: { fisher: Float32Array; anchor: Float32Array } = {
      fisher: new Float32Array(),
      anchor: new Float32Array(),
    };
    for (const { fisher, theta } of tasks) merged = mergeOffline(merged.fisher, merged.anchor, fisher, theta);
    const lambda = 5;
    const gaps = [20, 21, 22].map((seed) => {
      const theta = floats(30, seed, 2);
      return penaltyOf(theta, merged.fisher, merged.anchor, lambda).value - separatePenalties(theta, tasks, lambda);
    });
    expect(Math.abs(gaps[0] ?? 0)).toBeGreaterThan(1);
    for (const gap of gaps) expect(gap).toBeCloseTo(gaps[0] ?? NaN, 2);

    const theta = floats(30, 23);
    const sumOfGradients = theta.map((value, i) =>
      tasks.reduce((sum, task) => sum + lambda * (task.fisher[i] ?? 0) * (value - (task.theta[i] ?? 0)), 0),
    );
    expect(relativeError(penaltyOf(theta, merged.fisher, merged.anchor, lambda).gradient, sumOfGradients)).toBeLessThan(
      1e-5,
    );
  });

  it('merged offline lies between the anchors wherever something matters (property)', () => {
    const value = fc.float({ min: -100, max: 100, noNaN: true });
    const weight = fc.float({ min: Math.fround(0.001), max: 1000, noNaN: true });
    fc.assert(
      fc.property(value, value, weight, weight, (a, b, f, g) => {
        const merged = mergeOffline(Float32Array.of(f), Float32Array.of(a), Float32Array.of(g), Float32Array.of(b));
        const [anchor = NaN] = merged.anchor;
        expect(merged.fisher[0]).toBe(Math.fround(f + g));
        expect(anchor).toBeGreaterThanOrEqual(Math.min(a, b) - 1e-4);
        expect(anchor).toBeLessThanOrEqual(Math.max(a, b) + 1e-4);
      }),
    );
  });
});

/** The diagonal by definition: one example and one label at a time, by automatic differentiation. */
function fisherByExample(learner: Learner, task: number, kind: string, indices: Int32Array, random: () => number) {
  const { network, theta, stream } = learner;
  const active = learner.activeUnits(task);
  const total = new Float64Array(network.parameterCount);
  const add = (gradient: Float32Array, weight: number) =>
    gradient.forEach((g, i) => (total[i] = (total[i] as number) + weight * g * g));
  const others = tf.tensor1d(
    Array.from({ length: stream.outputs }, (_, unit) => (active.includes(unit) ? 0 : -Infinity)),
  );
  const logProbability =
    (x: tf.Tensor2D, unit: number) =>
    (...parameters: tf.Tensor[]) =>
      tf.sum<tf.Scalar>(tf.slice(tf.logSoftmax(tf.add(logitsOf(network, parameters, x), others)), [0, unit], [1, 1]));
  for (const index of indices) {
    tf.tidy(() => {
      const x = inputTensor(stream.dataset.train, asTheyLie(Int32Array.of(index)), 64);
      const parameters = parametersOf(network, theta);
      const probabilities = active.map((unit) =>
        Math.exp(logProbability(x, unit)(...parameters).dataSync()[0] as number),
      );
      const truth = stream.unitOf[task]?.[stream.dataset.train.labels[index] as number];
      const draw = kind === 'sampled' ? random() : 0;
      let below = 0;
      const drawn = active.find((_, i) => draw < (below += probabilities[i] as number));
      const likeliest = active[probabilities.indexOf(Math.max(...probabilities))];
      active.forEach((unit, i) => {
        const weight =
          {
            exact: probabilities[i] as number,
            empirical: Number(unit === truth),
            predicted: Number(unit === likeliest),
          }[kind] ?? Number(unit === drawn);
        if (weight === 0) return;
        const gradients = tf.grads(logProbability(x, unit))(parameters);
        add(flatten(gradients).dataSync() as Float32Array, weight);
      });
    });
  }
  return total.map((value) => value / indices.length);
}

/** Squares of mean gradients, averaged over batches, by definition. */
function fisherByBatch(learner: Learner, indices: Int32Array, size: number) {
  const total = new Float64Array(learner.network.parameterCount);
  const batches = Math.ceil(indices.length / size);
  for (let k = 0; k < batches; k++) {
    tf.tidy(() => {
      const part = indices.subarray(k * size, (k + 1) * size);
      const [x, targets] = [inputTensor(learner.stream.dataset.train, asTheyLie(part), 64), learner.targets(1, part)];
      const loss = (...p: tf.Tensor[]) =>
        tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(targets, logitsOf(learner.network, p, x));
      const mean = flatten(tf.grads(loss)(parametersOf(learner.network, learner.theta))).dataSync();
      mean.forEach((g, i) => (total[i] = (total[i] as number) + g * g));
    });
  }
  return total.map((value) => value / batches);
}

describe('the Fisher information', () => {
  const dataset = toyDataset({ train: 160 });
  const small = { hidden: [5, 4] };
  const cases: [string, ToySpec][] = [
    ['with biases', { network: small }],
    ['without biases, with dropout', { network: { ...small, bias: false, dropout: 0.25 } }],
    ['task-incremental', { network: small, stream: { scenario: 'task' } }],
    ['domain-incremental', { network: small, stream: { scenario: 'domain' } }],
  ];

  it.each(
    cases.flatMap(([name, spec]) =>
      ['exact', 'sampled', 'predicted', 'empirical'].map((kind) => [kind, name, spec] as const),
    ),
  )('%s equals one example and one label at a time (%s)', async (kind, _, spec) => {
    const learner = await toyLearner({ ...spec, dataset });
    const indices = (learner.examples[1] as Int32Array).subarray(0, 12);
    const found = await fisherDiagonal({
      learner,
      task: 1,
      kind: kind as 'exact',
      indices,
      batchSize: 1,
      random: randomStream(5, 'labels'),
    });
    const expected = fisherByExample(learner, 1, kind, indices, randomStream(5, 'labels'));
    expect(found.some((value) => value > 0)).toBe(true);
    expect(relativeError(found, expected)).toBeLessThan(2e-5);
  });

  it('batched equals the mean of the squared mean gradients', async () => {
    const learner = await toyLearner({ network: small, dataset });
    const indices = (learner.examples[1] as Int32Array).subarray(0, 50);
    const input = { learner, task: 1, kind: 'batched', indices, batchSize: 16, random: Math.random } as const;
    expect(relativeError(await fisherDiagonal(input), fisherByBatch(learner, indices, 16))).toBeLessThan(2e-5);
  });

  it('does not depend on how many examples go through the network at once', async () => {
    const learner = await toyLearner({ network: small, dataset });
    const indices = learner.examples[0] as Int32Array;
    expect(indices.length).toBeGreaterThan(250);
    const of = (part: Int32Array) =>
      fisherDiagonal({ learner, task: 0, kind: 'exact', indices: part, batchSize: 1, random: Math.random });
    const [whole, front, back] = [
      await of(indices),
      await of(indices.subarray(0, 100)),
      await of(indices.subarray(100)),
    ];
    const joined = front.map((value, i) => (100 * value + (indices.length - 100) * (back[i] ?? 0)) / indices.length);
    expect(relativeError(whole, joined)).toBeLessThan(1e-5);
  });

  it('is zero for the heads of other tasks where the task is known', async () => {
    const learner = await toyLearner({ network: small, stream: { scenario: 'task' }, dataset });
    for (const kind of fisherKinds) {
      const fisher = await fisherDiagonal({
        learner,
        task: 1,
        kind,
        indices: (learner.examples[1] as Int32Array).subarray(0, 20),
        batchSize: 8,
        random: randomStream(1, 'labels'),
      });
      const bias = learner.network.views.at(-1);
      const ofUnits = Array.from(fisher.subarray(bias?.offset));
      expect(ofUnits.map((value) => value > 0)).toEqual([false, false, true, true, false, false]);
    }
  });
});

describe('EWC over several tasks', () => {
  const lambda = 50;

  async function begun(settings: Record<string, unknown>) {
    const ewc = createEwc(cards.ewc.settings.parse({ lambda, ...settings }));
    const learner = await toyLearner({ network: { hidden: [5, 4] } }, ewc);
    const fisherOf = (task: number) =>
      fisherDiagonal({
        learner,
        task,
        kind: 'exact',
        indices: learner.examples[task] as Int32Array,
        batchSize: 1,
        random: Math.random,
      });
    return { learner, ewc, fisherOf };
  }

  it.each(ewcForms)(
    'online decays the old information by gamma and holds to the newest parameters (%s)',
    async (form) => {
      const { learner, ewc, fisherOf } = await begun({ online: true, gamma: 0.3, form });
      const normed = (values: Float32Array) => {
        const norm = Math.hypot(...values);
        return form === 'schwarz' ? values.map((value) => value / norm) : values;
      };
      const first = normed(await fisherOf(0));
      await ewc.afterTask?.(0);
      const newer = floats(learner.network.parameterCount, 4, 0.3);
      learner.setTheta(newer);
      const second = normed(await fisherOf(1));
      await ewc.afterTask?.(1);
      const [fisher, anchor] = [learner.memory.floats('fisher'), learner.memory.floats('anchor')];
      expect(anchor).toEqual(newer);
      expect(
        relativeError(
          fisher,
          second.map((value, i) => value + 0.3 * (first[i] ?? 0)),
        ),
      ).toBeLessThan(1e-6);
      expect(learner.memory.size).toBe(2 * 4 * learner.network.parameterCount);
      const theta = floats(newer.length, 9, 0.5);
      const held = tf.tidy(() => {
        const step = { constants: ewc.constants?.() ?? {} } as Step;
        return Float32Array.from(ewc.penalty?.(tf.tensor1d(theta), step)?.gradient.dataSync() ?? []);
      });
      const strength = form === 'plain' ? lambda : 0.3 * lambda;
      const wanted = theta.map((value, i) => strength * (fisher[i] ?? 0) * (value - (newer[i] ?? 0)));
      expect(relativeError(held, wanted)).toBeLessThan(1e-5);
    },
  );

  it.each(fisherKinds)(
    'measures the kind of information that is asked for, in batches of the size asked for (%s)',
    async (kind) => {
      const { learner, ewc } = await begun({ fisher: kind, fisherBatch: 16 });
      await ewc.afterTask?.(0);
      const indices = learner.examples[0] as Int32Array;
      const of = (batchSize: number) =>
        fisherDiagonal({ learner, task: 0, kind, indices, batchSize, random: learner.random('fisher labels', 0) });
      expect(learner.memory.floats('fisher')).toEqual(await of(16));
      if (kind === 'batched') expect(learner.memory.floats('fisher')).not.toEqual(await of(80));
    },
  );

  it('measures it on as many of the task’s examples as is asked for', async () => {
    const { learner, ewc } = await begun({ samples: 1 });
    await ewc.afterTask?.(1);
    const found = learner.memory.floats('fisher');
    const errors = Array.from(learner.examples[1] as Int32Array, (index) =>
      relativeError(found, fisherByExample(learner, 1, 'exact', Int32Array.of(index), Math.random)),
    ).sort((a, b) => a - b);
    expect(errors.length).toBe(80);
    expect(errors[0]).toBeLessThan(2e-5);
    expect(errors[1]).toBeGreaterThan(1e-3);
  });

  it('offline adds the information up; its penalty is that of one quadratic for each task', async () => {
    const { learner, ewc, fisherOf } = await begun({});
    const anchors = [Float32Array.from(learner.theta.dataSync()), floats(learner.network.parameterCount, 4, 0.3)];
    const tasks: { fisher: Float32Array; theta: Float32Array }[] = [];
    for (const [task, theta] of anchors.entries()) {
      learner.setTheta(theta);
      tasks.push({ fisher: await fisherOf(task), theta });
      await ewc.afterTask?.(task);
    }
    const theta = floats(learner.network.parameterCount, 9, 0.5);
    const gradient = tf.tidy(() =>
      Float32Array.from(
        ewc.penalty?.(tf.tensor1d(theta), { constants: ewc.constants?.() ?? {} } as Step)?.gradient.dataSync() ?? [],
      ),
    );
    const expected = theta.map((value, i) =>
      tasks.reduce((sum, task) => sum + lambda * (task.fisher[i] ?? 0) * (value - (task.theta[i] ?? 0)), 0),
    );
    expect(relativeError(gradient, expected)).toBeLessThan(1e-4);
  });

  it('changes nothing in the first task, nor with lambda 0 ever, and the losses of later tasks otherwise', async () => {
    const recipe = { training: { optimizer: 'sgd', learningRate: 0.05, iterations: 10 } };
    const none = await runToy(recipe);
    const zero = await runToy({ ...recipe, methods: { ewc: { lambda: 0 } } });
    const rows = ({ rows }: { rows?: { accuracy: unknown }[] }) => rows?.map(({ accuracy }) => accuracy);
    expect(rows(shownOf(zero.events) as never)).toEqual(rows(shownOf(none.events) as never));
    const losses = (run: typeof none) => run.events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
    expect(losses(zero)).toEqual(losses(none));
    const strong = await runToy({ ...recipe, methods: { ewc: { lambda: 10 } } });
    expect(losses(strong)).not.toEqual(losses(none));
    expect(losses(strong).slice(0, 10)).toEqual(losses(none).slice(0, 10));
  });
});
