import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remindSettings } from '../../src/core/methods/remind';
import { sleepSettings } from '../../src/core/methods/sleep';
import { parseExperiment } from '../../src/core/parse';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import { combine } from '../../src/engine/methods/combine';
import { createRemind } from '../../src/engine/methods/remind';
import { createSleep } from '../../src/engine/methods/sleep';
import { layerScales } from '../../src/engine/sleep/scales';
import { sleep } from '../../src/engine/sleep/spiking';
import { ofType, parametersAfter, removeRunFolders, runToy, toyLearner, type ToyRun, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

/** The toy network is 64-12-10-6, of which REMIND freezes the first layer: what sleeps is 12-10-6. */
const SIZES = [12, 10, 6];
const remind = { codebooks: 4, centroids: 8, replaySamples: 6, size: 30 };
const asleep = { steps: 80, stepsGrowth: 20, thresholds: [0.5, 0.5], alphaScale: 3 };
const specOf = (own: object = {}, ofRemind: object = {}): ToySpec => ({
  network: { output: 'relu', dropout: 0.25 },
  training: { optimizer: 'sgd', momentum: 0.5, learningRate: 0.1 },
  methods: { remind: { ...remind, ...ofRemind }, sleep: { ...asleep, ...own } },
});
const { sleep: _, ...alone } = specOf().methods as Record<string, object>;
const awake: ToySpec = { ...specOf(), methods: alone };
const tasks = [0, 1, 2];

/** What was there when the network fell asleep after a task, and when it woke. */
interface Nap {
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** What REMIND has stored. */
  readonly stored: Readonly<Record<string, readonly number[]>>;
}

/** Runs both, and looks before and after each sleep. */
async function napsOf(spec: ToySpec): Promise<{ readonly naps: readonly Nap[]; readonly bytes: readonly unknown[] }> {
  const naps: Nap[] = [];
  const method = createSleep(sleepSettings.parse(spec.methods?.sleep));
  const front = createRemind(remindSettings.parse(spec.methods?.remind));
  let [learner, ofRemind]: (Learner | undefined)[] = [];
  const thetaNow = () => Float32Array.from(learner?.theta.dataSync() ?? []);
  const stored = () => {
    const memory = ofRemind?.memory;
    return {
      rows: [...(memory?.integers('rows') ?? [])],
      features: [...(memory?.bytes('features') ?? [])],
      codebooks: [...(memory?.floats('codebooks') ?? [])],
    };
  };
  const watched = combine([
    {
      ...front,
      begin(own) {
        ofRemind = own;
        front.begin?.(own);
      },
    },
    {
      ...method,
      begin(own) {
        learner = own;
        method.begin?.(own);
      },
      async afterTask(task) {
        const before = thetaNow();
        const had = stored();
        await method.afterTask?.(task);
        expect(stored()).toEqual(had);
        naps.push({ before, after: thetaNow(), stored: had });
      },
    },
  ]);
  const run = await runToy(spec, { method: watched });
  expect(run.error).toBeUndefined();
  return { naps, bytes: ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes) };
}

/** θ is the weights and biases of 64-12, 12-10 and 10-6, one after the other. */
const PLACES = [64 * 12 + 12, 64 * 12 + 12 + 12 * 10 + 10];
const weightsIn = (theta: Float32Array) =>
  PLACES.map((start, i) => theta.slice(start, start + (SIZES[i] as number) * (SIZES[i + 1] as number)));

describe('sleep behind the front of REMIND', () => {
  it('changes the weights behind the front and nothing else, bit for bit, and not what is stored', async () => {
    const { naps, bytes } = await napsOf(specOf());
    expect(naps.length).toBe(3);
    for (const { before, after } of naps) {
      const [first = 0] = PLACES;
      expect(after.subarray(0, first)).toEqual(before.subarray(0, first));
      expect(weightsIn(after)).not.toEqual(weightsIn(before));
      for (const [i, start] of PLACES.entries()) {
        const biases = start + (SIZES[i] as number) * (SIZES[i + 1] as number);
        const end = biases + (SIZES[i + 1] as number);
        expect(after.subarray(biases, end)).toEqual(before.subarray(biases, end));
      }
    }
    const run = await runToy(awake);
    expect(bytes).toEqual(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes));
  });

  it('leaves the front as it was when the base ended', async () => {
    const run = await runToy(specOf());
    const [base, ...later] = tasks.map((task) => parametersAfter(run.folder, task)['layer1.weights']?.values);
    for (const after of later) expect(after).toEqual(base);
  });

  it('is driven by the mean of the features that come back from their codes, and scaled by what these do', async () => {
    const { naps } = await napsOf(specOf());
    for (const [task, { before, after, stored }] of naps.entries()) {
      const width = 12 / remind.codebooks;
      const given = (stored['rows'] ?? []).map((row) =>
        Array.from({ length: 12 }, (_, channel) => {
          const part = Math.floor(channel / width);
          const code = stored['features']?.[row * remind.codebooks + part] ?? NaN;
          return stored['codebooks']?.[(part * remind.centroids + code) * width + (channel % width)] ?? NaN;
        }),
      );
      expect(given.length).toBe(30);
      const most = Math.max(...given.flat());
      const mean = Float32Array.from({ length: 12 }, (_, i) =>
        given.reduce((sum, row) => sum + (row[i] ?? NaN) / 30 / most, 0),
      );
      // By hand: the hidden layer at test time passes on three quarters, with dropout of a quarter; outputs have a ReLU.
      const layer = (rows: readonly number[][], at: number, share: number) =>
        rows.map((row) =>
          Array.from({ length: SIZES[at + 1] as number }, (_, unit) => {
            const units = SIZES[at + 1] as number;
            const start = PLACES[at] as number;
            const bias = before[start + row.length * units + unit] as number;
            const sum = row.reduce((total, x, i) => total + x * (before[start + i * units + unit] as number), bias);
            return Math.max(0, sum) * share;
          }),
        );
      const hidden = layer(given, 0, 0.75);
      const maxima = [hidden, layer(hidden, 1, 1)].map((rows) => Math.max(...rows.flat()));
      const weights = weightsIn(before);
      const alphas = layerScales(
        weights.map((values) => Math.max(...values)),
        maxima,
        asleep.alphaScale,
        most,
      );
      const expected = await expectedSleep({ weights, alphas, mean, task });
      // The mean is summed up in another order: a spike here or there may differ, which must stay rare.
      const found = weightsIn(after);
      const differing = expected.flatMap((values, i) =>
        [...values].filter((value, at) => Math.abs(value - (found[i]?.[at] ?? NaN)) > 1e-4),
      );
      expect(differing).toEqual([]);
    }
  });

  it('sleeps on features that are stored as they are, too', async () => {
    const [both, without] = [
      await runToy(specOf({}, { quantise: false })),
      await runToy({ ...awake, methods: { remind: { ...remind, quantise: false } } }),
    ];
    expect(both.error).toBeUndefined();
    const [found, expected] = [both, without].map(({ folder }) => parametersAfter(folder, 0));
    expect(found?.['layer1.weights']?.values).toEqual(expected?.['layer1.weights']?.values);
    expect(found?.['layer2.weights']?.values).not.toEqual(expected?.['layer2.weights']?.values);
  });

  it('that changes no weight leaves the run as REMIND alone makes it, bit for bit', async () => {
    const [both, without] = [await runToy(specOf({ increase: 0, decrease: 0 })), await runToy(awake)];
    expect(both.error).toBeUndefined();
    const measured = ({ events }: ToyRun) => [
      ofType(events, 'step').map(({ task, loss }) => [task, loss]),
      ofType(events, 'task-end').map(({ accuracy, taskAware, memoryBytes }) => [accuracy, taskAware, memoryBytes]),
    ];
    expect(measured(both)).toEqual(measured(without));
    for (const task of tasks) {
      const [found, expected] = [both, without].map(({ folder }) => parametersAfter(folder, task));
      for (const [name, { values }] of Object.entries(expected ?? {}))
        expect(found?.[name]?.values, name).toEqual(values);
    }
  });

  it('comes when the base has ended, not before', async () => {
    const { naps } = await napsOf(specOf({}, { baseTasks: 2 }));
    const [first, second] = naps;
    expect(first?.after).toEqual(first?.before);
    expect(second?.after).not.toEqual(second?.before);
  });
});

/** The sleep itself, of weights behind the front. */
async function expectedSleep(of: {
  readonly weights: readonly Float32Array[];
  readonly alphas: readonly number[];
  readonly mean: Float32Array;
  readonly task: number;
}): Promise<readonly Float32Array[]> {
  const { maxRate, increase, decrease, decay, thresholds } = sleepSettings.parse(asleep);
  const shared = { maxRate, increase, decrease, decay, beta: thresholds, alphaScale: asleep.alphaScale };
  const learner = await toyLearner(awake);
  const weights = of.weights.map((values) => Float32Array.from(values));
  sleep({
    ...{ weights, sizes: SIZES, alphas: of.alphas, meanImage: of.mean, channels: 12 },
    constants: { ...shared, threshold: 1, dt: 0.001, windowSize: null },
    steps: asleep.steps + of.task * asleep.stepsGrowth,
    random: learner.random('sleep', of.task),
  });
  return weights;
}

describe('an experiment', () => {
  const problemsOf = (sleepOwn: object, more: object = {}, ofRemind: object = {}, reversed = false) => {
    const entries = [
      { method: 'remind', ...ofRemind },
      { method: 'sleep', alphaScale: 3, ...sleepOwn },
    ];
    const file = {
      name: 'Asleep',
      stream: { dataset: 'mnist', kind: 'split', tasks: 5 },
      network: { kind: 'cnn', conv: [16, 32], hidden: [64], output: 'relu' },
      methods: [reversed ? entries.reverse() : entries],
      ...more,
    };
    return parseExperiment(JSON.stringify(file)).problems.map(({ message }) => message);
  };

  it('may have both where all layers behind the front are dense', () => {
    expect(problemsOf({ thresholds: [1, 1] })).toEqual([]);
    expect(problemsOf({ thresholds: [1] }, {}, { frozen: 3, codebooks: 8 })).toEqual([]);
    const network = { hidden: [40, 30, 20], output: 'relu' };
    expect(problemsOf({ thresholds: [1, 1, 1] }, { network }, { frozen: 1, codebooks: 8 })).toEqual([]);
  });

  it.each([
    [{ thresholds: [1, 1, 1] }, {}, {}, false, 'A back of 2 layers needs 2 thresholds.'],
    [{ thresholds: [1, 1] }, {}, { frozen: 1 }, false, 'all layers behind the front must be dense'],
    [{}, { network: { kind: 'resnet18', output: 'relu' } }, {}, false, 'all layers behind the front must be dense'],
    [{ thresholds: [1, 1] }, {}, {}, true, 'write it behind REMIND'],
    [{ thresholds: [1, 1], alphaScale: undefined }, {}, {}, false, 'None are known for features behind a front'],
  ])('%j %j %j: it is said', (own, more, ofRemind, reversed, message) => {
    expect(problemsOf(own, more, ofRemind, reversed).join()).toContain(message);
  });

  it('with REMIND beside any other method is refused', () => {
    const methods = [[{ method: 'remind' }, { method: 'ewc' }]];
    expect(problemsOf({}, { methods }).join()).toContain(
      'REMIND cannot be combined with other methods than Sleep (SRC).',
    );
  });
});
