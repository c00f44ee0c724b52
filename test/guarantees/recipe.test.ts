import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainingSchema, type TrainingSpec } from '../../src/core/recipe';
import { ownHeads } from '../../src/engine/steps/activeOutputs';
import { openTestBackend, testBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import type { Differentiate, Slope, Step } from '../../src/engine/contract/step';
import { createSam } from '../../src/engine/methods/sam';
import { maskLogits, weightedBinaryCrossEntropy, weightedCrossEntropy } from '../../src/engine/networks/layers';
import { createNetwork, passesOf } from '../../src/engine/networks/network';
import { createOptimizer } from '../../src/engine/optimizer';
import { randomStream } from '../../src/engine/random';
import { beforeOptimizer } from '../../src/engine/steps/beforeOptimizer';
import { stepSizeAt } from '../../src/engine/steps/stepSizes';
import { TrainingData } from '../../src/engine/steps/trainingData';
import { usedExamples } from '../../src/engine/streams/usedExamples';
import { networkSchema } from '../../src/core/recipe';
import { toyDataset } from './toyData';
import {
  digestAfter,
  numbersOf,
  ofType,
  parametersAfter,
  removeRunFolders,
  runToy,
  toyStream,
  type ToyRun,
  type ToySpec,
} from './toyRuns';

/** What PyTorch makes of it: torchRecipe.py beside it says how. */
interface Torch {
  readonly optimizers: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly schedules: Readonly<Record<string, readonly number[]>>;
  readonly plateau: readonly number[];
  readonly losses: Readonly<Record<string, { readonly loss: number; readonly gradient: readonly number[] }>>;
  readonly bounds: Readonly<Record<string, number>>;
}
const torch = JSON.parse(readFileSync('test/guarantees/torchRecipe.json', 'utf8')) as Torch;

beforeAll(async () => {
  await openTestBackend();
});
afterAll(removeRunFolders);

const training = (settings: object): TrainingSpec => trainingSchema.parse(settings);

/** As torchRecipe.py makes its numbers. */
const wave = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + seed) * (1 + (i % 3)));

const close = (found: ArrayLike<number>, wanted: ArrayLike<number>, digits = 5) => {
  expect(found.length).toBe(wanted.length);
  Array.from(wanted).forEach((value, i) => expect(found[i]).toBeCloseTo(value, digits));
};

describe('steps are those of PyTorch', () => {
  const sgd = { optimizer: 'sgd' };
  const momentum = { ...sgd, momentum: 0.9 };
  const settings: Readonly<Record<string, object>> = {
    'Adam, L2': { weightDecay: 0.1 },
    AdamW: { weightDecay: 0.1, decoupledWeightDecay: true },
    'SGD, L2': { ...sgd, weightDecay: 0.1 },
    'SGD, momentum, L2': { ...momentum, weightDecay: 0.1 },
    'SGD, Nesterov': { ...momentum, nesterov: true },
    'SGD, Nesterov, L2': { ...momentum, nesterov: true, weightDecay: 0.1 },
    'Adam, clipped by norm': { clipping: { norm: 1.5 } },
    'SGD, clipped by norm, L2': { ...sgd, weightDecay: 0.1, clipping: { norm: 1.5 } },
    'SGD, clipped by value, momentum, L2': { ...momentum, weightDecay: 0.1, clipping: { value: 0.7 } },
  };

  it('in every case that was recorded', () => {
    expect(Object.keys(settings).sort()).toEqual(Object.keys(torch.optimizers).sort());
  });

  it.each(Object.entries(settings))('%s', (name, own) => {
    const spec = training({ learningRate: 0.05, ...own });
    const optimizer = createOptimizer(spec);
    const before = beforeOptimizer(spec) ?? ((gradients) => gradients);
    let theta = tf.tensor1d(wave(6, 0));
    let slots = optimizer.slotNames.map(() => tf.zeros<tf.Rank.R1>([6]));
    torch.optimizers[name]?.forEach((wanted, step) => {
      // In two parts, as a compiled step may have them.
      const parts = (whole: tf.Tensor1D) => tf.split(whole, [2, 4]);
      const gradients = before(parts(tf.tensor1d(wave(6, 1 + step))), parts(theta));
      const gradient = tf.concat1d(gradients as tf.Tensor1D[]);
      ({ theta, slots } = optimizer.update(theta, gradient, slots, step + 1, 0.05));
      close(theta.dataSync(), wanted, 4);
    });
  });
});

describe('step sizes are those of PyTorch', () => {
  const [perEpoch, steps] = [5, 45];
  const sizes = (own: object) =>
    Array.from({ length: steps }, (_, step) =>
      stepSizeAt(training(own), 0.05, { task: 0, step, steps, perEpoch, drops: 0 }),
    );
  const settings: Readonly<Record<string, object>> = {
    steps: { schedule: { kind: 'steps', milestones: [2, 5, 6], gamma: 0.3 } },
    exponential: { schedule: { kind: 'exponential', gamma: 0.95 } },
    cosine: { schedule: { kind: 'cosine', etaMin: 0.001 } },
    restarts: { schedule: { kind: 'cosine', t0: 1, tMult: 2, etaMin: 0.001 } },
    'restarts by epoch': { schedule: { kind: 'cosine', t0: 2, tMult: 2, etaMin: 0.001, every: 'epoch' } },
    warmup: { warmup: { steps: 8, startFactor: 0.25 }, schedule: { kind: 'cosine' } },
  };

  it.each(Object.entries(settings))('%s', (name, own) => {
    close(sizes(own), torch.schedules[name] ?? [], 9);
  });

  it('of milestones as shares, a constant warm-up, and nothing', () => {
    const at = sizes({ schedule: { kind: 'steps', milestones: [0.4, 0.8], unit: 'share', gamma: 0.5 } });
    close(at, [...Array<number>(18).fill(0.05), ...Array<number>(18).fill(0.025), ...Array<number>(9).fill(0.0125)], 9);
    const warm = sizes({ warmup: { epochs: 1, kind: 'constant', startFactor: 0.1 } });
    close(warm, [...Array<number>(5).fill(0.005), ...Array<number>(40).fill(0.05)], 9);
    expect(sizes({})).toEqual(Array<number>(45).fill(0.05));
  });
});

describe('step sizes of published recipes', () => {
  const at = (own: object, place: { task?: number; step?: number; drops?: number }, perEpoch = 10, steps = 1280) =>
    stepSizeAt(training(own), training(own).learningRate, { task: 0, step: 0, drops: 0, perEpoch, steps, ...place });

  it('Stable SGD: max(lr γ^t, 5e-5), with t from 1', () => {
    const stable = { learningRate: 0.1, taskDecay: { gamma: 0.5, floor: 5e-5 } };
    expect([0, 1, 2, 19].map((task) => at(stable, { task }))).toEqual([0.05, 0.025, 0.0125, 5e-5]);
  });

  it('GDumb: a first pass at lr/10, then cosines of 1, 2, 4, … passes, changed with each pass', () => {
    const gdumb = {
      learningRate: 0.05,
      warmup: { epochs: 1, kind: 'constant', startFactor: 0.1 },
      schedule: { kind: 'cosine', t0: 1, tMult: 2, etaMin: 0.0005, every: 'epoch' },
    };
    const middle = 0.0005 + (0.05 - 0.0005) / 2;
    close(
      [0, 1, 2, 3, 4, 6].map((pass) => at(gdumb, { step: 10 * pass + 9 })),
      [0.005, 0.05, 0.05, middle, 0.05, middle],
      9,
    );
  });

  it('iCaRL: divided by 5 at passes 49 and 63', () => {
    const icarl = { learningRate: 2, schedule: { kind: 'steps', milestones: [49, 63], gamma: 0.2 } };
    close(
      [0, 489, 490, 629, 630].map((step) => at(icarl, { step })),
      [2, 2, 0.4, 0.4, 0.08],
      9,
    );
  });

  it('HAT and GPM: divided at each drop, and never below where it holds', () => {
    const plateau = { kind: 'plateau', factor: 1 / 3, minimum: 1e-4, patience: 5 };
    close(
      [0, 1, 2].map((drops) => at({ learningRate: 0.05, schedule: plateau }, { drops })),
      [0.05, 0.05 / 3, 0.05 / 9],
      9,
    );
    expect(at({ learningRate: 0.05, schedule: plateau }, { drops: 12 })).toBe(1e-4);
  });

  it('a list of factors goes on with its last', () => {
    const own = { learningRate: 0.1, taskDecay: { factors: [1, 0.1] } };
    close(
      [0, 1, 5].map((task) => at(own, { task })),
      [0.1, 0.01, 0.01],
      9,
    );
  });
});

describe('losses are those of PyTorch', () => {
  const labels = [3, 0, 2, 2];
  const oneHot = labels.map((label) => [0, 1, 2, 3, 4].map((unit) => Number(unit === label)));
  /** Labels 1, 0, 0, 0 of the head of units 2 and 3. */
  const headTargets = [3, 2, 2, 2].map((unit) => [0, 0, unit === 2 ? 0.9 : 0.1, unit === 3 ? 0.9 : 0.1, 0]);

  type Loss = (logits: tf.Tensor2D, targets: tf.Tensor2D, weights: tf.Tensor1D, inHead: tf.Tensor2D) => tf.Scalar;
  const agrees = (name: string, targets: number[][], loss: Loss, gradient: (found: readonly number[]) => number[]) => {
    const z = tf.mul(tf.reshape<tf.Rank.R2>(tf.tensor1d(wave(20, 3)), [4, 5]), 2);
    // What is made within is gone before the gradient is.
    const given = [tf.tensor2d(targets), tf.fill([4], 0.25), tf.tensor2d([[0, 0, 1, 1, 0]])] as const;
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor2D) => loss(x, given[0], given[1] as tf.Tensor1D, given[2]))(
      z as tf.Tensor2D,
    );
    expect(value.dataSync()[0]).toBeCloseTo(torch.losses[name]?.loss ?? NaN, 5);
    close(grad.dataSync(), gradient(torch.losses[name]?.gradient ?? []));
  };
  const same = (gradient: readonly number[]) => [...gradient];
  /** Of all units, with zeros for those that are not in the head. */
  const ofHead = (gradient: readonly number[]) =>
    gradient.flatMap((value, i) => (i % 2 === 0 ? [0, 0, value] : [value, 0]));

  it('label smoothing, over all outputs and in a head', () => {
    const smoothed = oneHot.map((row) => row.map((value) => 0.8 * value + 0.2 / 5));
    agrees('smoothing', smoothed, (x, targets, weights) => weightedCrossEntropy(x, targets, weights), same);
    agrees(
      'smoothing in a head',
      headTargets,
      (x, targets, weights, inHead) => weightedCrossEntropy(maskLogits(x, inHead), targets, weights),
      ofHead,
    );
  });

  it('binary cross-entropy, over all outputs and in a head', () => {
    agrees('sigmoid', oneHot, (x, targets, weights) => weightedBinaryCrossEntropy(x, targets, weights), same);
    agrees('sigmoid in a head', oneHot, weightedBinaryCrossEntropy, ofHead);
  });

  it('binary cross-entropy of logits however large is finite', () => {
    const far = tf.tensor2d([[1e4, -1e4]]);
    const loss = (targets: number[]) =>
      weightedBinaryCrossEntropy(far, tf.tensor2d([targets]), tf.tensor1d([1])).dataSync()[0];
    expect([loss([1, 0]), loss([0, 1])]).toEqual([0, 1e4]);
  });

  it.each([
    ['class', 0.8 + 0.2 / 6, 0.2 / 6, 0.2 / 6],
    ['task', 0.9, 0.1, 0],
  ] as const)('targets of a %s-incremental stream are smoothed over what is active', (scenario, own, head, other) => {
    const stream = toyStream({ stream: { scenario } });
    const data = new TrainingData(stream, scenario === 'task' ? ownHeads(stream) : undefined, undefined, 0.2);
    const examples = { indices: stream.tasks[1]?.train.subarray(0, 1) ?? new Int32Array(), tasks: Int32Array.of(1) };
    const unit = data.targetsOf(examples).dataSync().indexOf(1);
    const wanted = Array.from({ length: 6 }, (_, i) =>
      i === unit ? own : stream.heads[1]?.includes(i) ? head : other,
    );
    close(data.lossTargetsOf(examples).dataSync(), wanted);
    close(data.tensorsOf({ ...examples, weights: Float32Array.of(1) }).targets.dataSync(), wanted);
  });
});

describe('networks', () => {
  const network = (spec: object, inputs: number | readonly [number, number, number] = 64) =>
    createNetwork(networkSchema.parse({ hidden: [12], ...spec }), inputs, 6);

  it('Xavier: uniform within the bounds of PyTorch, biases 0', () => {
    const dense = network({ init: 'xavier' });
    const theta = dense.initial(randomStream(1, 'init'));
    const of = (name: string) => {
      const view = dense.views.find((one) => one.name === name);
      return theta.subarray(view?.offset, (view?.offset ?? 0) + (view?.size ?? 0));
    };
    const bound = torch.bounds['dense 64-12'] ?? NaN;
    const largest = Math.max(...of('layer1.weights').map(Math.abs));
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.98 * bound);
    expect(of('layer1.bias').every((value) => value === 0)).toBe(true);
    const cnn = network({ kind: 'cnn', conv: [4, 6], hidden: [], init: 'xavier' }, [8, 8, 1]);
    const [view] = cnn.views.filter(({ name }) => name === 'conv2.weights');
    const drawn = cnn.initial(randomStream(1, 'init')).subarray(view?.offset, (view?.offset ?? 0) + (view?.size ?? 0));
    const most = Math.max(...drawn.map(Math.abs));
    const wanted = torch.bounds['convolution 3x3 of 4, 6 filters'] ?? NaN;
    expect(most).toBeLessThanOrEqual(wanted);
    expect(most).toBeGreaterThan(0.95 * wanted);
  });

  it('He, uniform: within √(6 / inputs), of the last layer √(3 / inputs), biases 0', () => {
    const own = network({ init: 'he-uniform', hidden: [40] });
    const theta = own.initial(randomStream(1, 'init'));
    for (const { role, isHead, shape, offset, size } of own.views) {
      const most = Math.max(...theta.subarray(offset, offset + size).map(Math.abs));
      const bound = role === 'bias' ? 0 : Math.sqrt((isHead ? 3 : 6) / (shape[0] ?? NaN));
      expect(most).toBeLessThanOrEqual(Math.fround(bound));
      expect(most).toBeGreaterThanOrEqual(0.95 * bound);
    }
  });

  it('truncated normal: a deviation of 0.1 before it is cut off at twice that, biases 0.1', () => {
    const own = network({ init: 'truncated-normal', hidden: [400] });
    const theta = own.initial(randomStream(1, 'init'));
    for (const { role, offset, size } of own.views) {
      const values = theta.subarray(offset, offset + size);
      if (role === 'bias') expect(values.every((value) => value === Math.fround(0.1))).toBe(true);
      const most = Math.max(...values.map(Math.abs));
      if (role === 'weights') expect(most).toBeLessThan(0.2);
      if (size < 10_000) continue;
      expect(most).toBeGreaterThan(0.199);
      // Of a standard normal number that is cut off at 2 the variance is 1 − 4 φ(2) / (2 Φ(2) − 1).
      const density = Math.exp(-2) / Math.sqrt(2 * Math.PI);
      const deviation = 0.1 * Math.sqrt(1 - (4 * density) / 0.954_499_7);
      expect(Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / size)).toBeCloseTo(deviation, 2);
      expect(values.reduce((sum, value) => sum + value, 0) / size).toBeCloseTo(0, 2);
    }
  });

  it('a head of zeros leaves all other weights as they were', () => {
    const [usual, zeros] = [network({}), network({ headInit: 'zeros' })];
    const theta = zeros.initial(randomStream(1, 'init'));
    const before = usual.initial(randomStream(1, 'init'));
    zeros.views.forEach(({ isHead, offset, size }) => {
      const own = theta.subarray(offset, offset + size);
      if (isHead) expect(own.every((value) => value === 0)).toBe(true);
      else expect(own).toEqual(before.subarray(offset, offset + size));
    });
  });

  it('dropout as in PyTorch divides in training what is kept, and leaves test alone', () => {
    const [usual, inverted] = [network({ dropout: 0.2 }), network({ dropout: 0.2, dropoutScaling: 'training' })];
    const theta = tf.tensor1d(usual.initial(randomStream(1, 'init')));
    const x = tf.tensor2d(
      Float32Array.from({ length: 64 }, (_, i) => (i % 7) / 7),
      [1, 64],
    );
    const parameters = usual.views.map(({ offset, size, shape }) =>
      tf.reshape(tf.slice(theta, offset, size), [...shape]),
    );
    const mask = tf.tensor2d([Array.from({ length: 12 }, (_, unit) => Number(unit % 3 > 0))]);
    const hidden = (of: typeof usual, masks?: tf.Tensor2D[]) => [
      ...(passesOf(of, parameters, x, masks)[0]?.output.dataSync() ?? []),
    ];
    close(
      hidden(inverted, [mask]),
      hidden(usual, [mask]).map((value) => value / 0.8),
    );
    close(
      hidden(inverted),
      hidden(usual).map((value) => value / 0.8),
    );
    expect(Math.max(...hidden(inverted, [mask]))).toBeGreaterThan(0);
  });
});

it('SAM goes uphill with L2 weight decay, and takes its gradient there: g(θ + ε) + λ (θ + ε)', () => {
  const [rho, lambda] = [0.3, 0.1];
  const sam = createSam({ rho });
  sam.begin?.({ training: training({ weightDecay: lambda }) } as Learner);
  const theta = [0.5, -1, 2];
  const gradientAt = (at: readonly number[]) => at.map((value, i) => (i + 1) * value ** 3);
  const differentiate: Differentiate = (at) => {
    const total = tf.tensor1d(gradientAt([...at.dataSync()]));
    return { loss: tf.scalar(0), task: total, total };
  };
  const slope = sam.gradient?.(tf.tensor1d(theta), differentiate, {} as Step) as Slope;
  const decayed = gradientAt(theta).map((value, i) => value + lambda * (theta[i] as number));
  const norm = Math.hypot(...decayed);
  const there = theta.map((value, i) => value + (rho * (decayed[i] as number)) / norm);
  // The optimiser adds λ θ.
  const found = [...slope.total.dataSync()].map((value, i) => value + lambda * (theta[i] as number));
  close(
    found,
    gradientAt(there).map((value, i) => value + lambda * (there[i] as number)),
    4,
  );
});

describe('validation examples', () => {
  const used = (own: object, seed = 1, spec: ToySpec = {}) => usedExamples(toyStream(spec), training(own), seed);

  it('are taken from each task, and nothing that trains can see them', async () => {
    const validation = { share: 0.25 };
    const { stream, training: examples, validation: taken = [] } = used({ validation });
    taken.forEach((own, task) => {
      expect(own.length).toBe(20);
      const all = toyStream({}).tasks[task]?.train ?? new Int32Array();
      const rest = [...(stream.tasks[task]?.train ?? [])];
      expect([...own, ...rest].sort((a, b) => a - b)).toEqual([...all]);
      expect([...(examples[task] ?? [])]).toEqual(rest);
    });
    const met = new Set<number>();
    let learner: Learner | undefined;
    const method: Method = {
      id: 'spy',
      begin: (own) => void (learner = own),
      met: ({ indices }) => indices.forEach((index) => met.add(index)),
    };
    const run = await runToy({ training: { validation, iterations: 20 } }, { method });
    expect(run.status).toBe('done');
    expect(taken.flatMap((own) => [...own]).filter((index) => met.has(index))).toEqual([]);
    expect(met.size).toBe(180);
    expect(learner?.stream.tasks.map(({ train }) => train.length)).toEqual([60, 60, 60]);
    expect(learner?.examples.map(({ length }) => length)).toEqual([60, 60, 60]);
  });

  it('differ from seed to seed, or are the last ones', () => {
    const of = (seed: number) => used({ validation: { count: 10 } }, seed).validation?.map((own) => [...own]);
    expect(of(2)).toEqual(of(2));
    expect(of(2)).not.toEqual(of(3));
    const [first] = used({ validation: { count: 10, from: 'last' } }).validation ?? [];
    expect([...(first ?? [])]).toEqual([...(toyStream({}).tasks[0]?.train ?? [])].slice(-10));
  });

  it('are the same images in all tasks that show them', () => {
    const [first, ...more] = used({ validation: { count: 30 } }, 1, { stream: { kind: 'permuted' } }).validation ?? [];
    expect(more.length).toBe(2);
    for (const other of more) expect([...other]).toEqual([...(first ?? [])]);
  });

  it('must leave something to train on', () => {
    expect(() => used({ validation: { count: 80 } })).toThrow('Task "0/1" has 80 training examples');
    expect(() => used({ validation: { share: 0.001 } })).toThrow('0 of them cannot be its validation set');
  });

  it('are taken before samplesPerTask, which may be drawn', () => {
    const own = { validation: { count: 10 }, samplesPerTask: 25, sampling: 'drawn' };
    const found = used(own);
    found.training.forEach((examples, task) => {
      expect(examples.length).toBe(25);
      expect([...examples]).toEqual([...new Set(examples)].sort((a, b) => a - b));
      const all = [...(found.stream.tasks[task]?.train ?? [])];
      expect(examples.every((index) => all.includes(index))).toBe(true);
      expect([...examples]).not.toEqual(all.slice(0, 25));
    });
    expect(used(own).training).toEqual(found.training);
    expect(used(own, 2).training).not.toEqual(found.training);
  });
});

describe('passes over the data', () => {
  /** After how many passes the accuracy was best. */
  const bestOf = (events: readonly { readonly accuracy: number | null }[]) => {
    const accuracies = events.map(({ accuracy }) => accuracy ?? NaN);
    return accuracies.indexOf(Math.max(...accuracies)) + 1;
  };
  const logged = (run: ToyRun, task = 0) => ofType(run.events, 'validation').filter((event) => event.task === task);

  it('are validated one by one, with the loss and accuracy of what is tested', async () => {
    // Where the validation set is the test set, the accuracy is that of the test.
    const dataset = toyDataset({ train: 40 });
    const { train } = dataset;
    const test = { count: 60, images: train.images.slice(-60 * 64), labels: train.labels.slice(-60) };
    const spec: ToySpec = {
      dataset: { ...dataset, test },
      training: { validation: { count: 20, from: 'last' }, iterations: 9, learningRate: 0.003 },
    };
    const run = await runToy(spec);
    expect(logged(run).map(({ step }) => step)).toEqual([3, 6, 9]);
    const [end] = ofType(run.events, 'task-end');
    expect(logged(run).at(-1)?.accuracy).toBeCloseTo(end?.accuracy[0] ?? NaN, 9);
    expect(logged(run, 2).at(-1)?.accuracy).toBeCloseTo(ofType(run.events, 'task-end')[2]?.accuracy[2] ?? NaN, 9);
    // So are all of a row, on the tasks seen so far.
    for (const { task, accuracy, taskAware, validation } of ofType(run.events, 'task-end')) {
      const seen = { accuracy: accuracy.slice(0, task + 1), taskAware: taskAware.slice(0, task + 1) };
      expect(validation).toEqual(seen);
    }
  });

  it('have no accuracies of validation in their rows without such a set', async () => {
    const run = await runToy({ training: { iterations: 4 } });
    expect(ofType(run.events, 'task-end').map(({ validation }) => validation)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('end with the parameters that were best and the running statistics that belong to them', async () => {
    const validation = { share: 0.2, monitor: 'accuracy' };
    const own = { validation, learningRate: 0.03, batchSize: 16 };
    const network = { kind: 'resnet18', filters: 2 };
    const passes = 5;
    const spec: ToySpec = {
      network,
      training: { ...own, iterations: 4 * passes, validation: { ...validation, restoreBest: true } },
    };
    const restored = await runToy(spec);
    const best = bestOf(logged(restored));
    expect(best).toBeLessThan(passes);
    const short = await runToy({ network, training: { ...own, iterations: 4 * best } });
    const accuracy = (run: ToyRun) => ofType(run.events, 'task-end')[0]?.accuracy[0];
    expect(digestAfter(restored.folder, 0)).toBe(digestAfter(short.folder, 0));
    // Its outputs at test follow from the statistics.
    expect(accuracy(restored)).toBe(accuracy(short));
    const stopped = await runToy(spec, { stopAt: Math.ceil(restored.asked / 4) });
    expect(numbersOf(await runToy(spec, { resume: stopped.folder }))).toEqual(numbersOf(restored));
  });

  it('end early, with the parameters that were best: those of a run of so many passes', async () => {
    const validation = { share: 0.2, monitor: 'accuracy' };
    const own = { validation, learningRate: 0.003, batchSize: 8 };
    const stopping = { earlyStopping: { patience: 3 }, iterations: 160 };
    const stopped = await runToy({
      training: { ...own, ...stopping, validation: { ...validation, restoreBest: true } },
    });
    const losses = logged(stopped);
    const best = bestOf(losses);
    expect(losses.length).toBe(best + 3);
    expect(losses.length).toBeLessThan(20);
    const [plan] = ofType(stopped.events, 'plan');
    expect(plan).toMatchObject({ task: 0, step: 8 * losses.length, steps: 8 * losses.length });
    const short = await runToy({ training: { ...own, iterations: 8 * best } });
    expect(digestAfter(stopped.folder, 0)).toBe(digestAfter(short.folder, 0));
    const kept = await runToy({ training: { ...own, ...stopping } });
    const long = await runToy({ training: { ...own, iterations: 8 * losses.length } });
    expect(digestAfter(kept.folder, 0)).toBe(digestAfter(long.folder, 0));
  });

  it('without improvement make the step size drop, and below the minimum end the training', async () => {
    const sizes = new Map<string, number>();
    const spy: Method = {
      id: 'spy',
      stepSize: ({ task, step }, base) => {
        sizes.set(`${task} ${step}`, base);
        return base;
      },
    };
    const schedule = { kind: 'plateau', patience: 1, factor: 0.5, minimum: 0.02, below: 'stop', threshold: 0 };
    const own = { validation: { share: 0.2, monitor: 'accuracy' }, learningRate: 0.1, schedule, iterations: 400 };
    const run = await runToy({ training: own }, { method: spy });
    const accuracies = logged(run).map(({ accuracy }) => Math.fround(accuracy ?? NaN));
    let [best, size] = [-Infinity, 0.1];
    const wanted = accuracies.map((accuracy) => {
      const used = size;
      if (accuracy > best) best = accuracy;
      else size /= 2;
      return used;
    });
    expect(accuracies.map((_, pass) => sizes.get(`0 ${4 * pass}`))).toEqual(wanted);
    // 0.1, 0.05, 0.025: the next would be below the minimum.
    expect(size).toBe(0.0125);
    expect(accuracies.length).toBeLessThan(100);
  });

  it('in joint training go through all tasks, which end together', async () => {
    const own = { validation: { count: 16 }, earlyStopping: { patience: 1 }, iterations: 60, learningRate: 0.1 };
    const run = await runToy({ methods: { joint: {} }, training: own });
    expect(run.status).toBe('done');
    const plans = ofType(run.events, 'plan');
    const steps = ofType(run.events, 'validation').map(({ task, step }) => {
      const before = plans.filter((plan) => plan.task < task).reduce((sum, plan) => sum + plan.steps - 60, 0);
      return before + 60 * task + step;
    });
    // 3 · 64 examples in batches of 16.
    expect(steps).toEqual(steps.map((_, i) => 12 * (i + 1)));
    expect(plans.at(-1)).toMatchObject({ task: 2, steps: 0 });
  });

  it('with an optimiser fresh for each, of one step, are steps without momentum', async () => {
    const own = { optimizer: 'sgd', learningRate: 0.1, batchSize: 80, iterations: 5 };
    const fresh = await runToy({ training: { ...own, momentum: 0.9, optimizerState: 'per-epoch' } });
    const plain = await runToy({ training: own });
    const kept = await runToy({ training: { ...own, momentum: 0.9 } });
    const of = ({ folder }: ToyRun) => [...(parametersAfter(folder, 2)['layer1.weights']?.values ?? [])];
    close(of(fresh), of(plain), 5);
    expect(of(kept)).not.toEqual(of(fresh));
  });

  it('an optimiser fresh for each task is one that a method resets then', async () => {
    const fresh = await runToy({ training: { optimizerState: 'per-task' } });
    let learner: Learner | undefined;
    const resetting = await runToy(
      {},
      {
        method: {
          id: 'resetting',
          begin: (own) => void (learner = own),
          beforePhase: () => learner?.resetOptimizer(),
        },
      },
    );
    const parameters = (run: ToyRun) => [0, 1, 2].map((task) => digestAfter(run.folder, task));
    expect(parameters(fresh)).toEqual(parameters(resetting));
    expect(parameters(await runToy({}))).not.toEqual(parameters(fresh));
  });

  it('go on wherever they were stopped or killed', async () => {
    const spec: ToySpec = {
      training: {
        ...{ iterations: 24, learningRate: 0.05, optimizerState: 'per-epoch' },
        validation: { share: 0.2, restoreBest: true },
        earlyStopping: { patience: 2, minDelta: 0.5 },
        schedule: { kind: 'plateau', patience: 1, factor: 0.5, threshold: 0.5 },
      },
    };
    const whole = await runToy(spec);
    expect(ofType(whole.events, 'plan').length).toBeGreaterThan(0);
    // Each run takes its time on native TensorFlow, where graphs are made anew.
    const points = testBackend === 'native' ? 4 : 20;
    for (let at = 1; at <= whole.asked; at += Math.ceil(whole.asked / points)) {
      const stopped = await runToy(spec, { stopAt: at });
      expect(stopped.status).toBe('stopped');
      expect(numbersOf(await runToy(spec, { resume: stopped.folder }))).toEqual(numbersOf(whole));
    }
    const killed = await runToy(spec, { killAt: Math.ceil(whole.asked / 2) });
    expect(numbersOf(await runToy(spec, { resume: killed.folder }))).toEqual(numbersOf(whole));
  });
});
