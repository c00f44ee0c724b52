import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Learner } from '../../src/engine/contract/learner';
import type { Batch, Method } from '../../src/engine/contract/method';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { createMethod } from '../../src/engine/methods/index';
import { ofKind, ofType, removeRunFolders, runToy, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

interface Seen {
  readonly task: number;
  /** Gradients of the step, of the memory, and what A-GEM made of them. */
  readonly own: Float32Array;
  readonly reference: Float32Array | undefined;
  readonly taken: Float32Array;
  readonly memory: Batch | undefined;
  readonly stored: readonly number[];
}

/** Runs A-GEM eagerly and looks at every step. */
async function steps(spec: ToySpec) {
  const agem = createMethod(toyManifest(spec).spec.methods);
  const seen: Seen[] = [];
  let learner: Learner | undefined;
  let memory: Batch | undefined;
  const watched: Method = {
    ...agem,
    begin(own) {
      learner = own;
      agem.begin?.(own);
    },
    batches(batches, position, lesson) {
      const found = agem.batches?.(batches, position, lesson) ?? batches;
      memory = found['memory'];
      return found;
    },
    gradient(theta, differentiate, step) {
      const own = Float32Array.from(differentiate(theta, ['current']).total.dataSync());
      const reference = step.batches['memory'] && differentiate(theta, ['memory']).task.dataSync();
      const slope = agem.gradient?.(theta, differentiate, step) ?? differentiate(theta);
      seen.push({
        task: learner?.task ?? -1,
        own,
        reference: reference && Float32Array.from(reference),
        taken: Float32Array.from(slope.total.dataSync()),
        memory,
        stored: [...(learner?.memory.integers('agem/indices') ?? [])],
      });
      return slope;
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  return { seen, run };
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const norm = (a: Float32Array) => Math.sqrt(dot(a, a));
const spec: ToySpec = {
  methods: { agem: { perClass: 5, batchSize: 8 } },
  // Tasks that share their outputs agree in some steps and not in others.
  stream: { scenario: 'domain' },
  training: { optimizer: 'sgd', learningRate: 0.2, iterations: 8 },
};

describe('a step of A-GEM', () => {
  it.each<[string, ToySpec['methods']]>([
    ['alone', spec.methods],
    // The step has the penalty, and the gradient of the memory has not.
    ['beside EWC', { ewc: { lambda: 5 }, ...spec.methods }],
  ])(
    'is orthogonal to the gradient of the memory where it pointed against it, and unchanged to the bit where it did not: %s',
    async (_, methods) => {
      const { seen } = await steps({ ...spec, methods });
      const later = seen.filter(({ task }) => task > 0);
      let projected = 0;
      for (const { own, reference, taken } of later) {
        if (!reference) throw new Error('a step without a memory');
        if (dot(own, reference) >= 0) expect(taken).toEqual(own);
        else {
          projected += 1;
          expect(Math.abs(dot(taken, reference)) / (norm(taken) * norm(reference))).toBeLessThan(1e-5);
          // What was taken away lies along the memory's gradient alone.
          const removed = own.map((value, i) => value - (taken[i] ?? 0));
          expect(Math.abs(dot(removed, reference)) / (norm(removed) * norm(reference))).toBeCloseTo(1, 5);
        }
      }
      expect(projected).toBeGreaterThan(1);
      expect(projected).toBeLessThan(later.length);
    },
  );

  it('says in its views how often it was projected', async () => {
    const { seen, run } = await steps(spec);
    const angles = ofType(run.events, 'mechanism').map(({ views }) => ofKind(views, 'angle')[0]);
    expect(angles[0]).toBeUndefined();
    for (const task of [1, 2]) {
      const own = seen.filter((step) => step.task === task);
      const against = own.filter(({ own: g, reference }) => reference && dot(g, reference) < 0).length;
      expect(angles[task]?.pairs[0]?.steps).toBe(own.length);
      expect(angles[task]?.pairs[0]?.event?.share).toBeCloseTo(against / own.length, 6);
    }
  });

  it('asks a batch drawn from the memory without replacement, other ones in other steps; in the first task none', async () => {
    const { seen } = await steps(spec);
    expect(seen.filter(({ task }) => task === 0).every(({ memory }) => memory === undefined)).toBe(true);
    const drawn = seen.flatMap(({ memory, stored }) => {
      if (!memory) return [];
      const indices = [...memory.indices];
      expect(new Set(indices).size).toBe(8);
      expect(stored).toEqual(expect.arrayContaining(indices));
      expect(memory.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
      return [indices.join()];
    });
    expect(new Set(drawn).size).toBe(drawn.length);
  });
});

describe('training with A-GEM', () => {
  it('is that without a remedy in the first task, bit for bit, and not in later ones', async () => {
    const losses = async (toy: ToySpec) => ofType((await runToy(toy)).events, 'step').map(({ loss }) => loss);
    const eager = { ...spec, eager: true };
    const [with_, without] = [await losses(eager), await losses({ ...eager, methods: { none: {} } })];
    expect(with_.slice(0, 8)).toEqual(without.slice(0, 8));
    expect(with_.slice(9)).not.toEqual(without.slice(9));
  });

  it('counts the images and labels it stores', async () => {
    const { run } = await steps(spec);
    // 64 pixels and a label each, five of each of two classes a task.
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      [10, 20, 30].map((n) => n * 65),
    );
  });

  it('leaves the loss of a step that of its own examples', async () => {
    const { run } = await steps({ ...spec, training: { ...spec.training, iterations: 3 } });
    expect(ofType(run.events, 'step').every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(tf.memory().numTensors).toBeGreaterThan(0);
  });
});
