import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generativeReplaySettings } from '../../src/core/methods/generative-replay';
import { parseExperiment } from '../../src/core/parse';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import type { BatchTensors, Slope } from '../../src/engine/contract/step';
import { dreamLoss, replayedHeads } from '../../src/engine/methods/dreamLoss';
import { createMethod } from '../../src/engine/methods/index';
import { logitsOf, parametersOf } from '../../src/engine/networks/network';
import { createVae, decoded, initialVae, vaeSlope, type Vae } from '../../src/engine/networks/vae';
import { randomStream } from '../../src/engine/random';
import { cases } from './cases';
import { asNumbers, toyDataset } from './toyData';
import { ofType, removeRunFolders, runToy, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

type Rows = readonly (readonly number[])[];

const draw = (
  name: string,
  rows: number,
  columns: number,
  [from, to]: readonly [number, number] = [-1, 1],
): number[][] => {
  const random = randomStream(5, name);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => from + (to - from) * random()));
};

// ---- the generator, written out in double precision

/** relu?(x W + b) of one row; b may be missing. */
function layer(vae: Vae, theta: ArrayLike<number>, name: string, row: readonly number[], relu: boolean): number[] {
  const of = (tensor: string) => vae.views.find((view) => view.name === `${name}.${tensor}`);
  const [weights, bias] = [of('weights'), of('bias')];
  if (!weights) throw new Error(name);
  const units = weights.shape[1] as number;
  return Array.from({ length: units }, (_, unit) => {
    const sum = row.reduce(
      (total, value, i) => total + value * (theta[weights.offset + i * units + unit] as number),
      0,
    );
    const whole = sum + (bias ? (theta[bias.offset + unit] as number) : 0);
    return relu ? Math.max(0, whole) : whole;
  });
}

/** The loss of a batch by its definition: Bernoulli likelihood and the divergence of N(μ, σ²) from N(0, 1). */
function definedLoss(vae: Vae, theta: ArrayLike<number>, x: Rows, noise: Rows, weights: readonly number[]): number {
  const of = (name: string, row: readonly number[], relu = false) => layer(vae, theta, name, row, relu);
  return x.reduce((total, row, i) => {
    const hidden = of('encoder.layer2', of('encoder.layer1', row, true), true);
    const [mean, logVariance] = [of('encoder.mean', hidden), of('encoder.logVariance', hidden)];
    const z = mean.map((mu, k) => mu + Math.exp((logVariance[k] as number) / 2) * (noise[i]?.[k] as number));
    const logits = of('decoder.layer3', of('decoder.layer2', of('decoder.layer1', z, true), true));
    const likelihoods = row.map((value, pixel) => {
      const p = 1 / (1 + Math.exp(-(logits[pixel] as number)));
      return value * Math.log(p) + (1 - value) * Math.log(1 - p);
    });
    const divergences = mean.map((mu, k) => {
      const variance = Math.exp(logVariance[k] as number);
      return (mu * mu + variance - 1 - Math.log(variance)) / 2;
    });
    const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
    return total + ((weights[i] as number) * (sum(divergences) - sum(likelihoods))) / row.length;
  }, 0);
}

describe('the generator', () => {
  const vae = createVae(6, [5, 4], 3);
  const random = randomStream(2, 'vae');
  // Larger than at first, so that every term of the loss has its say.
  const theta = initialVae(vae, random).map((value) => 3 * value);
  const [x, noise, weights] = [draw('x', 4, 6, [0, 1]), draw('noise', 4, 3, [-2, 2]), [0.1, 0.2, 0.3, 0.4]];
  const slope = () =>
    vaeSlope(vae, tf.tensor1d(theta), { x: tf.tensor2d(x), noise: tf.tensor2d(noise), weights: tf.tensor1d(weights) });

  it('has the layers of the authors: no bias at the logarithm of the variance, the decoder last', () => {
    const authors = createVae(784, [400, 400], 100);
    // 784-400-400, two heads of 100, and 100-400-400-784.
    const encoder = 784 * 400 + 400 + 400 * 400 + 400 + (400 * 100 + 100) + 400 * 100;
    const decoder = 100 * 400 + 400 + 400 * 400 + 400 + 400 * 784 + 784;
    expect([authors.decoderAt, authors.parameterCount]).toEqual([encoder, encoder + decoder]);
    for (const { name, offset, size } of authors.views) {
      const inputs: Record<string, number> = { 'encoder.layer1': 784, 'decoder.layer1': 100 };
      const bound = 1 / Math.sqrt(inputs[name.replace(/\.\w+$/, '')] ?? 400);
      const own = initialVae(authors, randomStream(1, 'initial')).subarray(offset, offset + size);
      const most = own.reduce((found, value) => Math.max(found, Math.abs(value)), 0);
      expect(most, name).toBeLessThanOrEqual(bound);
      expect(most, name).toBeGreaterThan(0.9 * bound);
    }
  });

  it('has the loss of its definition', () => {
    expect(slope().loss.dataSync()[0]).toBeCloseTo(definedLoss(vae, theta, x, noise, weights), 5);
  });

  it('has the gradient of its definition, in every parameter', () => {
    const found = slope().gradient.dataSync();
    expect(found.length).toBe(vae.parameterCount);
    const step = 1e-5;
    const at = (i: number, by: number) =>
      definedLoss(
        vae,
        Float64Array.from(theta, (value, k) => (k === i ? value + by : value)),
        x,
        noise,
        weights,
      );
    for (const { name, offset, size } of vae.views) {
      const wanted = Array.from(
        { length: size },
        (_, k) => (at(offset + k, step) - at(offset + k, -step)) / (2 * step),
      );
      expect(Math.max(...wanted.map(Math.abs)), name).toBeGreaterThan(1e-4);
      wanted.forEach((value, k) => expect(found[offset + k], `${name} ${k}`).toBeCloseTo(value, 5));
    }
  });

  it('makes images out of z with its decoder alone', () => {
    const z = draw('z', 2, 3, [-2, 2]);
    const images = decoded(vae, tf.tensor1d(theta.slice(vae.decoderAt)), tf.tensor2d(z)).arraySync();
    const of = (name: string, row: readonly number[], relu = false) => layer(vae, theta, name, row, relu);
    z.forEach((row, i) => {
      const logits = of('decoder.layer3', of('decoder.layer2', of('decoder.layer1', row, true), true));
      logits.forEach((logit, pixel) => expect(images[i]?.[pixel]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 5));
    });
  });
});

// ---- what is replayed counts as

const heads = [[0, 1, 2], [3], [4, 5]];
const streams = [
  { scenario: 'task' as const, heads, outputs: 6 },
  { scenario: 'class' as const, heads, outputs: 6 },
  { scenario: 'domain' as const, heads: [[0, 1, 2], [0], [0, 1]], outputs: 3 },
];

/** Of some units the share of each in a softmax over them. */
function softmax(logits: readonly number[], units: readonly number[], temperature: number): number[] {
  const powers = units.map((unit) => Math.exp((logits[unit] as number) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const amongMet = streams.map((stream) => ({ ...stream, activeClasses: 'all-so-far' as const }));

describe.each([...streams.map((stream) => ({ ...stream, activeClasses: 'all' as const })), ...amongMet])(
  'the loss of what is replayed, $scenario-incremental, $activeClasses classes',
  ({ scenario, heads: all, outputs, activeClasses }) => {
    /** The outputs that the network before the task is asked by, and those that the present one answers by. */
    const asked = (task: number): readonly (readonly [readonly number[], readonly number[]])[] => {
      if (scenario === 'task') return all.slice(0, task).map((head) => [head, head]);
      const every = Array.from({ length: outputs }, (_, unit) => unit);
      const met = scenario === 'class' && activeClasses === 'all-so-far';
      return [met ? [all.slice(0, task).flat(), all.slice(0, task + 1).flat()] : [every, every]];
    };
    const [now, old] = [draw('now', 5, outputs, [-4, 4]), draw('old', 5, outputs, [-4, 4])];

    it.each([1, 2])('is as defined in task %i, hard and soft: a mean over old heads', (task) => {
      const found = (targets: 'hard' | 'soft') =>
        dreamLoss(
          { output: 'softmax' },
          { logits: tf.tensor2d(now), old: tf.tensor2d(old), weights: tf.fill([5], 1 / 5) },
          replayedHeads({ scenario, heads: all, outputs }, task, activeClasses),
          { targets, temperature: 2.5 },
        ).dataSync()[0];
      type LossOf = (
        row: readonly number[],
        before: readonly number[],
        head: readonly number[],
        answering: readonly number[],
      ) => number;
      const perHead = (lossOf: LossOf) =>
        mean(
          asked(task).map(([head, answering]) => mean(now.map((row, i) => lossOf(row, old[i] ?? [], head, answering)))),
        );
      const shareOf = (row: readonly number[], unit: number, answering: readonly number[], temperature: number) =>
        softmax(row, answering, temperature)[answering.indexOf(unit)] as number;
      const hard = perHead((row, before, head, answering) => {
        const values = head.map((unit) => before[unit] as number);
        return -Math.log(shareOf(row, head[values.indexOf(Math.max(...values))] as number, answering, 1));
      });
      const soft = perHead(
        (row, before, head, answering) =>
          -softmax(before, head, 2.5).reduce(
            (sum, wanted, k) => sum + wanted * Math.log(shareOf(row, head[k] as number, answering, 2.5)),
            0,
          ),
      );
      expect(found('hard')).toBeCloseTo(hard, 5);
      expect(found('soft')).toBeCloseTo(soft, 5);
    });
  },
);

// ---- runs

const plain = cases['generative-replay'] as ToySpec;

interface Seen {
  readonly task: number;
  readonly step: number;
  readonly loss: number;
  readonly current: number;
  readonly replayed: number | undefined;
  /** Of the slope, beside the same by its parts. */
  readonly gradients: readonly Float32Array[];
  readonly generator: Float32Array;
  readonly generatorBatch: { readonly rows: number; readonly weights: Float32Array };
  readonly decoder: Float32Array | undefined;
  readonly teacher: Float32Array | undefined;
}

/** Runs it eagerly, and looks at every step. */
async function steps(spec: ToySpec) {
  const method = createMethod(toyManifest(spec).spec.methods);
  const seen: Seen[] = [];
  const thetas: Float32Array[] = [];
  let learner: Learner | undefined;
  let position = { task: 0, step: 0 };
  const read = (tensor: tf.Tensor | undefined) => tensor && Float32Array.from(tensor.dataSync());
  const watched: Method = {
    ...method,
    begin(own) {
      learner = own;
      method.begin?.(own);
    },
    async beforePhase(at) {
      thetas[at.task] = read(learner?.theta) ?? new Float32Array();
      return method.beforePhase?.(at);
    },
    met(lesson, at) {
      position = at;
      method.met?.(lesson, at);
    },
    // It looks at each step: no more than one in a call.
    afterStep: () => undefined,
    gradient(theta, differentiate, step) {
      const parts: Slope[] = [];
      const slope = method.gradient?.(
        theta,
        (...asked) => {
          const part = differentiate(...asked);
          parts.push(part);
          return part;
        },
        step,
      ) as Slope;
      const [current, replayed] = parts;
      const { weights } = step.batches['generative-replay'] as BatchTensors;
      const of = (name: string) => read(Object.entries(step.constants).find(([key]) => key.endsWith(name))?.[1]);
      const generator = Object.entries(step.carried).find(([key]) => key.endsWith('/theta'))?.[1];
      seen.push({
        ...position,
        loss: slope.loss.dataSync()[0] as number,
        current: current?.loss.dataSync()[0] as number,
        replayed: replayed?.loss.dataSync()[0],
        gradients: [slope, ...parts].map(({ total }) => read(total) ?? new Float32Array()),
        generator: read(generator) ?? new Float32Array(),
        generatorBatch: { rows: weights.size, weights: read(weights) ?? new Float32Array() },
        decoder: of('/decoder'),
        teacher: of('/teacher'),
      });
      return slope;
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  return { seen, thetas, run };
}

describe.each(['class', 'task', 'domain'])('generative replay, %s-incremental', (scenario) => {
  it('counts the k-th task 1/k and what is replayed the rest, from the second task on', async () => {
    const { seen } = await steps({ ...plain, stream: { scenario } });
    expect(new Set(seen.map(({ task }) => task)).size).toBe(3);
    for (const { task, loss, current, replayed, gradients } of seen) {
      const share = 1 / (task + 1);
      expect(replayed === undefined).toBe(task === 0);
      expect(loss).toBeCloseTo(share * current + (1 - share) * (replayed ?? 0), 6);
      const [total, ofTask, ofOld] = gradients as [Float32Array, Float32Array, Float32Array | undefined];
      total.forEach((value, i) =>
        expect(value).toBeCloseTo(share * (ofTask[i] as number) + (1 - share) * (ofOld?.[i] ?? 0), 6),
      );
    }
  });

  it('replays with generator and network as they were when the task began, both for the whole task', async () => {
    const { seen, thetas } = await steps({ ...plain, stream: { scenario } });
    const vae = createVae(64, [12, 9], 4);
    for (const task of [1, 2]) {
      const own = seen.filter((one) => one.task === task);
      const before = own[0]?.generator.slice(vae.decoderAt);
      for (const { decoder, teacher } of own) {
        expect(decoder).toEqual(before);
        expect(teacher).toEqual(thetas[task]);
      }
      // The generator learns in each step, with the task and after it.
      expect(new Set(own.map(({ generator }) => generator.join())).size).toBe(own.length);
    }
  });
});

it('what the generator makes is labelled by the network before the task, as at test', async () => {
  const method = createMethod(toyManifest(plain).spec.methods);
  const wrong: number[] = [];
  let learner: Learner | undefined;
  await runToy(
    { ...plain, eager: true },
    {
      method: {
        ...method,
        begin(own) {
          learner = own;
          method.begin?.(own);
        },
        gradient: (theta, differentiate, step) =>
          method.gradient?.(
            theta,
            (at, batches) => {
              const [made] = batches ?? [];
              if (typeof made === 'object' && learner) {
                const { network } = learner;
                const of = (name: string) => step.constants[`generative-replay/${name}`] as tf.Tensor1D;
                const { columns } = step.batches['generative-replay'] as BatchTensors;
                const vae = createVae(64, [12, 9], 4);
                const x = decoded(vae, of('decoder'), columns['z'] as tf.Tensor2D);
                const old = logitsOf(network, parametersOf(network, of('teacher')), x);
                const [found] = Object.values(made.columns) as [tf.Tensor];
                wrong.push(
                  ...[tf.sub(made.x, x), tf.sub(found, old)].map((far) => tf.max(tf.abs(far)).dataSync()[0] ?? NaN),
                );
              }
              return differentiate(at, batches);
            },
            step,
          ) as Slope,
      },
    },
  );
  expect(wrong.length).toBeGreaterThan(10);
  expect(Math.max(...wrong)).toBe(0);
});

it('takes the parameters of the generator, and from the second task on those of its decoder and of the network', async () => {
  const run = await runToy(plain);
  const vae = createVae(64, [12, 9], 4);
  const own = 4 * vae.parameterCount;
  const old = 4 * (vae.parameterCount - vae.decoderAt + networkSize(run.events));
  expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual([own, own + old, own + old]);
});

const networkSize = (events: Parameters<typeof ofType>[0]): number =>
  (ofType(events, 'started')[0] as unknown as { parameters: number }).parameters;

it('before sleep: the network that labels what is replayed is the one that slept, and the generator does not', async () => {
  const spec = cases['generative-replay, then sleep'] as ToySpec;
  const { seen, thetas } = await steps(spec);
  const awake = await steps({ ...spec, methods: { 'generative-replay': spec.methods?.['generative-replay'] ?? {} } });
  const first = (all: readonly Seen[], task: number) => all.find((one) => one.task === task);
  expect(first(seen, 1)?.teacher).toEqual(thetas[1]);
  expect(first(seen, 1)?.teacher).not.toEqual(first(awake.seen, 1)?.teacher);
  expect(first(seen, 1)?.generator).toEqual(first(awake.seen, 1)?.generator);
  expect(first(seen, 1)?.decoder).toEqual(first(awake.seen, 1)?.decoder);
});

describe('generative replay is refused', () => {
  const problemsOf = (more: object, beside: object[] = [], settings: object = {}) => {
    const entry = { method: 'generative-replay', ...settings };
    return parseExperiment(
      JSON.stringify({
        name: 'x',
        seeds: 1,
        ...more,
        methods: [beside.length > 0 ? [entry, ...beside] : entry],
      }),
    ).problems.map(({ message }) => message);
  };

  it('for inputs that are no probabilities', async () => {
    expect(problemsOf({ stream: { inputs: 'standardised' } }).join()).toContain('"inputs": "0..1"');
    const dataset = asNumbers(toyDataset(), (value) => 3 * value);
    await expect(runToy({ ...plain, dataset })).rejects.toThrow('needs inputs 0..1: those of Toy');
  });

  it('with soft targets of outputs without a softmax, and beside methods with old targets of their own', () => {
    expect(problemsOf({ network: { output: 'relu' } }, [], { targets: 'soft' }).join()).toContain('Soft targets');
    expect(problemsOf({ network: { output: 'relu' } })).toEqual([]);
    expect(problemsOf({}, [{ method: 'lwf' }]).join()).toContain('cannot be combined with it');
    expect(problemsOf({}, [{ method: 'ewc' }])).toEqual([]);
  });

  it('not before sleep, whose constants without rehearsal do not fit; a network that cannot sleep says why', () => {
    expect(problemsOf({}, [{ method: 'sleep' }]).join()).toContain('"preset": "mnist-rehearsal" has those');
    expect(problemsOf({}, [{ method: 'sleep', preset: 'mnist-rehearsal' }])).toEqual([]);
    const convolutional = { method: 'sleep', preset: 'mnist-rehearsal', network: { kind: 'cnn' } };
    expect(problemsOf({}, [convolutional]).join()).toContain('it needs "kind": "mlp"');
  });

  it('where tasks run into each other', () => {
    expect(problemsOf({ stream: { blurry: 0.2 } }).join()).toContain('no task has an end');
  });

  it('and takes settings of its own alone', () => {
    expect(generativeReplaySettings.parse({})).toEqual({
      targets: 'hard',
      temperature: 2,
      generatorHidden: [400, 400],
      latent: 100,
      generatorLearningRate: 0.001,
    });
  });
});
