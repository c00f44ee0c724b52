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

  it('without strength trains as no remedy does', async () => {
    const training = { optimizer: 'sgd', learningRate: 0.1 };
    const none = await runToy({ training });
    const off = await runToy({ training, methods: { 'l2-init': { lambda: 0 } } });
    expect(digestAfter(off.folder, 2)).toBe(digestAfter(none.folder, 2));
  });

  it('takes the share η · 2 λ of the distance back in a step of plain SGD', async () => {
    const [rate, lambda] = [0.1, 0.3];
    /** Parameters at first and after so many steps. */
    const afterSteps = async (iterations: number, strength: number) => {
      const method = createL2Init({ lambda: strength });
      const seen: Float32Array[] = [];
      let learner: Learner | undefined;
      const look = () => seen.push(Float32Array.from(learner?.theta.dataSync() ?? []));
      const run = await runToy(
        {
          training: { optimizer: 'sgd', learningRate: rate, iterations },
          methods: { 'l2-init': { lambda: strength } },
        },
        {
          method: {
            ...method,
            begin(own) {
              learner = own;
              method.begin?.(own);
            },
            beforePhase(at) {
              if (at.task === 0) look();
              return method.beforePhase?.(at);
            },
            afterTask(task) {
              if (task === 0) look();
            },
          },
        },
      );
      expect(run.error).toBeUndefined();
      return seen as [Float32Array, Float32Array];
    };
    const [start, first] = await afterSteps(1, lambda);
    const [, without] = await afterSteps(2, 0);
    const [, second] = await afterSteps(2, lambda);
    const pulls = without.map((value, i) => value - rate * 2 * lambda * ((first[i] ?? 0) - (start[i] ?? 0)));
    expect(Math.max(...first.map((value, i) => Math.abs(value - (start[i] ?? 0))))).toBeGreaterThan(1e-3);
    second.forEach((value, i) => expect(value).toBeCloseTo(pulls[i] ?? 0, 6));
  });
});
