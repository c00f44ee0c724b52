import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import { createMethod } from '../../src/engine/methods/index';
import { normalStream, randomStream } from '../../src/engine/random';
import { digestAfter, removeRunFolders, runToy, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const training = { optimizer: 'sgd', learningRate: 0.1 };
const specFor = (settings: object): ToySpec => ({
  methods: { 'shrink-and-perturb': { ...settings } },
  training,
  evaluation: { points: 0 },
});

/** What is added to θ in each step of a run. */
async function noiseIn(spec: ToySpec): Promise<Float32Array[]> {
  const method = createMethod(toyManifest(spec).spec.methods);
  const noise: Float32Array[] = [];
  const watched: Method = {
    ...method,
    update(proposed, slope, step) {
      const next = method.update?.(proposed, slope, step) ?? {};
      const before = proposed.theta.dataSync();
      noise.push((next.theta?.dataSync() as Float32Array).map((value, i) => value - (before[i] as number)));
      return next;
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  return noise;
}

describe('in every step', () => {
  it('each parameter gets a number of mean 0 and deviation σ, another one in each step and task', async () => {
    const sigma = 0.25;
    const noise = await noiseIn(specFor({ sigma }));
    expect(noise).toHaveLength(18);
    const all = noise.flatMap((one) => [...one]);
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    const variance = all.reduce((sum, value) => sum + value * value, 0) / all.length;
    // Standard errors: σ / √n, and σ² √(2 / n).
    expect(Math.abs(mean)).toBeLessThan((5 * sigma) / Math.sqrt(all.length));
    expect(Math.abs(variance / sigma ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / all.length));
    const product = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
    for (const [i, one] of noise.entries())
      for (const other of noise.slice(i + 1)) {
        const cosine = product(one, other) / Math.sqrt(product(one, one) * product(other, other));
        // A stretch of both may be the same; of several most are not.
        expect(Math.abs(cosine)).toBeLessThan(0.6);
      }
  });

  it('without noise it is training with weight decay, bit for bit', async () => {
    const decayed = { ...training, weightDecay: 0.05 };
    const found = await runToy({ ...specFor({ sigma: 0 }), training: decayed });
    expect(found.error).toBeUndefined();
    const none = await runToy({ training: decayed, evaluation: { points: 0 } });
    expect(digestAfter(found.folder, 2)).toBe(digestAfter(none.folder, 2));
  });
});

describe('between tasks', () => {
  it('parameters become λ θ + ε before each task but the first', async () => {
    const spec = specFor({ every: 'task', shrink: 0.5, sigma: 0.1 });
    const method = createMethod(toyManifest(spec).spec.methods);
    const before: Float32Array[] = [];
    const after: Float32Array[] = [];
    let learner: Learner | undefined;
    const theta = () => Float32Array.from((learner as Learner).theta.dataSync());
    const run = await runToy(spec, {
      method: {
        ...method,
        begin(own) {
          learner = own;
          method.begin?.(own);
        },
        async beforePhase(position) {
          before.push(theta());
          await method.beforePhase?.(position);
          after.push(theta());
        },
      },
    });
    expect(run.error).toBeUndefined();
    expect(after[0]).toEqual(before[0]);
    for (const task of [1, 2]) {
      const normal = normalStream(randomStream(toyManifest(spec).seed, 'perturb', task));
      const wanted = before[task]?.map((value) => 0.5 * value + 0.1 * normal());
      expect(after[task]).toEqual(wanted);
    }
  });
});
