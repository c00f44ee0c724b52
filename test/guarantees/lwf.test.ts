import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lwfOutputs, lwfWeightings, type LwfSettings } from '../../src/core/methods/lwf';
import { parseExperiment } from '../../src/core/parse';
import { openTestBackend, testBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import { createMethod } from '../../src/engine/methods/index';
import { distillation, oldOutputs } from '../../src/engine/methods/lwf';
import { logitsOf, parametersOf } from '../../src/engine/networks/network';
import { randomStream } from '../../src/engine/random';
import { ofType, removeRunFolders, runToy, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

// ---- the definition, written out in double precision

type Rows = readonly (readonly number[])[];
const rowsOf = (tensor: tf.Tensor2D) => tensor.arraySync();

/** Of some units, the share of each in a softmax over them. */
function softmax(logits: readonly number[], units: readonly number[]): Map<number, number> {
  const most = Math.max(...units.map((unit) => logits[unit] ?? NaN));
  const powers = units.map((unit) => [unit, Math.exp((logits[unit] ?? NaN) - most)] as const);
  const sum = powers.reduce((total, [, power]) => total + power, 0);
  return new Map(powers.map(([unit, power]) => [unit, power / sum]));
}

/** −Σ y' log ŷ' of logits / T, y' over the units that are asked, ŷ' over those that answer; the mean over rows. */
function crossEntropy(now: Rows, old: Rows, asked: readonly number[], answering: readonly number[], T: number): number {
  const each = now.map((row, i) => {
    const cooled = (logits: readonly number[]) => logits.map((value) => value / T);
    const [wanted, found] = [softmax(cooled(old[i] ?? []), asked), softmax(cooled(row), answering)];
    return asked.reduce((sum, unit) => sum - (wanted.get(unit) ?? NaN) * Math.log(found.get(unit) ?? NaN), 0);
  });
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}

/** −log of the share of the right output in a softmax over some units; the mean over rows. */
const ownLoss = (logits: Rows, targets: Rows, units: readonly number[]): number =>
  crossEntropy(
    logits,
    targets.map((row) => row.map((target) => (target === 1 ? 0 : -Infinity))),
    units,
    units,
    1,
  );

interface Kept {
  readonly scenario: 'task' | 'domain' | 'class';
  readonly heads: Rows;
  readonly outputs: number;
}

/** The old outputs' loss of the k-th task (from 1), and what its own loss counts. */
function wantedLoss(now: Rows, old: Rows, { scenario, heads, outputs }: Kept, k: number, settings: LwfSettings) {
  const { lambda, temperature: T, weighting, outputs: which, meanOverOutputs = false } = settings;
  const all = Array.from({ length: outputs }, (_, unit) => unit);
  const [before, until] = [heads.slice(0, k - 1).flat(), heads.slice(0, k).flat()];
  const among = (asked: readonly number[], answering: readonly number[]) =>
    crossEntropy(now, old, asked, answering, T) / (meanOverOutputs ? answering.length : 1);
  const mean = {
    task: () => heads.slice(0, k - 1).reduce((sum, head) => sum + among(head, head), 0) / (k - 1),
    domain: () => among(all, all),
    class: () => (which === 'all' ? among(all, all) : among(before, which === 'old' ? before : until)),
  }[scenario]();
  if (weighting === 'balanced') return { kept: lambda * (1 - 1 / k) * mean, own: 1 / k };
  return { kept: lambda * mean * (weighting === 'per-task' ? k - 1 : 1), own: 1 };
}

const draw = (name: string, rows: number, columns: number): number[][] => {
  const random = randomStream(9, name);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => 8 * random() - 4));
};

const heads = [[0, 1, 2], [3], [4, 5]];
const streams: readonly Kept[] = [
  { scenario: 'task', heads, outputs: 6 },
  { scenario: 'class', heads, outputs: 6 },
  { scenario: 'domain', heads: [[0, 1, 2], [0], [0, 1]], outputs: 3 },
];

describe.each(streams)('the loss of old outputs, $scenario-incremental', (stream) => {
  const cases = lwfWeightings.flatMap((weighting) =>
    lwfOutputs.flatMap((outputs) =>
      [2, 3].flatMap((k) => [false, true].map((meanOverOutputs) => ({ weighting, outputs, k, meanOverOutputs }))),
    ),
  );

  it.each(cases)(
    'is as defined, and so is its gradient ($weighting, $outputs, task $k, mean over outputs $meanOverOutputs)',
    ({ k, ...own }) => {
      const settings = { lambda: 0.7, temperature: 2.5, warmUp: 0, ...own };
      const [now, old] = [draw('now', 4, stream.outputs), draw('old', 4, stream.outputs)];
      const weights = tf.fill<tf.Rank.R1>([4], 1 / 4);
      const { newShare, ...asked } = oldOutputs(stream, k - 1, settings);
      const lossOf = (logits: tf.Tensor2D) =>
        distillation(logits, tf.tensor2d(old), weights, { ...asked, temperature: settings.temperature });
      const { value, grad } = tf.valueAndGrad(lossOf as (x: tf.Tensor) => tf.Scalar)(tf.tensor2d(now));
      const wanted = (logits: Rows) => wantedLoss(logits, old, stream, k, settings);
      expect(value.dataSync()[0]).toBeCloseTo(wanted(now).kept, 5);
      if (own.weighting === 'balanced') expect(newShare.dataSync()[0]).toBeCloseTo(wanted(now).own, 6);
      const step = 1e-5;
      rowsOf(grad as tf.Tensor2D).forEach((row, i) =>
        row.forEach((found, unit) => {
          const at = (sign: number) =>
            wanted(now.map((own, r) => own.map((logit, u) => (r === i && u === unit ? logit + sign * step : logit))))
              .kept;
          expect(found).toBeCloseTo((at(1) - at(-1)) / (2 * step), 5);
        }),
      );
    },
  );
});

it.each(streams)('where the network is still the old one, no gradient is left of rounding ($scenario)', (stream) => {
  const { newShare: _, ...asked } = oldOutputs(stream, 2, { lambda: 1, weighting: 'per-task', outputs: 'old' });
  const old = tf.tensor2d(draw('old', 50, stream.outputs));
  const lossOf = (logits: tf.Tensor) =>
    distillation(logits as tf.Tensor2D, old, tf.fill<tf.Rank.R1>([50], 1 / 50), { ...asked, temperature: 2 });
  expect(
    tf
      .grad(lossOf)(old)
      .dataSync()
      .every((value) => value === 0),
  ).toBe(true);
});

// ---- runs

const momentum = { optimizer: 'sgd', momentum: 0.9, learningRate: 0.05 };

interface Step {
  readonly task: number;
  readonly phase: number;
  /** Steps since the optimiser's state was zero, this one included. */
  readonly count: number;
  readonly plain: number;
  readonly loss: number;
  readonly logits: Rows;
  readonly old: Rows;
  readonly targets: Rows;
}

/** Runs LwF eagerly and looks at every step; `old` is what the network before the task says of its images, at test. */
async function steps(spec: ToySpec) {
  const lwf = createMethod(toyManifest(spec).spec.methods);
  const seen: Step[] = [];
  const thetas: { task: number; phase: number; theta: Float32Array }[] = [];
  let learner: Learner | undefined;
  let [phase, before] = [0, new Float32Array()];
  let statistics: Float32Array | undefined;
  const watched: Method = {
    ...lwf,
    begin(own) {
      learner = own;
      lwf.begin?.(own);
    },
    async beforePhase(position) {
      const theta = Float32Array.from((learner as Learner).theta.dataSync());
      ({ phase } = position);
      if (phase === 0) {
        before = theta;
        const { buffers } = learner as Learner;
        statistics = buffers && Float32Array.from(buffers.dataSync());
      }
      thetas.push({ task: position.task, phase, theta });
      await lwf.beforePhase?.(position);
    },
    loss(plain, outputs, batch, step) {
      const { network, task } = learner as Learner;
      const loss = lwf.loss?.(plain, outputs, batch, step) ?? plain;
      const buffers = statistics && tf.tensor1d(statistics);
      const old = logitsOf(network, parametersOf(network, tf.tensor1d(before)), batch.x, buffers);
      seen.push({
        ...{ task, phase, logits: rowsOf(outputs.logits), old: rowsOf(old), targets: rowsOf(batch.targets) },
        count: step.count.dataSync()[0] ?? NaN,
        plain: plain.dataSync()[0] ?? NaN,
        loss: loss.dataSync()[0] ?? NaN,
      });
      return loss;
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  thetas.push({ task: 3, phase: 0, theta: Float32Array.from((learner as unknown as Learner).theta.dataSync()) });
  return { seen, thetas, learner: learner as unknown as Learner };
}

interface RunCase {
  readonly scenario: string;
  readonly settings: object;
  readonly network: Record<string, unknown>;
  readonly iterations?: number;
}

describe('a run with LwF', () => {
  it.each<RunCase>([
    { scenario: 'task', settings: {}, network: {} },
    { scenario: 'domain', settings: { weighting: 'balanced' }, network: {} },
    { scenario: 'class', settings: { weighting: 'once' }, network: { dropout: 0.3 } },
    { scenario: 'class', settings: { outputs: 'old', lambda: 3 }, network: {} },
    { scenario: 'class', settings: { outputs: 'seen', temperature: 4 }, network: {} },
    { scenario: 'class', settings: { activeClasses: 'all-so-far' }, network: {} },
    { scenario: 'class', settings: { preset: 'van-de-ven-2019' }, network: {} },
    // Making a graph of a ResNet takes seconds; what it says is the same.
    ...(testBackend === 'wasm'
      ? [{ scenario: 'class', settings: {}, network: { kind: 'resnet18', filters: 2 }, iterations: 2 }]
      : []),
  ])(
    'adds to each step what the network before the task said of its images, as it is at test ($scenario, $settings)',
    async ({ scenario, settings, network, iterations = 6 }: RunCase) => {
      const training = { ...momentum, iterations };
      const spec: ToySpec = { methods: { lwf: { ...settings } }, stream: { scenario }, network, training };
      const own = toyManifest(spec).spec.methods[0]?.settings as unknown as LwfSettings;
      const { seen, learner } = await steps(spec);
      expect(seen.length).toBe(3 * iterations);
      for (const { task, plain, loss, logits, old, targets } of seen) {
        const met = learner.stream.heads.slice(0, task + 1).flat();
        const isAmongMet = own.activeClasses === 'all-so-far';
        const ofTask = isAmongMet ? ownLoss(logits, targets, met) : plain;
        // With all classes met it is the loss of all.
        if (isAmongMet && task === 0) expect(Math.abs(loss - plain)).toBeGreaterThan(0.1);
        if (isAmongMet && task === 2) expect(ofTask).toBeCloseTo(plain, 4);
        if (task === 0) {
          if (isAmongMet) expect(loss).toBeCloseTo(ofTask, 4);
          else expect(loss).toBe(plain);
          continue;
        }
        const { kept, own: share } = wantedLoss(logits, old, learner.stream, task + 1, own);
        expect(loss).toBeCloseTo(share * ofTask + kept, 4);
      }
      // The targets do not follow the network: it has moved away from them.
      const last = seen.at(-1);
      expect(last?.logits).not.toEqual(last?.old);
    },
  );

  it('is one without a remedy in the first task, with λ = 0 ever, and another in later tasks otherwise', async () => {
    const losses = async (spec: ToySpec) => ofType((await runToy(spec)).events, 'step').map(({ loss }) => loss);
    const recipe = { training: { ...momentum, iterations: 10 } };
    const none = await losses(recipe);
    const off = await losses({ ...recipe, methods: { lwf: { lambda: 0 } } });
    off.forEach((loss, i) => expect(loss).toBeCloseTo(none[i] ?? NaN, 4));
    const kept = await losses({ ...recipe, methods: { lwf: {} } });
    expect(kept.slice(0, 10)).toEqual(none.slice(0, 10));
    expect(kept.slice(10)).not.toEqual(none.slice(10));
  });
});

describe('a warm-up of LwF', () => {
  it.each([
    ['task', 'all'],
    ['class', 'old'],
    // With the outputs of the new task among those that are kept: as they were before the warm-up.
    ['class', 'all'],
  ])(
    'trains the head of the new task alone, by the loss of its own outputs; then all is trained (%s, %s)',
    async (scenario, outputs) => {
      const spec: ToySpec = {
        methods: { lwf: { warmUp: 0.5, outputs } },
        stream: { scenario },
        training: { ...momentum, weightDecay: 0.01 },
      };
      const own = toyManifest(spec).spec.methods[0]?.settings as unknown as LwfSettings;
      const { seen, thetas, learner } = await steps(spec);
      const inPhase = (task: number, phase: number) =>
        seen.filter((step) => step.task === task && step.phase === phase);
      expect([0, 1].map((phase) => [0, 1, 2].map((task) => inPhase(task, phase).length))).toEqual([
        [6, 3, 3],
        [0, 6, 6],
      ]);
      const { stream, network } = learner;
      for (const task of [1, 2]) {
        const units = stream.heads[task] ?? [];
        for (const { logits, targets, loss } of inPhase(task, 0)) {
          const each = logits.map((row, i) => -Math.log(softmax(row, units).get(targets[i]?.indexOf(1) ?? NaN) ?? NaN));
          expect(loss).toBeCloseTo(each.reduce((sum, value) => sum + value, 0) / each.length, 4);
        }
        for (const { plain, loss, logits, old } of inPhase(task, 1))
          expect(loss).toBeCloseTo(plain + wantedLoss(logits, old, stream, task + 1, own).kept, 4);
        expect([0, 1].map((phase) => inPhase(task, phase).map(({ count }) => count))).toEqual([
          [1, 2, 3],
          [1, 2, 3, 4, 5, 6],
        ]);
        const thetaAt = (phase: number, of = task) =>
          thetas.find((one) => one.task === of && one.phase === phase)?.theta ?? new Float32Array();
        const [before, warm, after] = [thetaAt(0), thetaAt(1), thetaAt(0, task + 1)];
        const changed = { head: 0, other: 0, later: 0 };
        for (const { isHead, offset, size } of network.views)
          for (let i = 0; i < size; i++) {
            const own = isHead && units.includes(i % stream.outputs) ? 'head' : 'other';
            changed[own] += Number(before[offset + i] !== warm[offset + i]);
            if (own === 'other') changed.later += Number(after[offset + i] !== warm[offset + i]);
          }
        expect(changed.other).toBe(0);
        expect(changed.head).toBeGreaterThan(10);
        expect(changed.later).toBeGreaterThan(100);
      }
    },
  );

  it('gives replayed examples of other classes no part in it', async () => {
    const spec: ToySpec = { methods: { lwf: { warmUp: 0.5 }, replay: { perClass: 3 } }, training: momentum };
    const run = await runToy(spec);
    expect(run.error).toBeUndefined();
    expect(Math.max(...ofType(run.events, 'step').map(({ loss }) => loss))).toBeLessThan(20);
  });
});

describe('the card of LwF', () => {
  const problemsOf = (scenario: string, lwf: object, network: object = {}) =>
    parseExperiment(
      JSON.stringify({ name: 'x', stream: { scenario }, network, methods: [{ method: 'lwf', ...lwf }] }),
    ).problems.map(({ message }) => message);

  it('has a default of its own for classes', () => {
    const weightingIn = (scenario: string) =>
      parseExperiment(
        JSON.stringify({ name: 'x', stream: { scenario }, methods: [{ method: 'lwf' }] }),
      ).experiment?.variants.find(({ key }) => key === 'lwf')?.methods[0]?.settings['weighting'];
    expect(['task', 'domain', 'class'].map(weightingIn)).toEqual(['per-task', 'per-task', 'once']);
  });

  it.each(['task', 'domain', 'class'])(
    'has the factor T² of van de Ven & Tolias 2019 in their preset alone, and no word of what a preset brings (%s)',
    (scenario) => {
      const settingsOf = (entry: object) =>
        parseExperiment(
          JSON.stringify({ name: 'x', stream: { scenario }, methods: [{ method: 'lwf', ...entry }] }),
        ).experiment?.variants.find(({ key }) => key === 'lwf')?.methods[0]?.settings as unknown as LwfSettings;
      const { lambda, temperature, weighting } = settingsOf({ preset: 'van-de-ven-2019' });
      expect([lambda, weighting]).toEqual([temperature ** 2, 'balanced']);
      // The other two have a warm-up, which domains do not.
      const others = scenario === 'domain' ? [undefined] : [undefined, 'buzzega', 'paper'];
      for (const preset of others) expect(settingsOf({ preset }).lambda).toBe(1);
      expect(problemsOf(scenario, { preset: 'van-de-ven-2019' })).toEqual([]);
    },
  );

  it('refuses what is not defined, and says what has no effect', () => {
    expect(problemsOf('class', { warmUp: 1, outputs: 'old' })).toEqual([]);
    expect(problemsOf('task', { warmUp: 1 })).toEqual([]);
    expect(problemsOf('domain', { warmUp: 1 })).toEqual([expect.stringContaining('have none of their own')]);
    expect(problemsOf('task', { outputs: 'old' })).toEqual([expect.stringContaining('no effect here')]);
    expect(problemsOf('class', {}, { output: 'sigmoid' })).toEqual([expect.stringContaining('needs a softmax output')]);
  });

  it('says what does not go with a training that leaves out the outputs of classes still to come', () => {
    const problems = (entry: object) => problemsOf('class', { training: { activeClasses: 'all-so-far' }, ...entry });
    expect(problems({ outputs: 'seen' })).toEqual([]);
    expect(problems({ outputs: 'all' })).toEqual([expect.stringContaining('"seen" and "old" do not')]);
    expect(problems({ outputs: 'old', activeClasses: 'all' })).toEqual([expect.stringContaining('no effect here')]);
  });
});
