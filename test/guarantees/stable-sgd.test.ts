import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/core/parse';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import { removeRunFolders, runToy } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

/** What an experiment with one entry comes to. */
function variantOf(entry: object, rest: object = {}) {
  const text = JSON.stringify({
    name: 'Stable',
    methods: [{ method: 'stable-sgd', ...entry }],
    bounds: false,
    ...rest,
  });
  const { experiment, problems } = parseExperiment(text);
  const [variant] = experiment?.variants ?? [];
  if (!variant) throw new Error(problems.map(({ message }) => message).join(' '));
  return variant;
}

describe('the recipe of Stable SGD', () => {
  it("is the authors': step sizes that fall from the first task on, dropout as PyTorch has it, a fresh optimiser each pass", () => {
    const { network, training } = variantOf({});
    expect(network).toMatchObject({ dropout: 0.5, dropoutScaling: 'training', hidden: [400, 400] });
    expect(training).toMatchObject({
      ...{ optimizer: 'sgd', learningRate: 0.1, momentum: 0.8, batchSize: 10, epochs: 1, optimizerState: 'per-epoch' },
      taskDecay: { gamma: 0.8, from: 1, floor: 5e-5 },
    });
    expect(training.iterations).toBeUndefined();
    const nesterov = { training: { optimizer: 'sgd', momentum: 0.9, nesterov: true } };
    expect(variantOf({}, nesterov).training).toEqual(training);
  });

  it.each([
    ['rotated', { learningRate: 0.1, batchSize: 10, epochs: 1 }, 0.5, 0.5],
    ['rotated-corrected', { learningRate: 0.1, batchSize: 64, epochs: 1 }, 0.55, 0.25],
    ['five-tasks', { learningRate: 0.1, batchSize: 16, epochs: 5 }, 0.4, 0.5],
    ['cifar-100', { learningRate: 0.15, batchSize: 10, epochs: 1 }, 0.85, 0.1],
  ])('has the named settings %s, which an entry may change', (preset, recipe, gamma, dropout) => {
    const { network, training, label } = variantOf({ preset });
    expect(training).toMatchObject({ ...recipe, taskDecay: { gamma } });
    expect(network).toMatchObject({ dropout });
    expect(label).toBe(`Stable SGD · preset ${preset}`);
    const changed = variantOf({ preset, gamma: 0.9, training: { momentum: 0 } });
    expect(changed.training).toMatchObject({ ...recipe, momentum: 0, taskDecay: { gamma: 0.9 } });
  });

  it('drops no units of a ResNet, and says so', () => {
    const rest = { network: { kind: 'resnet18' } };
    expect(variantOf({}, rest).network).not.toHaveProperty('dropout');
    const text = JSON.stringify({ name: 'Stable', methods: [{ method: 'stable-sgd' }], ...rest });
    expect(parseExperiment(text).problems).toContainEqual(
      expect.objectContaining({ severity: 'warning', message: expect.stringContaining('has no dropout') as string }),
    );
  });

  it('makes steps of max(lr · γ^t, floor) · velocity, the velocity 0 at first in each pass', async () => {
    const { training, network } = variantOf({ gamma: 0.05, epochs: 2, batchSize: 40 });
    const seen: { task: number; error: number; size: number }[] = [];
    let learner: Learner | undefined;
    let velocity: tf.Tensor | undefined;
    let inTask = { task: -1, step: 0 };
    const watched: Method = {
      id: 'stable-sgd',
      begin(own) {
        learner = own;
      },
      update(proposed, { total }, { theta }) {
        const { task } = learner as Learner;
        inTask = { task, step: task === inTask.task ? inTask.step + 1 : 0 };
        // Two steps of 40 in a pass over 80 examples.
        const before = inTask.step % 2 === 0 || !velocity ? tf.zerosLike(theta) : velocity;
        velocity = tf.keep(tf.add(tf.mul(before, 0.8), total));
        const size = Math.max(0.1 * 0.05 ** (task + 1), 5e-5);
        const wanted = tf.sub(theta, tf.mul(velocity, size));
        const norm = (value: tf.Tensor) => tf.norm(value).dataSync()[0] as number;
        seen.push({ task, size: norm(tf.sub(proposed.theta, theta)), error: norm(tf.sub(proposed.theta, wanted)) });
        return {};
      },
    };
    const { hidden: _hidden, ...rest } = network as unknown as Record<string, unknown>;
    const run = await runToy({ training: { ...training }, network: rest, eager: true }, { method: watched });
    expect(run.error).toBeUndefined();
    expect(seen.length).toBe(12);
    for (const { error, size } of seen) expect(error / size).toBeLessThan(0.02);
    expect(seen.map(({ task }) => task)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  });
});
