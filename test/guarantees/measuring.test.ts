import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldEvents } from '../../src/core/runModel';
import { classWithinTask, taskInference } from '../../src/core/measures/ofAnswers';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { Interference } from '../../src/engine/interference';
import { NetworkAtTest } from '../../src/engine/networkAtTest';
import { requireLayers } from '../../src/engine/networks/network';
import { RowFunctions } from '../../src/engine/steps/rowFunctions';
import { TrainingData } from '../../src/engine/steps/trainingData';
import { createMethod } from '../../src/engine/methods/index';
import { cases } from './cases';
import { lookedInto, testedLogits, type Looked } from './looked';
import {
  digestAfter,
  numbersOf,
  ofType,
  removeRunFolders,
  runToy,
  toyLearner,
  toyManifest,
  viewsOf,
  withoutVolatile,
  type ToySpec,
} from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const evaluation = { dense: 3, answers: true, interference: 3 };
const specs: Record<string, ToySpec> = {
  none: {},
  EWC: { methods: { ewc: { lambda: 100 } } },
  PackNet: { methods: { packnet: {} } },
  replay: { methods: { replay: { perClass: 2 } } },
  'task-incremental': { stream: { scenario: 'task' } },
  'domain-incremental': { stream: { scenario: 'domain' } },
  'ReLU outputs': { network: { output: 'relu' } },
};
const tasks = [0, 1, 2];

describe.each(Object.entries(specs))('all that is measured on the way: %s', (_, spec) => {
  it('changes no number of training, and says the same as the accuracies', async () => {
    const [plain, run] = [await runToy(spec), await runToy({ ...spec, evaluation })];
    expect([plain.error, run.error]).toEqual([undefined, undefined]);
    for (const task of tasks) expect(digestAfter(run.folder, task)).toBe(digestAfter(plain.folder, task));
    const losses = (of: typeof run) => ofType(of.events, 'step').map(({ step, loss }) => [step, loss]);
    expect(losses(run)).toEqual(losses(plain));
    const rows = ofType(run.events, 'task-end');
    const before = ofType(plain.events, 'task-end');
    expect(rows.map(({ accuracy, taskAware }) => [accuracy, taskAware])).toEqual(
      before.map(({ accuracy, taskAware }) => [accuracy, taskAware]),
    );
    expect(rows.every(({ loss }) => loss?.every((one) => one !== null && one > 0))).toBe(true);
    ofType(run.events, 'confusion').forEach(({ task, among, examples, right, cells }, i) => {
      const row = rows[i];
      expect(row?.task).toBe(task);
      expect(right.map((count, j) => count / (examples[j] ?? 0))).toEqual(
        among === 'all' ? row?.accuracy : row?.taskAware,
      );
      const hits = cells?.count.filter(
        (_, c) => cells.task[c] === cells.takenTask[c] && cells.label[c] === cells.takenLabel[c],
      );
      expect(hits?.reduce((sum, count) => sum + count, 0)).toBe(right.reduce((sum, count) => sum + count, 0));
    });
  });
});

describe('how much of the network is in use', () => {
  const convolutions = Object.keys(cases).find((name) => name.includes('convolutions')) ?? '';
  it.each([...Object.entries(specs), [convolutions, cases[convolutions] ?? {}] as const])(
    'is shown of each hidden layer after each task, whatever the method: %s',
    async (_, spec) => {
      const run = await runToy({ ...spec, evaluation });
      const { network } = await toyLearner(spec);
      const { layers } = requireLayers(network, 'none');
      const units = layers.slice(0, -1).map((layer) => (layer.kind === 'convolution' ? layer.filters : layer.units));
      const views = viewsOf(run.events, 'layers');
      const valuesOf = (title: string) =>
        views
          .filter((view) => view.title.startsWith(title))
          .map(({ layers }) => layers.map(({ value }) => value ?? NaN));
      const [dormant, ranks] = [valuesOf('Dormant units'), valuesOf('Effective rank')];
      const magnitudes = valuesOf('Mean magnitude of the weights');
      expect([dormant.length, ranks.length, magnitudes.length]).toEqual([3, 3, 3]);
      // Of all weights together, and of each layer with its head.
      for (const own of magnitudes) {
        expect(own.length).toBe(1 + layers.length);
        expect(Math.min(...own)).toBeGreaterThan(0);
      }
      for (const shares of dormant)
        shares.forEach((share, i) => expect((share * (units[i] ?? NaN)) % 1).toBeCloseTo(0, 9));
      for (const own of ranks) {
        expect(own.length).toBe(units.length);
        own.forEach((rank, i) => expect(rank).toBeLessThanOrEqual((units[i] ?? NaN) + 1e-9));
        own.forEach((rank) => expect(rank).toBeGreaterThanOrEqual(0));
      }
      expect(Math.max(...ranks.flat())).toBeGreaterThan(1);
    },
  );

  it('is not looked at in a run that tells of accuracies alone', async () => {
    expect(ofType((await runToy({})).events, 'mechanism')).toEqual([]);
  });
});

describe('the decomposition of a class-incremental run', () => {
  it('is its accuracy exactly', async () => {
    const { events } = await runToy({ ...specs['replay'], evaluation });
    const { answers, rows } = foldEvents(events);
    const last = rows.at(-1)?.accuracy.map((value) => value ?? NaN) ?? [];
    const accuracy = last.reduce((sum, value) => sum + value, 0) / last.length;
    expect(taskInference(answers) * classWithinTask(answers)).toBeCloseTo(accuracy, 14);
  });
});

describe('a run that was stopped', () => {
  it.each([2, 9, 14])('says of answers, flips and steps what an uninterrupted one says: stop %i', async (stopAt) => {
    const spec = { ...specs['replay'], evaluation };
    const whole = await runToy(spec);
    const stopped = await runToy(spec, { stopAt });
    expect(stopped.status).toBe('stopped');
    const resumed = await runToy(spec, { resume: stopped.folder });
    expect(numbersOf(resumed)).toEqual(numbersOf(whole));
    const { flips, watched } = foldEvents(resumed.events);
    expect(flips.map(({ task }) => task)).toEqual([1, 2]);
    expect(new Set(watched.map(({ task }) => task))).toEqual(new Set([1, 2]));
  });
});

describe('the area under the ROC curve', () => {
  const asked = (spec: ToySpec): ToySpec => ({ ...spec, evaluation: { ...spec.evaluation, rocAuc: true } });

  it.each([...Object.entries(specs), ['answers', { evaluation }] as const])(
    'is in rows that are asked for it, and changes nothing else: %s',
    async (_, spec) => {
      const [plain, run] = [await runToy(spec), await runToy(asked(spec))];
      const areas = ofType(run.events, 'task-end').map(({ rocAuc }) => rocAuc);
      expect(areas).toHaveLength(3);
      for (const row of areas) {
        expect(row).toHaveLength(3);
        expect(row?.every((area) => area !== null && area >= 0 && area <= 1)).toBe(true);
      }
      const { shown, ...others } = numbersOf(run);
      const { shown: before, ...othersBefore } = numbersOf(plain);
      expect([withoutVolatile(shown, ['rocAuc']), others]).toEqual([before, othersBefore]);
    },
  );

  it.each(['softmax', 'sigmoid', 'relu'] as const)(
    'is that of all pairs, of the outputs that each task is tested with: %s',
    async (output) => {
      const spec = asked({ network: { output }, methods: { packnet: {} }, stream: { scenario: 'task' } });
      const byHand: number[][] = [];
      const method = lookedInto(createMethod(toyManifest(spec).spec.methods), (at) =>
        byHand.push(tasks.map((task) => areaOf(at, task))),
      );
      const { events, error } = await runToy(spec, { method });
      expect(error).toBeUndefined();
      const rows = ofType(events, 'task-end').map(({ rocAuc }) => rocAuc?.map((area) => area ?? NaN));
      expect(byHand).toHaveLength(3);
      expect(new Set(byHand.flat()).size).toBeGreaterThan(1);
      byHand.forEach((row, i) => row.forEach((area, j) => expect(rows[i]?.[j]).toBeCloseTo(area, 12)));
    },
  );

  /** By definition: the mean over the task's classes of the share of pairs in order. */
  function areaOf(at: Looked, task: number): number {
    const { stream, network } = at.learner;
    const { outputs, heads, unitOf, dataset } = stream;
    const logits = testedLogits(at, task);
    const examples = [...(stream.tasks[task]?.test ?? [])].map((example, row) => {
      const own = [...logits.subarray(row * outputs, (row + 1) * outputs)];
      return { own, unit: unitOf[task]?.[dataset.test.labels[example] as number] };
    });
    const head = heads[task] ?? [];
    const scoreOf: Readonly<Record<typeof network.output, (own: readonly number[], unit: number) => number>> = {
      sigmoid: (own, unit) => own[unit] ?? NaN,
      relu: (own, unit) => Math.max(0, own[unit] ?? NaN),
      softmax: (own, unit) =>
        1 / head.reduce((sum, other) => sum + Math.exp((own[other] ?? NaN) - (own[unit] ?? NaN)), 0),
    };
    const areas = head.map((unit) => {
      const score = ({ own }: (typeof examples)[number]) => scoreOf[network.output](own, unit);
      const positives = examples.filter((example) => example.unit === unit).map(score);
      const negatives = examples.filter((example) => example.unit !== unit).map(score);
      const won = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
      return won.reduce<number>((sum, one) => sum + one, 0) / won.length;
    });
    return areas.reduce((sum, area) => sum + area, 0) / areas.length;
  }
});

describe('interference', () => {
  /** Without a method. */
  function ownLook({ stream, examples, training, network }: Awaited<ReturnType<typeof toyLearner>>): Interference {
    const method = { id: 'none' };
    const networkAtTest = new NetworkAtTest({
      ...{ network: () => network, method, rowFunctions: new RowFunctions(stream, false, () => undefined) },
      ...{ constants: () => ({}), buffers: () => undefined },
    });
    return new Interference({
      ...{ stream, network: () => network, method, training, networkAtTest, examples },
      ...{ data: new TrainingData(stream), activeOf: () => undefined, buffers: () => undefined },
    });
  }

  const cosinesOf = async (spec: ToySpec) => {
    const { events } = await runToy({ ...spec, evaluation });
    return ofType(events, 'interference').map(({ cosine }) => cosine);
  };

  it('is looked at in each task but the first, of a few steps', async () => {
    const { events } = await runToy({ evaluation });
    const points = ofType(events, 'interference').map(({ task, step }) => [task, step]);
    const last = ofType(events, 'task-start')[1]?.steps ?? 0;
    expect(points).toEqual(
      [1, 2].flatMap((task) => [1, Math.round(Math.sqrt(last)), last].map((step) => [task, step])),
    );
  });

  it('is exactly 0 in PackNet, whose steps change nothing that old tasks use', async () => {
    const cosines = await cosinesOf({ methods: { packnet: {} } });
    expect(cosines.length).toBeGreaterThan(0);
    expect(new Set(cosines)).toEqual(new Set([0]));
  });

  it('is there without a remedy', async () => {
    const cosines = await cosinesOf({});
    expect(cosines.every((cosine) => cosine !== null && cosine !== 0)).toBe(true);
  });

  it('is 0 for what a step without a remedy would do where no method changes it, and not where one does', async () => {
    const training = { optimizer: 'sgd', momentum: 0 } as const;
    const differences = async (spec: ToySpec) => {
      const { events } = await runToy({ ...spec, training, evaluation });
      const found = ofType(events, 'interference').filter(({ step }) => step === 1);
      expect(found).toHaveLength(2);
      return found.map(({ cosine, plain }) => Math.abs((cosine ?? NaN) - (plain ?? NaN)));
    };
    for (const difference of await differences({})) expect(difference).toBeLessThan(1e-3);
    for (const difference of await differences({ methods: { ogd: {} } })) expect(difference).toBeGreaterThan(1e-2);
  });

  it('says nothing of a step without a remedy where no example of the step is of the task', async () => {
    const learner = await toyLearner({});
    const look = (own: Int32Array) =>
      ownLook(learner).before(1, learner.theta, { steps: 100, points: 1, own }).after(learner.theta);
    expect(look(new Int32Array())).not.toHaveProperty('plain');
    expect(look((learner.examples[1] ?? new Int32Array()).subarray(0, 4)).plain).toBeTypeOf('number');
  });

  it('is the directional derivative of the loss on the old tasks, over the length of its gradient', async () => {
    const learner = await toyLearner({});
    const { examples } = learner;
    const interference = ownLook(learner);
    const start = Float32Array.from(learner.theta.dataSync());
    const look = interference.before(1, learner.theta, { steps: 1e6, points: 1, own: new Int32Array() });
    const old = { task: 0, indices: examples[0] ?? new Int32Array() };
    const at = (direction: Float32Array, h: number) => start.map((value, i) => value + h * (direction[i] ?? 0));
    const found = [1, 2, 3].map((seed) => {
      const direction = Float32Array.from(start, (_, i) => Math.cos(seed * (i + 1)));
      const length = Math.hypot(...direction);
      const lossAt = (h: number) => {
        learner.setTheta(at(direction, h));
        return learner.loss(old);
      };
      const slope = (lossAt(1e-2) - lossAt(-1e-2)) / (2e-2 * length);
      const { cosine, images } = look.after(tf.tensor1d(at(direction, 1)));
      expect(images).toBe(old.indices.length);
      return { slope, cosine: cosine ?? NaN };
    });
    const [first, ...others] = found.map(({ slope, cosine }) => slope / cosine);
    for (const length of others) expect(length / (first ?? NaN)).toBeCloseTo(1, 1);
    expect(first).toBeGreaterThan(0);
  });
});
