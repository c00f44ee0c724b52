import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { ExampleList, Method } from '../../src/engine/contract/method';
import { cosine, lastLayerGradients, likeness, meanGradient } from '../../src/engine/coresets/lastLayerGradients';
import { drawnByWeight, replacements } from '../../src/engine/coresets/replacements';
import { createMethod } from '../../src/engine/methods/index';
import { weightedBinaryCrossEntropy, weightedCrossEntropy, maskLogits } from '../../src/engine/networks/layers';
import { flatten, logitsOf, parametersOf } from '../../src/engine/networks/network';
import { randomStream, samplePlaces } from '../../src/engine/random';
import { ofType, removeRunFolders, runToy, toyLearner, toyManifest, toyStream, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

/** The gradient of the loss of one example with respect to the parameters of the last layer, by differentiating all of it. */
function differentiated(spec: ToySpec, learner: Learner, task: number, index: number): Float32Array {
  const { network } = learner;
  const { dataset } = toyStream(spec);
  const inputs = dataset.train.images.length / dataset.train.count;
  return tf.tidy(() => {
    const image = [...dataset.train.images.subarray(index * inputs, (index + 1) * inputs)].map((value) => value / 255);
    const x = tf.tensor2d(image, [1, inputs]);
    const targets = learner.targets(task, Int32Array.of(index));
    const units = learner.activeUnits(task);
    const active = tf.tensor2d(
      Array.from({ length: learner.stream.outputs }, (_, unit) => Number(units.includes(unit))),
      [1, learner.stream.outputs],
    );
    // What is made in the loss is gone when its gradient is asked for.
    const weights = tf.ones<tf.Rank.R1>([1]);
    const loss = (...parameters: tf.Tensor[]) => {
      const logits = logitsOf(network, parameters, x);
      return network.output === 'sigmoid'
        ? weightedBinaryCrossEntropy(logits, targets, weights, active)
        : weightedCrossEntropy(maskLogits(logits, active), targets, weights);
    };
    const gradient = flatten(tf.grads(loss)(parametersOf(network, learner.theta)));
    const head = network.views.filter(({ isHead }) => isHead);
    const [first] = head;
    const size = head.reduce((sum, view) => sum + view.size, 0);
    return Float32Array.from(tf.slice(gradient, first?.offset ?? 0, size).dataSync());
  });
}

describe('the gradients that GSS compares', () => {
  it.each([
    ['a softmax', {}],
    ['the head of a task', { stream: { scenario: 'task' } }],
    ['sigmoids', { network: { output: 'sigmoid' } }],
    ['convolutions', { network: { kind: 'cnn', conv: [4], hidden: [8] } }],
  ] as [string, ToySpec][])('are those of the last layer, one for each example: %s', async (_, spec) => {
    const learner = await toyLearner(spec);
    const indices = learner.examples[1]?.slice(0, 7) ?? new Int32Array();
    const found = lastLayerGradients(learner, { task: 1, indices });
    found.forEach((gradient, i) => {
      const wanted = differentiated(spec, learner, 1, indices[i] as number);
      expect(gradient.length).toBe(wanted.length);
      gradient.forEach((value, place) => expect(value).toBeCloseTo(wanted[place] as number, 5));
    });
    const mean = meanGradient(found);
    mean.forEach((value, i) => expect(value).toBeCloseTo(found.reduce((sum, one) => sum + (one[i] ?? NaN), 0) / 7, 12));
  });

  it('are told apart by the cosine, the largest of several', () => {
    const [east, north, back] = [Float64Array.of(2, 0), Float64Array.of(0, 3), Float64Array.of(-1, 0)];
    expect([cosine(east, north), cosine(east, back), cosine(east, Float64Array.of(1, 1))]).toEqual([
      0,
      -1,
      expect.closeTo(Math.SQRT1_2, 12),
    ]);
    expect(cosine(east, new Float64Array(2))).toBe(0);
    expect(likeness(east, [back, north])).toBe(0);
  });
});

describe('who gives way', () => {
  it('is drawn by weight, each place once and none of weight 0', () => {
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 4000; seed++) {
      const drawn = drawnByWeight(Float64Array.of(1, 0, 3, 6), 2, randomStream(seed, 'draw'));
      expect(new Set(drawn).size).toBe(2);
      expect(drawn).not.toContain(1);
      counts[drawn[0] as number] = (counts[drawn[0] as number] ?? 0) + 1;
    }
    [400, 0, 1200, 2400].forEach((expected, place) => {
      // Five standard deviations.
      const spread = Math.sqrt(4000 * (expected / 4000) * (1 - expected / 4000));
      expect(Math.abs((counts[place] ?? 0) - expected)).toBeLessThanOrEqual(5 * spread);
    });
  });

  it('does so by its score and that of what is offered: C / (C + c) of scores moved to 0 … 1', () => {
    // The first has the largest score, and the other scaled to 0: it is always the candidate.
    const scores = Float32Array.of(0.6, -0.2);
    let replaced = 0;
    for (let seed = 0; seed < 4000; seed++) {
      const found = replacements(scores, Float32Array.of(-0.4), randomStream(seed, 'coin'));
      expect([[], [{ place: 0, offered: 0 }]]).toContainEqual(found);
      replaced += found.length;
    }
    // 0.8 / (0.8 + 0.3), within five standard deviations.
    const share = 0.8 / 1.1;
    expect(Math.abs(replaced / 4000 - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / 4000));
  });

  it('is nobody where all are alike', () => {
    expect(replacements(Float32Array.of(0.3, 0.3), Float32Array.of(-1, -1), () => 0.5)).toEqual([]);
  });
});

describe('a buffer by GSS', () => {
  const spec: ToySpec = {
    methods: { replay: { buffer: 'gss-greedy', size: 20, batchSize: 8, mixing: 'concatenate' } },
    training: { iterations: 8, batchSize: 8, optimizer: 'sgd', learningRate: 0.1 },
  };

  interface Look {
    readonly lesson: ExampleList;
    readonly position: { task: number; phase: number; step: number };
    readonly before: Stored;
    readonly after: Stored;
    readonly theta: Float32Array;
    readonly offered: Float64Array[];
    readonly compared: Float64Array[];
  }
  interface Stored {
    readonly indices: number[];
    readonly scores: number[];
  }

  /** Every step as the buffer saw it, with the gradients that it ought to have compared. */
  async function looks(): Promise<Look[]> {
    const replay = createMethod(toyManifest(spec).spec.methods);
    let learner: Learner | undefined;
    let lesson: ExampleList | undefined;
    const seen: Look[] = [];
    const stored = (): Stored => {
      const memory = learner?.memory.part('replay/');
      const [count] = memory?.integers('count') ?? [];
      return {
        indices: [...(memory?.integers('indices') ?? [])].slice(0, count),
        scores: [...(memory?.floats('scores') ?? [])].slice(0, count),
      };
    };
    const gradientsOf = (own: Learner, indices: readonly number[]) =>
      indices.map((index) => {
        const task = own.examples.findIndex((of) => of.includes(index));
        return lastLayerGradients(own, { task, indices: Int32Array.of(index) })[0] ?? new Float64Array();
      });
    const method: Method = {
      ...replay,
      begin(own) {
        learner = own;
        replay.begin?.(own);
      },
      met(own, position) {
        lesson = own;
        replay.met?.(own, position);
      },
      afterStep(position) {
        if (!learner || !lesson) throw new Error('a step before the beginning');
        const before = stored();
        replay.afterStep?.(position);
        const random = learner.random('gss-greedy', position.task, position.phase, position.step);
        const drawn = [...samplePlaces(before.indices.length, Math.min(before.indices.length, 80), random)];
        const gradients = gradientsOf(
          learner,
          drawn.map((place) => before.indices[place] as number),
        );
        const compared: Float64Array[] = [];
        for (let start = 0; start < gradients.length; start += 8)
          compared.push(meanGradient(gradients.slice(start, start + 8)));
        seen.push({
          ...{ lesson, position, before, after: stored(), compared },
          theta: Float32Array.from(learner.theta.dataSync()),
          offered: gradientsOf(learner, [...lesson.indices]),
        });
      },
    };
    const run = await runToy(spec, { method });
    expect(run.error).toBeUndefined();
    return seen;
  }

  it('fills up, gives each its score at the parameters after the step, and takes in only what points away', async () => {
    const seen = await looks();
    expect(seen.length).toBe(24);
    let [replaced, refused] = [0, 0];
    for (const { lesson, before, after, offered, compared } of seen) {
      expect(after.indices.length).toBe(Math.min(20, before.indices.length + 8));
      const isFull = before.indices.length === 20;
      const pointsAway = likeness(meanGradient(offered), compared) < 0;
      after.indices.forEach((index, place) => {
        if (before.indices[place] === index) {
          expect(after.scores[place]).toBe(before.scores[place]);
          return;
        }
        const at = lesson.indices.indexOf(index);
        expect(at).toBeGreaterThanOrEqual(0);
        const wanted = before.indices.length === 0 ? 0.1 : likeness(offered[at] ?? new Float64Array(), compared);
        expect(after.scores[place]).toBeCloseTo(wanted, 5);
        if (isFull) {
          expect(pointsAway).toBe(true);
          replaced += 1;
        }
      });
      if (isFull && !pointsAway) refused += 1;
    }
    expect(replaced).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  it('counts what it holds in bytes: image, label and score of each', async () => {
    const { events } = await runToy(spec);
    const { dataset } = toyStream(spec);
    const ofEach = dataset.train.images.length / dataset.train.count + 1 + 4;
    expect(ofType(events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      [20, 20, 20].map((n) => n * ofEach),
    );
    const views = events.flatMap((event) => (event.type === 'mechanism' ? event.views : []));
    expect(views.map((view) => view.kind === 'memory' && view.bytes)).toEqual([20, 20, 20].map((n) => n * ofEach));
  });

  it('looks at each example once, in the first pass', async () => {
    // 80 examples are ten steps of 8.
    const views = async (iterations: number) =>
      (await runToy({ ...spec, training: { ...spec.training, iterations }, stream: { tasks: 3 } })).events;
    const memories = async (iterations: number) =>
      (await views(iterations)).flatMap((event) => (event.type === 'mechanism' && event.task === 0 ? event.views : []));
    expect(await memories(15)).toEqual(await memories(10));
  });
});
