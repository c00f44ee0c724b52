import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mcSgdSettings } from '../../src/core/methods/mc-sgd';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import type { BatchTensors, Differentiate, Step } from '../../src/engine/contract/step';
import { createMethod } from '../../src/engine/methods/index';
import { createMcSgd } from '../../src/engine/methods/mc-sgd';
import { ofType, removeRunFolders, runToy, toyManifest, type ToyRun, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const POINTS = 3;
const STEPS = 8;
const LINE_STEPS = 4;
const START = 0.25;
const spec: ToySpec = {
  methods: { 'mc-sgd': { perClass: 5, batchSize: 8, points: POINTS, start: START, lineSteps: LINE_STEPS / STEPS } },
  stream: { scenario: 'domain' },
  training: { optimizer: 'sgd', learningRate: 0.1, iterations: STEPS },
};
const lossesOf = ({ events }: ToyRun) => ofType(events, 'step').map(({ loss }) => loss);
const shares = Array.from({ length: POINTS }, (_, i) => (i + 1) / POINTS);
const between = (from: ArrayLike<number>, to: ArrayLike<number>, share: number): Float32Array =>
  Float32Array.from(from, (value, i) => (1 - share) * value + share * (to[i] as number));
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * (b[i] as number), 0);

interface Seen {
  readonly task: number;
  readonly theta: Float32Array;
  readonly before: Float32Array;
  readonly reached: Float32Array;
  /** In the second phase: loss and gradient of the step, and its slope by a difference along some direction. */
  readonly line?: { readonly loss: number; readonly along: number; readonly difference: number };
}

/** Runs MC-SGD eagerly and looks at every step. */
async function steps(toy: ToySpec) {
  const method = createMethod(toyManifest(toy).spec.methods);
  const seen: Seen[] = [];
  let learner: Learner | undefined;
  const watched: Method = {
    ...method,
    begin(own) {
      learner = own;
      method.begin?.(own);
    },
    gradient(theta, differentiate, step) {
      const slope = method.gradient?.(theta, differentiate, step) ?? differentiate(theta);
      const memory = learner?.memory;
      const [before, reached] = ['mc-sgd/before', 'mc-sgd/reached'].map((name) =>
        Float32Array.from(memory?.floats(name) ?? []),
      ) as [Float32Array, Float32Array];
      const point = { task: learner?.task ?? -1, theta: Float32Array.from(theta.dataSync()), before, reached };
      if (!step.batches['memory']) seen.push(point);
      else {
        const lossAt = (w: Float32Array) =>
          shares.reduce(
            (sum, share) =>
              sum +
              lossOf(differentiate, between(before, w, share), step.batches['memory']) +
              lossOf(differentiate, between(reached, w, share), step.batches['current']),
            0,
          ) / POINTS;
        const gradient = slope.total.dataSync();
        const norm = Math.sqrt(dot(gradient, gradient));
        const h = 0.02;
        const moved = (by: number) => point.theta.map((value, i) => value + (by * (gradient[i] as number)) / norm);
        seen.push({
          ...point,
          line: {
            loss: slope.loss.dataSync()[0] as number,
            along: norm,
            difference: (lossAt(moved(h)) - lossAt(moved(-h))) / (2 * h),
          },
        });
        expect(slope.loss.dataSync()[0]).toBeCloseTo(lossAt(point.theta), 4);
      }
      return slope;
    },
  };
  const run = await runToy({ ...toy, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  return { seen, run };
}

/** Without dropout. */
function lossOf(differentiate: Differentiate, theta: Float32Array, batch: BatchTensors | undefined): number {
  if (!batch) throw new Error('a step without its batches');
  const { kept: _, ...whole } = batch;
  return tf.tidy(() => differentiate(tf.tensor1d(theta), [whole]).loss.dataSync()[0] as number);
}

describe('a step of the second phase', () => {
  it('goes by the exact gradient of the mean loss over both lines, the share of each point counted', () => {
    // ½ Σ a θ² − b θ: the difference of values is the gradient itself.
    const quadratic: Record<string, { readonly a: number[]; readonly b: number[] }> = {
      memory: { a: [1, 2, 4], b: [1, 0, -1] },
      current: { a: [3, 1, 2], b: [-2, 1, 0] },
    };
    const valueOf = (theta: number[], name: string) =>
      theta.reduce((sum, value, i) => {
        const { a = [], b = [] } = quadratic[name] ?? {};
        return sum + 0.5 * (a[i] as number) * value ** 2 - (b[i] as number) * value;
      }, 0);
    const differentiate: Differentiate = (theta, [name] = ['current']) => {
      const { a = [], b = [] } = quadratic[name as string] ?? {};
      const total = tf.sub<tf.Tensor1D>(tf.mul(theta, a), b);
      return { loss: tf.scalar(valueOf([...theta.dataSync()], name as string)), task: total, total };
    };
    const [before, reached, w] = [
      [1, -1, 2],
      [3, 0, -2],
      [2, 4, 1],
    ] as [number[], number[], number[]];
    const objective = (theta: number[]) =>
      [1 / 4, 2 / 4, 3 / 4, 1].reduce((sum, share) => {
        const at = (from: number[]) => from.map((value, i) => value + share * ((theta[i] as number) - value));
        return sum + (valueOf(at(before), 'memory') + valueOf(at(reached), 'current')) / 4;
      }, 0);
    const batch = {} as BatchTensors;
    const slope = createMcSgd(mcSgdSettings.parse({ points: 4 })).gradient?.(tf.tensor1d(w), differentiate, {
      batches: { current: batch, memory: batch },
      constants: { before: tf.tensor1d(before), reached: tf.tensor1d(reached) },
    } as unknown as Step);
    const differences = w.map((_, i) => {
      const moved = (by: number) => objective(w.map((value, j) => value + (i === j ? by : 0)));
      return (moved(1) - moved(-1)) / 2;
    });
    slope?.total.dataSync().forEach((value, i) => expect(value).toBeCloseTo(differences[i] as number, 5));
    expect(slope?.loss.dataSync()[0]).toBeCloseTo(objective(w), 5);
  });

  it('does so of the network itself, too', async () => {
    const { seen } = await steps(spec);
    const lines = seen.flatMap(({ line }) => line ?? []);
    expect(lines).toHaveLength(2 * LINE_STEPS);
    for (const { along, difference } of lines) expect(Math.abs(difference - along) / along).toBeLessThan(0.03);
  });

  it('has no dropout: its loss is that of the whole network', async () => {
    const { seen } = await steps({ ...spec, network: { dropout: 0.5 } });
    expect(seen.flatMap(({ line }) => line ?? [])).toHaveLength(2 * LINE_STEPS);
  });
});

describe('training with MC-SGD', () => {
  it('is that without a remedy until the first second phase, bit for bit', async () => {
    const [own, none] = [
      await runToy({ ...spec, eager: true }),
      await runToy({ ...spec, methods: { none: {} }, eager: true }),
    ];
    // All of the first task, and the first phase of the second.
    expect(lossesOf(own).slice(0, 2 * STEPS)).toEqual(lossesOf(none).slice(0, 2 * STEPS));
    expect(lossesOf(own)).toHaveLength(3 * STEPS + 2 * LINE_STEPS);
  });

  it('seeks the joined minimum from a share of the way between the old one and the new', async () => {
    const { seen } = await steps(spec);
    for (const task of [1, 2]) {
      const own = seen.filter((step) => step.task === task);
      const [first] = own;
      const begin = own.find(({ line }) => line);
      expect(begin?.before).toEqual(first?.theta);
      expect(begin?.theta).toEqual(between(begin?.before ?? [], begin?.reached ?? [], START));
      expect(begin?.reached).not.toEqual(begin?.before);
    }
  });

  it('counts the stored examples and both minima', async () => {
    const { run } = await steps(spec);
    const parameters = 64 * 12 + 12 + 12 * 10 + 10 + 10 * 2 + 2;
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      // 64 pixels and a label each, five of each of two classes a task.
      [10, 20, 30].map((n, task) => n * 65 + (task === 0 ? 0 : 2 * 4 * parameters)),
    );
  });
});
