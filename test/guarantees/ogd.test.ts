import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostDirections, ogdSettings, type OgdSettings } from '../../src/core/methods/ogd';
import { parseExperiment } from '../../src/core/parse';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { inputTensor } from '../../src/engine/data/inputTensor';
import { createMethod } from '../../src/engine/methods/index';
import { OrthonormalBasis } from '../../src/engine/methods/orthonormal';
import { flatten, logitsOf, parametersOf } from '../../src/engine/networks/network';
import { normalStream, randomStream, sample } from '../../src/engine/random';
import { asTheyLie } from './toyData';
import { ofKind, ofType, removeRunFolders, runToy, toyManifest, viewsOf, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const PER_TASK = 4;
const plain = { optimizer: 'sgd', learningRate: 0.1, iterations: 5 };
const specOf = (settings: object = {}, more: Partial<ToySpec> = {}): ToySpec => ({
  methods: { ogd: { perTask: PER_TASK, ...settings } },
  training: plain,
  ...more,
});
const settingsOf = (settings: object = {}): OgdSettings => ogdSettings.parse({ perTask: PER_TASK, ...settings });

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};
const norm = (a: ArrayLike<number>) => Math.sqrt(dot(a, a));
const rowsOf = (values: Float32Array, width: number) =>
  Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width));
const largestOf = (values: readonly number[]) => values.reduce((most, one) => Math.max(most, Math.abs(one)), 0);

/** The part of a vector outside of orthonormal directions, as a share of it. */
function shareOutside(vector: Float32Array, directions: readonly Float32Array[]): number {
  const left = Float64Array.from(vector);
  for (const direction of directions) {
    const share = dot(left, direction);
    for (let i = 0; i < left.length; i++) left[i] = (left[i] as number) - share * (direction[i] as number);
  }
  return norm(left) / norm(vector);
}

interface Steps {
  /** Of each step the gradient, what was taken of it, and the parameters before it. */
  readonly steps: { task: number; own: Float32Array; taken: Float32Array; theta: Float32Array }[];
  /** After each task: parameters and directions. */
  readonly ends: { theta: Float32Array; directions: Float32Array[] }[];
  readonly learner: Learner;
  readonly events: Awaited<ReturnType<typeof runToy>>['events'];
}

/** Runs OGD eagerly and looks at every step. */
async function watched(spec: ToySpec): Promise<Steps> {
  const ogd = createMethod(toyManifest(spec).spec.methods);
  const [steps, ends]: [Steps['steps'], Steps['ends']] = [[], []];
  const learners: Learner[] = [];
  const method: Method = {
    ...ogd,
    begin(own) {
      learners.push(own);
      ogd.begin?.(own);
    },
    gradient(theta, differentiate, step) {
      const own = Float32Array.from(differentiate(theta).total.dataSync());
      const slope = ogd.gradient?.(theta, differentiate, step) ?? differentiate(theta);
      const taken = Float32Array.from(slope.total.dataSync());
      steps.push({ task: learners[0]?.task ?? -1, own, taken, theta: Float32Array.from(theta.dataSync()) });
      return slope;
    },
    inspect(task) {
      const { memory, theta, network } = learners[0] as Learner;
      const directions = rowsOf(memory.floats('ogd/directions').slice(), network.parameterCount);
      ends.push({ theta: Float32Array.from(theta.dataSync()), directions });
      return ogd.inspect?.(task) ?? [];
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method });
  expect(run.error).toBeUndefined();
  return { steps, ends, learner: learners[0] as Learner, events: run.events };
}

/** The examples of a task whose gradients are stored. */
const drawn = ({ examples, random }: Learner, task: number) =>
  sample(examples[task] as Int32Array, PER_TASK, random('ogd', task));

/** The gradients of outputs of an example: of each logit by itself. */
function gradientsOf({ network, stream }: Learner, theta: Float32Array, index: number): Float32Array[] {
  return Array.from({ length: stream.outputs }, (_, unit) =>
    tf.tidy(() => {
      const x = inputTensor(stream.dataset.train, asTheyLie(Int32Array.of(index)), 64);
      const output = (...p: tf.Tensor[]) => tf.sum<tf.Scalar>(tf.slice(logitsOf(network, p, x), [0, unit], [1, 1]));
      const parameters = parametersOf(network, tf.tensor1d(theta));
      return Float32Array.from(flatten(tf.grads(output)([...parameters])).dataSync());
    }),
  );
}

const cases: readonly { readonly name: string; readonly settings: object; readonly more?: Partial<ToySpec> }[] = [
  { name: 'OGD-GTL', settings: {} },
  { name: 'OGD-ALL', settings: { variant: 'all' } },
  { name: 'OGD-AVE', settings: { variant: 'ave' } },
  { name: 'OGD+ anew', settings: { plus: 'anew' } },
  { name: 'OGD+ added', settings: { plus: 'added' } },
  { name: 'OGD with convolutions', settings: {}, more: { network: { kind: 'cnn', conv: [4], hidden: [8] } } },
  {
    name: 'OGD with momentum that begins anew in each task',
    settings: {},
    more: { training: { ...plain, learningRate: 0.05, momentum: 0.9, optimizerState: 'per-task' } },
  },
  { name: 'OGD with a head for each task', settings: {}, more: { stream: { scenario: 'task' } } },
];

describe.each(cases)('$name', ({ settings, more }) => {
  it('takes steps orthogonal to all it stores, nearest to the gradient, and keeps directions that are orthonormal', async () => {
    const { steps, ends } = await watched(specOf(settings, more));
    for (const { directions } of ends.slice(0, -1)) {
      expect(directions.length).toBeGreaterThan(0);
      directions.forEach((a, i) =>
        directions.slice(i).forEach((b, j) => expect(Math.abs(dot(a, b) - (j === 0 ? 1 : 0))).toBeLessThan(1e-6)),
      );
    }
    for (const { task, own, taken } of steps) {
      const stored = ends[task - 1]?.directions ?? [];
      if (stored.length === 0) expect(taken).toEqual(own);
      const alongStored = stored.map((direction) => dot(taken, direction) / norm(own));
      expect(largestOf(alongStored)).toBeLessThan(1e-6);
      // What was taken away lies within the directions.
      const removed = own.map((value, i) => value - (taken[i] as number));
      if (norm(removed) > 1e-3 * norm(own)) expect(shareOutside(removed, stored)).toBeLessThan(1e-4);
    }
  });

  it('moves the parameters orthogonally to what is stored, from the end of a task to the end of the next', async () => {
    const { ends } = await watched(specOf(settings, more));
    for (const task of [1, 2]) {
      const [before, after] = [ends[task - 1], ends[task]];
      const moved = (after?.theta ?? new Float32Array()).map((value, i) => value - (before?.theta[i] as number));
      expect(norm(moved)).toBeGreaterThan(1e-3);
      for (const direction of before?.directions ?? []) expect(Math.abs(dot(moved, direction))).toBeLessThan(2e-6);
    }
  });
});

describe('what OGD stores', () => {
  /** Whether gradients lie within the directions. */
  const areWithin = (gradients: readonly Float32Array[], directions: readonly Float32Array[]) =>
    gradients.every((gradient) => norm(gradient) === 0 || shareOutside(gradient, directions) < 1e-4);
  const mean = (gradients: readonly Float32Array[]) =>
    (gradients[0] as Float32Array).map(
      (_, i) => gradients.reduce((sum, one) => sum + (one[i] as number), 0) / gradients.length,
    );

  it.each(['gtl', 'all', 'ave'] as const)('of each example are the gradients of its outputs: %s', async (variant) => {
    const { ends, learner } = await watched(specOf({ variant }));
    const { theta, directions } = ends[0] as Steps['ends'][number];
    const { labels } = learner.stream.dataset.train;
    const indices = [...drawn(learner, 0)];
    expect(directions.length).toBe(variant === 'all' ? PER_TASK * learner.stream.outputs : PER_TASK);
    for (const index of indices) {
      const each = gradientsOf(learner, theta, index);
      const unit = learner.stream.unitOf[0]?.[labels[index] as number] ?? -1;
      const wanted = { gtl: [each[unit] as Float32Array], all: each, ave: [mean(each)] }[variant];
      expect(areWithin(wanted, directions)).toBe(true);
      // And no other ones.
      if (variant !== 'all')
        expect(areWithin([each[(unit + 1) % each.length] as Float32Array], directions)).toBe(false);
    }
  });

  it('stays as it was with OGD, is taken again at the new parameters with OGD+: in place of the old, or beside it', async () => {
    const trueLogits = ({ learner }: Steps, theta: Float32Array) =>
      [...drawn(learner, 0)].map((index) => {
        const label = learner.stream.dataset.train.labels[index] as number;
        return gradientsOf(learner, theta, index)[learner.stream.unitOf[0]?.[label] ?? -1] as Float32Array;
      });
    const found = await Promise.all(
      (['off', 'anew', 'added'] as const).map(async (plus) => {
        // Far enough for gradients to turn.
        const run = await watched(specOf({ plus }, { training: { ...plain, learningRate: 0.3, iterations: 15 } }));
        const [first, second] = run.ends as [Steps['ends'][number], Steps['ends'][number]];
        const within = (theta: Float32Array) => areWithin(trueLogits(run, theta), second.directions);
        return [plus, within(first.theta), within(second.theta), second.directions.length];
      }),
    );
    expect(found).toEqual([
      ['off', true, false, 2 * PER_TASK],
      ['anew', false, true, 2 * PER_TASK],
      ['added', true, true, 3 * PER_TASK],
    ]);
  });

  it('is nothing of a head that a task has for itself', async () => {
    const { ends, learner } = await watched(specOf({}, { stream: { scenario: 'task' } }));
    const heads = learner.network.views.filter(({ isHead }) => isHead);
    expect(heads.length).toBe(2);
    for (const direction of ends[0]?.directions ?? [])
      for (const { offset, size } of heads)
        expect(direction.subarray(offset, offset + size).every((value) => value === 0)).toBe(true);
    const head = heads[0] as (typeof heads)[number];
    const [second, third] = [ends[1], ends[2]] as [Steps['ends'][number], Steps['ends'][number]];
    const units = learner.stream.heads[1] ?? [];
    for (let i = head.offset; i < head.offset + head.size; i++)
      if (units.includes((i - head.offset) % learner.stream.outputs)) expect(third.theta[i]).toBe(second.theta[i]);
  });

  it('is counted in bytes, and bounded by what its card says', async () => {
    for (const settings of [{}, { variant: 'all' }, { plus: 'anew' }, { plus: 'added' }]) {
      const { ends, learner, events } = await watched(specOf(settings));
      const { parameterCount } = learner.network;
      const most = mostDirections(settingsOf(settings), 3, learner.stream.outputs, parameterCount);
      const examples = 'plus' in settings ? 2 * PER_TASK * 65 : 0;
      expect(ends.at(-1)?.directions.length).toBe(most);
      expect(ofType(events, 'task-end').at(-1)?.memoryBytes).toBe(4 * most * parameterCount + examples);
    }
    expect(mostDirections(settingsOf({ plus: 'added' }), 4, 10, 1e6)).toBe(PER_TASK * (1 + 2 + 3));
    expect(mostDirections(settingsOf(), 1000, 10, 50)).toBe(50);
  });

  it('keeps outputs of old examples to first order: half the step, a quarter of the change', async () => {
    const changeWith = async (learningRate: number) => {
      const spec = specOf({ variant: 'all' }, { training: { ...plain, learningRate, iterations: 1 } });
      const { ends, learner } = await watched({ ...spec, network: { hidden: [30], init: 0.3 } });
      const logits = (theta: Float32Array) =>
        tf.tidy(() => {
          const x = inputTensor(learner.stream.dataset.train, asTheyLie(drawn(learner, 0)), 64);
          return Array.from(logitsOf(learner.network, parametersOf(learner.network, tf.tensor1d(theta)), x).dataSync());
        });
      const [before, after] = ends.slice(0, 2).map(({ theta }) => logits(theta)) as [number[], number[]];
      const moved = (ends[1]?.theta ?? new Float32Array()).map((value, i) => value - (ends[0]?.theta[i] as number));
      return { change: largestOf(after.map((value, i) => value - (before[i] as number))), moved: norm(moved) };
    };
    const [whole, half] = [await changeWith(0.02), await changeWith(0.01)];
    expect(half.change / half.moved).toBeLessThan(0.7 * (whole.change / whole.moved));
  });
});

describe('the views of OGD', () => {
  it('count the directions, and have the angle between the gradient before and after', async () => {
    const { steps, events } = await watched(specOf({ plus: 'added' }));
    expect(viewsOf(events, 'layers').map(({ layers }) => layers[0]?.value)).toEqual([4, 12, 12]);
    const angles = ofType(events, 'mechanism').map(({ views }) => ofKind(views, 'angle')[0]?.pairs[0]);
    expect(angles[0]).toBeUndefined();
    for (const task of [1, 2]) {
      const cosines = steps
        .filter((step) => step.task === task)
        .map(({ own, taken }) => dot(own, taken) / (norm(own) * norm(taken)));
      expect(angles[task]?.steps).toBe(cosines.length);
      expect(angles[task]?.mean).toBeCloseTo(cosines.reduce((sum, one) => sum + one, 0) / cosines.length, 5);
      expect(angles[task]?.least).toBeCloseTo(Math.min(...cosines), 5);
    }
  });
});

describe('directions that become more', () => {
  const size = 900;
  const random = normalStream(randomStream(1, 'directions'));
  const vector = () => Float32Array.from({ length: size }, () => random());
  const basisOf = (groups: readonly (readonly Float32Array[])[], before = new Float32Array()) => {
    const basis = new OrthonormalBasis(size, before);
    try {
      const added = groups.map((group) => basis.add(group));
      return { added, rows: rowsOf(basis.values, size) };
    } finally {
      basis.dispose();
    }
  };
  const requireOrthonormal = (rows: readonly Float32Array[]) => {
    let off = 0;
    rows.forEach((a, i) =>
      rows.slice(i).forEach((b, j) => (off = Math.max(off, Math.abs(dot(a, b) - (j === 0 ? 1 : 0))))),
    );
    expect(off).toBeLessThan(1e-6);
  };

  it('are orthonormal in float32 however many there are, of vectors nearly alike', () => {
    // All within a narrow cone: of each a part in a thousand is its own.
    const common = vector();
    const groups = Array.from({ length: 75 }, () =>
      Array.from({ length: 8 }, () => vector().map((own, i) => own / 1000 + (common[i] as number))),
    );
    const { added, rows } = basisOf(groups);
    expect(added.every((count) => count === 8)).toBe(true);
    expect(rows.length).toBe(600);
    requireOrthonormal(rows);
    for (const group of groups) for (const own of group) expect(shareOutside(own, rows)).toBeLessThan(1e-5);
  });

  it('are not added for what lies within them, for nothing, and not twice', () => {
    const [a, b] = [vector(), vector()];
    const sum = a.map((value, i) => 3 * value - (b[i] as number));
    expect(basisOf([[a, a, b], [sum, new Float32Array(size)], [b.map((value) => value * 1e-20)]]).added).toEqual([
      2, 0, 0,
    ]);
  });

  it('go on from those that there are', () => {
    const { rows } = basisOf([[vector(), vector()]]);
    const before = Float32Array.from([...(rows[0] as Float32Array), ...(rows[1] as Float32Array)]);
    const more = basisOf([[vector(), rows[1] as Float32Array]], before);
    expect(more.added).toEqual([1]);
    requireOrthonormal(more.rows);
    expect(more.rows.slice(0, 2)).toEqual(rows);
  });

  it('leave no tensors behind', () => {
    const { numTensors } = tf.memory();
    basisOf([[vector()], [vector(), vector()]]);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

describe('an experiment with OGD', () => {
  const problemsOf = (method: object, more: object = {}) =>
    parseExperiment(
      JSON.stringify({
        ...{ name: 'A', seeds: 1, training: { optimizer: 'sgd', learningRate: 0.01 }, network: { hidden: [100, 100] } },
        ...more,
        methods: [{ method: 'ogd', ...method }],
      }),
    ).problems.map(({ severity, message }) => [severity, message]);

  it('is warned of what bends steps', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ training: { optimizer: 'adam' } })).toEqual([['warning', expect.stringContaining('Adam')]]);
    expect(problemsOf({ training: { momentum: 0.9 } })).toEqual([['warning', expect.stringContaining('per-task')]]);
  });

  it('says beforehand what its gradients take where that is much, and is refused where they cannot be kept', () => {
    // 784-100-100-10: 89,610 parameters, 4 tasks before the last.
    expect(problemsOf({ perTask: 500 })).toEqual([
      ['warning', expect.stringMatching(/up to 2,000 gradients of 89,610 parameters: 717 MB/)],
    ]);
    expect(problemsOf({ perTask: 400, variant: 'all' })).toEqual([
      ['error', expect.stringMatching(/16,000 gradients.*5\.74 GB.*4\.00 GB can be kept/)],
    ]);
  });
});
