import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Method } from '../../src/engine/contract/method';
import { openTestBackend, testBackend } from '../../src/engine/backend/testBackends';
import { createMethod } from '../../src/engine/methods/index';
import { ofKind, ofType, removeRunFolders, runToy, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

/** Runs a method with SAM eagerly; each step's gradients are compared with the definition. */
async function distances(spec: ToySpec, rho: number) {
  const sam = createMethod(toyManifest(spec).spec.methods);
  const found: { readonly error: number; readonly moved: number; readonly lossAt: number; readonly loss: number }[] =
    [];
  const watched: Method = {
    ...sam,
    gradient(theta, differentiate, step) {
      const slope = sam.gradient?.(theta, differentiate, step) ?? differentiate(theta);
      const here = differentiate(theta);
      // By definition, in JavaScript.
      const g = here.total.dataSync() as Float32Array;
      const length = Math.sqrt(g.reduce((sum, value) => sum + value * value, 0));
      const point = Float32Array.from(theta.dataSync(), (value, i) => value + (rho * (g[i] ?? 0)) / length);
      const there = differentiate(tf.tensor1d(point));
      const norm = (a: tf.Tensor, b: tf.Tensor) => tf.norm(tf.sub(a, b)).dataSync()[0] as number;
      found.push({
        error: norm(slope.total, there.total) / norm(there.total, tf.zerosLike(there.total)),
        moved: norm(there.total, here.total),
        lossAt: here.loss.dataSync()[0] as number,
        loss: slope.loss.dataSync()[0] as number,
      });
      return slope;
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  return { found, run };
}

describe('a step of SAM', () => {
  it.each<[string, ToySpec]>([
    ['alone', { methods: { sam: { rho: 0.3 } } }],
    ['with dropout, the same in both passes', { methods: { sam: { rho: 0.3 } }, network: { dropout: 0.4 } }],
    ['over the penalty of EWC', { methods: { ewc: { lambda: 50 }, sam: { rho: 0.3 } } }],
  ])('takes the gradient at θ + ρ g/‖g‖, %s', async (_, spec) => {
    const { found } = await distances(spec, 0.3);
    expect(found.length).toBe(18);
    for (const { error, moved } of found) {
      expect(error).toBeLessThan(1e-4);
      expect(moved).toBeGreaterThan(1e-4);
    }
  });

  // Making a graph of a ResNet takes seconds; the step is the same.
  it.runIf(testBackend === 'wasm')('keeps the running statistics of the pass at θ, as the authors do', async () => {
    const spec: ToySpec = {
      methods: { sam: { rho: 0.3 } },
      network: { kind: 'resnet18', filters: 2 },
      training: { iterations: 1 },
    };
    const sam = createMethod(toyManifest(spec).spec.methods);
    let steps = 0;
    const watched: Method = {
      ...sam,
      gradient(theta, differentiate, step) {
        const passes: { readonly task: Float32Array; readonly buffers: Float32Array }[] = [];
        const kept = (tensor: tf.Tensor | undefined) => Float32Array.from(tensor?.dataSync() ?? []);
        const slope = sam.gradient?.(
          theta,
          (...asked) => {
            const pass = differentiate(...asked);
            passes.push({ task: kept(pass.task), buffers: kept(pass.buffers) });
            return pass;
          },
          step,
        );
        const [here, there] = passes;
        expect(passes.length).toBe(2);
        expect(here?.buffers).not.toEqual(there?.buffers);
        expect(kept(slope?.buffers)).toEqual(here?.buffers);
        expect(kept(slope?.task)).toEqual(there?.task);
        steps++;
        return slope ?? differentiate(theta);
      },
    };
    const run = await runToy({ ...spec, eager: true }, { method: watched });
    expect(run.error).toBeUndefined();
    expect(steps).toBe(3);
  });

  it('tells the loss at θ, as every other method does', async () => {
    const { found } = await distances({ methods: { sam: { rho: 0.3 } } }, 0.3);
    for (const { loss, lossAt } of found) expect(loss).toBe(lossAt);
  });

  it('shows how far the two gradients point apart, and keeps nothing for old tasks', async () => {
    const { run } = await distances({ methods: { sam: { rho: 0.3 } } }, 0.3);
    for (const { views } of ofType(run.events, 'mechanism')) {
      const [pair] = ofKind(views, 'angle')[0]?.pairs ?? [];
      expect(pair?.steps).toBe(6);
      expect(pair?.mean).toBeGreaterThan(0.2);
      expect(pair?.least).toBeLessThan(1);
    }
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual([0, 0, 0]);
  });

  it('is without effect in the limit of a radius of 0', async () => {
    const parameters = async (spec: ToySpec) => {
      const run = await runToy({ ...spec, training: { optimizer: 'sgd', learningRate: 0.1 } });
      return ofType(run.events, 'step').map(({ loss }) => loss);
    };
    const [none, tiny, some] = [
      await parameters({}),
      await parameters({ methods: { sam: { rho: 1e-7 } } }),
      await parameters({ methods: { sam: { rho: 0.5 } } }),
    ];
    none.forEach((loss, i) => expect(tiny[i]).toBeCloseTo(loss, 4));
    expect(some.some((loss, i) => Math.abs(loss - (none[i] ?? 0)) > 1e-3)).toBe(true);
  });
});
