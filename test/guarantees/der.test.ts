import type * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MethodId } from '../../src/core/methods/index';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Batches, Method } from '../../src/engine/contract/method';
import type { BatchTensors, Step } from '../../src/engine/contract/step';
import { createMethod } from '../../src/engine/methods/index';
import { ofType, removeRunFolders, runToy, toyManifest, viewsOf, type ToyRun, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const floats = (tensor: tf.Tensor | undefined) => Float32Array.from(tensor?.dataSync() ?? []);
const rowOf = (values: Float32Array, row: number, width: number) => values.slice(row * width, (row + 1) * width);

/** What a step was made of, read back. */
interface Seen {
  readonly batches: Batches;
  /** Of the current batch at the parameters before the step: logits and the plain loss. */
  readonly logits: Float32Array;
  /** What was stored before the step and after it. */
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** Of each batch of the loss the plain loss and what became of it. */
  readonly losses: Readonly<Record<string, { plain: number; own: number; logits: Float32Array }>>;
  readonly places: readonly number[];
}

/** Runs a method of the family eagerly, and looks at every step. */
async function stepsOf(spec: ToySpec): Promise<{ seen: Seen[]; run: ToyRun; learner: Learner }> {
  const method = createMethod(toyManifest(spec).spec.methods);
  const seen: Seen[] = [];
  let learner: Learner | undefined;
  let batches: Batches | undefined;
  let losses: Record<string, { plain: number; own: number; logits: Float32Array }> = {};
  const nameOf = (batch: BatchTensors, step: Step) =>
    Object.keys(step.batches).find((name) => step.batches[name] === batch) ?? '?';
  const watched: Method = {
    ...method,
    begin(own) {
      learner = own;
      method.begin?.(own);
    },
    batches(given, position, lesson) {
      batches = method.batches?.(given, position, lesson) ?? given;
      losses = {};
      return batches;
    },
    loss(plain, outputs, batch, step) {
      const own = method.loss?.(plain, outputs, batch, step) ?? plain;
      losses[nameOf(batch, step)] = {
        plain: floats(plain)[0] ?? NaN,
        own: floats(own)[0] ?? NaN,
        logits: floats(outputs.logits),
      };
      return own;
    },
    carry(next, slope, step) {
      const carried = method.carry?.(next, slope, step) ?? {};
      const [name = ''] = Object.keys(carried);
      const current = step.batches['current'] as BatchTensors;
      const met = Object.entries(step.batches).find(([one]) => one.endsWith(' met'))?.[1];
      seen.push({
        batches: batches as Batches,
        logits: floats(step.outputs(step.theta, current).logits),
        before: floats(step.carried[name]),
        after: floats(carried[name]),
        losses,
        places: [...(met?.columns['place']?.dataSync() ?? [])],
      });
      return carried;
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  if (!learner) throw new Error('not begun');
  return { seen, run, learner };
}

const specOf = (id: MethodId, settings: object, more: ToySpec = {}): ToySpec => ({
  ...more,
  methods: { [id]: { size: 20, batchSize: 8, ...settings } },
});

describe.each(['der', 'derpp'] as const)('the memory of %s', (id) => {
  it('holds the logits of the network as it was in the step in which each example was stored, bit for bit', async () => {
    const { seen, learner } = await stepsOf(specOf(id, {}, { training: { iterations: 12 } }));
    const { outputs } = learner.stream;
    /** Place → the logits that it has to have. */
    const wanted = new Map<number, Float32Array>();
    let replaced = 0;
    for (const { before, after, logits, places } of seen) {
      for (const [place, values] of wanted) expect(rowOf(before, place, outputs)).toEqual(values);
      places.forEach((place, row) => {
        if (place < 0) return;
        if (wanted.has(place)) replaced += 1;
        wanted.set(place, rowOf(logits, row, outputs));
      });
      for (const [place, values] of wanted) expect(rowOf(after, place, outputs)).toEqual(values);
    }
    expect(wanted.size).toBe(20);
    expect(replaced).toBeGreaterThan(5);
    expect(learner.carried.floats(`${id}/logits`)).toEqual(seen.at(-1)?.after);
  });

  it('compiled, ends with the same examples and, but for rounding, the same logits', async () => {
    const after = async (spec: ToySpec) => {
      let learner: Learner | undefined;
      const method = createMethod(toyManifest(spec).spec.methods);
      const run = await runToy(spec, {
        method: {
          ...method,
          begin(own) {
            learner = own;
            method.begin?.(own);
          },
        },
      });
      expect(ofType(run.events, 'warning')).toEqual([]);
      return {
        indices: learner?.memory.integers(`${id}/indices`),
        logits: learner?.carried.floats(`${id}/logits`) ?? new Float32Array(),
      };
    };
    const spec = specOf(id, {}, { training: { iterations: 12 } });
    const [compiled, eager] = [await after(spec), await after({ ...spec, eager: true })];
    expect(compiled.indices).toEqual(eager.indices);
    expect(compiled.logits.length).toBe(120);
    compiled.logits.forEach((value, i) => expect(value).toBeCloseTo(eager.logits[i] ?? NaN, 4));
  });

  it('counts images, logits and, where they are kept, labels', async () => {
    const { events } = await runToy(specOf(id, {}));
    const each = 64 + 4 * 6 + (id === 'derpp' ? 1 : 0);
    expect(ofType(events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual([20, 20, 20].map((n) => n * each));
    expect(viewsOf(events, 'memory')[2]).toMatchObject({ policy: 'reservoir', capacity: 20, bytes: 20 * each });
  });

  it('is written in the first pass over a task alone', async () => {
    const { seen } = await stepsOf(specOf(id, {}, { training: { iterations: 8 } }));
    // 80 examples are 5 batches of 16.
    expect(seen.map(({ places }) => places.length)).toEqual([0, 1, 2].flatMap(() => [16, 16, 16, 16, 16, 0, 0, 0]));
  });
});

describe('the loss of DER', () => {
  const settings = { alpha: 0.7, beta: 0.4 };

  it('is the loss, α times the mean squared difference of the logits and, in DER++, β times the loss of others', async () => {
    const { seen, learner, run } = await stepsOf(specOf('derpp', settings));
    const { outputs } = learner.stream;
    const logged = ofType(run.events, 'step').map(({ loss }) => loss);
    seen.forEach(({ batches, before, losses }, step) => {
      const [current, dark, labels] = ['current', 'derpp logits', 'derpp labels'].map((name) => losses[name]);
      expect(current?.own).toBe(current?.plain);
      if (step === 0) {
        expect([dark, labels]).toEqual([undefined, undefined]);
        return;
      }
      const places = batches['derpp logits']?.columns?.['place'] ?? new Int32Array();
      expect(places.length).toBe(Math.min(8, 16 * step));
      let sum = 0;
      places.forEach((place, row) => {
        const stored = rowOf(before, place, outputs);
        rowOf(dark?.logits ?? new Float32Array(), row, outputs).forEach(
          (z, i) => (sum += (z - (stored[i] ?? NaN)) ** 2),
        );
      });
      expect(dark?.own).toBeCloseTo((0.7 * sum) / (places.length * outputs), 5);
      expect(labels?.own).toBeCloseTo(0.4 * (labels?.plain ?? NaN), 6);
      expect(logged[step]).toBeCloseTo((current?.own ?? NaN) + (dark?.own ?? NaN) + (labels?.own ?? NaN), 5);
    });
  });

  it('draws for each term by itself, without replacement, out of what was stored before the step', async () => {
    const { seen } = await stepsOf(specOf('derpp', settings));
    const stored = new Map<number, number>();
    let apart = 0;
    for (const { batches, places } of seen) {
      const draws = ['derpp logits', 'derpp labels'].flatMap((name) => batches[name] ?? []);
      for (const { indices, columns } of draws) {
        const from = [...(columns?.['place'] ?? [])];
        expect(new Set(from).size).toBe(from.length);
        expect([...indices]).toEqual(from.map((place) => stored.get(place)));
      }
      if (new Set(draws.map(({ indices }) => indices.join())).size === 2) apart += 1;
      places.forEach((place, row) => {
        if (place >= 0) stored.set(place, batches.current.indices[row] ?? NaN);
      });
    }
    expect(apart).toBe(seen.length - 1);
  });

  it('is of as many replayed examples as the training has in a batch, unless it is told otherwise', async () => {
    const { seen } = await stepsOf({ methods: { derpp: { size: 30 } }, training: { batchSize: 11 } });
    for (const { batches } of seen.slice(3))
      expect(['derpp logits', 'derpp labels'].map((name) => batches[name]?.indices.length)).toEqual([11, 11]);
  });

  it('of DER++ with no weight on labels is that of DER', async () => {
    const losses = async (spec: ToySpec) => ofType((await runToy(spec)).events, 'step').map(({ loss }) => loss);
    // Each draws numbers of its own: with a buffer that is replayed whole they are the same examples.
    const whole = { size: 8, batchSize: 8, alpha: 0.5 };
    const [der, derpp] = [await losses(specOf('der', whole)), await losses(specOf('derpp', { ...whole, beta: 0 }))];
    der.forEach((loss, step) => expect(derpp[step]).toBeCloseTo(loss, 4));
  });

  it('with heads counts the outputs of the head of each example alone', async () => {
    const { seen, learner } = await stepsOf(specOf('der', { alpha: 1 }, { stream: { scenario: 'task' } }));
    const { outputs, heads } = learner.stream;
    const { batches, before, losses } = seen.at(-1) as Seen;
    const { tasks = new Int32Array(), columns } = batches['der logits'] ?? {};
    let sum = 0;
    tasks.forEach((task, row) => {
      const stored = rowOf(before, columns?.['place']?.[row] ?? NaN, outputs);
      const now = rowOf(losses['der logits']?.logits ?? new Float32Array(), row, outputs);
      for (const unit of heads[task] ?? []) sum += ((now[unit] ?? NaN) - (stored[unit] ?? NaN)) ** 2;
    });
    expect(losses['der logits']?.own).toBeCloseTo(sum / (8 * 2), 5);
  });
});

describe('DER beside replay', () => {
  it('stores the logits of the step’s own examples, not of those that are mixed in', async () => {
    for (const order of ['der first', 'replay first']) {
      const der = { der: { size: 20, batchSize: 8 } };
      const replay = { replay: { perClass: 3 } };
      const methods = order === 'der first' ? { ...der, ...replay } : { ...replay, ...der };
      const { seen, learner } = await stepsOf({ methods });
      const { outputs } = learner.stream;
      const { logits, after, places, batches } = seen[13] as Seen;
      expect(batches.current.indices.length).toBeGreaterThan(16);
      expect(places.length).toBe(16);
      places.forEach((place, row) => {
        if (place >= 0) expect(rowOf(after, place, outputs)).toEqual(rowOf(logits, row, outputs));
      });
    }
  });
});
