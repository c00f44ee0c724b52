import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Step } from '../../src/engine/contract/step';
import { createL2Init } from '../../src/engine/methods/l2-init';
import { digestAfter, removeRunFolders, runToy, toyLearner } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

describe('L2 Init', () => {
  it('adds λ times the squared distance, with twice λ times the distance as its gradient', () => {
    const constants = { start: tf.tensor1d([0, 4]) };
    const found = createL2Init({ lambda: 3 }).penalty?.(tf.tensor1d([1, 2]), { constants } as unknown as Step);
    expect([...(found?.gradient.dataSync() ?? [])]).toEqual([6, -12]);
    expect(found?.value.dataSync()[0]).toBe(15);
  });

  it('pulls towards what the run began with, from the first step to the last task', async () => {
    const spec = { methods: { 'l2-init': { lambda: 0.5 } }, evaluation: { points: 0 } };
    const method = createL2Init({ lambda: 0.5 });
    const starts: Float32Array[] = [];
    let learner: Learner | undefined;
    const run = await runToy(
      { ...spec, eager: true },
      {
        method: {
          ...method,
          begin(own) {
            learner = own;
            method.begin?.(own);
          },
          penalty(theta, step) {
            starts.push((step.constants['start'] as tf.Tensor).dataSync().slice() as Float32Array);
            return method.penalty?.(theta, step);
          },
        },
      },
    );
    expect(run.error).toBeUndefined();
    const first = (await toyLearner(spec)).beginning.theta;
    expect(starts.length).toBeGreaterThan(3);
    for (const start of starts) expect(start).toEqual(first);
    expect(learner?.memory.size).toBe(4 * first.length);
  });

  it('without strength trains as no remedy does, and with plain SGD is gradient descent on loss and penalty', async () => {
    const training = { optimizer: 'sgd', learningRate: 0.1 };
    const none = await runToy({ training });
    const [off, on] = [
      await runToy({ training, methods: { 'l2-init': { lambda: 0 } } }),
      await runToy({ training, methods: { 'l2-init': { lambda: 0.3 } } }),
    ];
    expect(digestAfter(off.folder, 2)).toBe(digestAfter(none.folder, 2));
    expect(digestAfter(on.folder, 0)).not.toBe(digestAfter(none.folder, 0));
  });
});
