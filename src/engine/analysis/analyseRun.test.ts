import { createHash } from 'node:crypto';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AnalysisMessage, AnalysisResult } from '../../core/analyses/result';
import type { BuiltInNetworkSpec } from '../../core/recipe';
import type { Backend } from '../backend/backend';
import { openTestBackend } from '../backend/testBackends';
import { toyManifest, type ToySpec } from '../contractCheck/toyData';
import { ToyRuns, toyStream } from '../contractCheck/toyRun';
import { inputTensor } from '../data/inputTensor';
import { weightedCrossEntropy, maskLogits, oneHot } from '../networks/layers';
import { logitsOf, parametersOf } from '../networks/network';
import { networkFor } from '../networks/networkFor';
import { randomStream, sample } from '../random';
import { valuesOf } from '../valuesOf';
import { analyseRun } from './analyseRun';
import { barrierOf } from './measureBarrier';
import { finishedRun, type FinishedRun } from './finishedRun';
import * as tf from '@tensorflow/tfjs-core';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let backend: Backend;
const runs = new ToyRuns(() => openTestBackend());
beforeAll(async () => {
  backend = await openTestBackend();
});
afterAll(() => runs.removeFolders());

function openedOf(spec: ToySpec) {
  const stream = toyStream(spec);
  const network = toyManifest(spec).spec.network as BuiltInNetworkSpec;
  return { stream, backend, experiment: networkFor(network, stream.dataset.shape, stream.outputs) };
}

async function runOf(spec: ToySpec): Promise<{ folder: string; run: FinishedRun; again: () => FinishedRun }> {
  const done = await runs.run(spec);
  expect(done.error).toBeUndefined();
  const again = () => finishedRun(done.folder, toyManifest(spec), openedOf(spec));
  return { folder: done.folder, run: again(), again };
}

interface Found {
  readonly result: AnalysisResult;
  readonly isKnown: boolean;
  readonly messages: readonly AnalysisMessage[];
}

async function analysed(
  { folder, again }: { folder: string; again: () => FinishedRun },
  settings: object = {},
  { fresh = false, stop = (): boolean => false, analysis = 'sharpness' } = {},
): Promise<Found> {
  const messages: AnalysisMessage[] = [];
  const tell = (message: AnalysisMessage) => {
    messages.push(message);
    return Promise.resolve();
  };
  await analyseRun(again(), folder, { analysis, settings, fresh }, { tell, stopRequested: stop });
  const last = messages.at(-1);
  if (last?.type !== 'result') throw new Error('no result');
  return { ...last, messages };
}

const few = { samples: 20, products: 3 };

describe('the sharpness of a finished run', () => {
  it.each<[string, ToySpec]>([
    ['class-incremental', {}],
    ['task-incremental, with dropout', { stream: { scenario: 'task' }, network: { dropout: 0.3 } }],
    ['permuted', { stream: { kind: 'permuted', scenario: 'domain' } }],
  ])('is of each task learned so far, at the parameters that were kept: %s', async (_, spec) => {
    const own = await runOf(spec);
    const { result } = await analysed(own, few);
    expect(result.rows.map(({ after, of }) => [after, of])).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
      [2, 2],
    ]);
    const { stream, kept, examples, headOf } = own.run;
    for (const { after, of, values } of result.rows) {
      const { theta, network } = kept[after] ?? {};
      if (!theta || !network) throw new Error('not kept');
      const indices = sample(examples[of] ?? new Int32Array(), 20, randomStream(1, 'analysed examples', of)).sort();
      const [loss = NaN] = valuesOf(() => {
        const x = inputTensor(stream.dataset.train, { indices, tasks: indices.map(() => of) }, 64, stream.views);
        const logits = logitsOf(network, parametersOf(network, tf.tensor1d(theta)), x);
        const labels = Array.from(
          indices,
          (index) => stream.unitOf[of]?.[stream.dataset.train.labels[index] ?? 0] ?? 0,
        );
        const head = headOf(of);
        const active =
          head &&
          tf.tensor2d(
            Array.from({ length: stream.outputs }, (__, unit) => (head.includes(unit) ? 1 : 0)),
            [1, stream.outputs],
          );
        const weights = tf.fill<tf.Rank.R1>([indices.length], 1 / indices.length);
        return weightedCrossEntropy(
          active ? maskLogits(logits, active) : logits,
          oneHot(labels, stream.outputs),
          weights,
        );
      });
      expect(values['loss']).toBeCloseTo(loss, 4);
      expect(values['sharpness']).toBeGreaterThan(0);
      expect(values['eigenvalue']).toEqual(expect.any(Number));
    }
  });

  it('is kept beside the run with the hashes of its checkpoints, and not measured again', async () => {
    const own = await runOf({});
    const first = await analysed(own, few);
    expect(first.isKnown).toBe(false);
    expect(first.messages.filter(({ type }) => type === 'progress').length).toBeGreaterThan(0);
    const file = path.join(own.folder, 'analyses/sharpness.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(first.result);
    const hashes = [1, 2, 3].map((n) =>
      createHash('sha256')
        .update(readFileSync(path.join(own.folder, `checkpoints/task-${n}.safetensors`)))
        .digest('hex'),
    );
    expect(first.result.checkpoints).toEqual(hashes.map((sha256, task) => ({ task, sha256 })));

    const second = await analysed(own, few);
    expect(second).toMatchObject({ isKnown: true, result: first.result });
    expect(first.result.seconds).toBeGreaterThan(0);
    // The same numbers, bit for bit, when it is measured again.
    const { seconds: _seconds, ...found } = first.result;
    expect(await analysed(own, few, { fresh: true })).toMatchObject({ isKnown: false, result: found });
    expect((await analysed(own, { ...few, rho: 0.1 })).isKnown).toBe(false);

    // What lies there is not taken for the result of other checkpoints, nor where it cannot be read.
    const other = (await runOf({ seed: 2 })).folder;
    writeFileSync(
      path.join(own.folder, 'checkpoints/task-3.safetensors'),
      readFileSync(path.join(other, 'checkpoints/task-3.safetensors')),
    );
    expect((await analysed(own, { ...few, rho: 0.1 })).isKnown).toBe(false);
    writeFileSync(file, '{');
    expect((await analysed(own, { ...few, rho: 0.1 })).isKnown).toBe(false);
  });

  it('can be stopped, and then keeps nothing', async () => {
    const own = await runOf({});
    let looks = 0;
    await expect(analysed(own, few, { stop: () => ++looks > 5 })).rejects.toThrow('stopped');
    expect(existsSync(path.join(own.folder, 'analyses'))).toBe(false);
  });

  it.each(['progressive', 'hat'])('says of %s that its network is not the one of the experiment', async (method) => {
    const done = await runs.run({ methods: { [method]: {} } });
    expect(() => finishedRun(done.folder, toyManifest({}), openedOf({}))).toThrow(
      'the method of this run made another kind',
    );
  });

  it('says what is wrong: other settings, no such analysis, no parameters, a link in its place', async () => {
    const own = await runOf({});
    await expect(analysed(own, { rho: -1 })).rejects.toThrow('These settings are not allowed: rho');
    const tell = () => Promise.resolve();
    const asked = { analysis: 'none', settings: {} };
    await expect(analyseRun(own.run, own.folder, asked, { tell, stopRequested: () => false })).rejects.toThrow(
      'There is no analysis "none".',
    );
    expect(() => finishedRun('/nowhere', toyManifest({}), openedOf({}))).toThrow('kept no parameters');
    symlinkSync(own.folder, path.join(own.folder, 'analyses'));
    await expect(analysed(own, few)).rejects.toThrow('is no folder');
  });
});

const pairsOf = ({ rows }: AnalysisResult) => rows.map(({ after, of }) => [after, of]);

describe('the barrier between the minima of a finished run', () => {
  it('is that of losses on the line', () => {
    expect(barrierOf([1, 2, 4, 2, 3])).toEqual({ barrier: 2, at: 0.5, highest: 4, start: 1, end: 3 });
    expect(barrierOf([1, 1.5, 2, 2.5, 3])).toMatchObject({ barrier: 0, at: 0, highest: 3 });
    expect(barrierOf([3, 1, 0, 1, 3])).toMatchObject({ barrier: 0, highest: 3 });
  });

  it.each<[string, ToySpec]>([
    ['task-incremental', { stream: { scenario: 'task' } }],
    ['with batch norm, whose statistics are measured at each point', { network: { kind: 'resnet18', filters: 2 } }],
  ])('lies between the parameters after a task and after each later one: %s', async (_, spec) => {
    const own = await runOf(spec);
    const { result } = await analysed(own, { samples: 20, points: 5 }, { analysis: 'barrier' });
    expect(pairsOf(result)).toEqual([
      [1, 0],
      [2, 0],
      [2, 1],
    ]);
    for (const { values } of result.rows) {
      expect(values['barrier']).toBeGreaterThanOrEqual(0);
      expect(values['highest']).toBeGreaterThanOrEqual(Math.max(values['start'] ?? NaN, values['end'] ?? NaN));
    }
    // The loss at an end is that which sharpness begins with, where there are no statistics to measure.
    if (own.run.kept[0]?.buffers) return;
    const sharp = (await analysed(own, { samples: 20, products: 1 })).result.rows;
    expect(result.rows[1]?.values['start']).toBe(sharp[0]?.values['loss']);
    expect(result.rows[1]?.values['end']).toBe(sharp[3]?.values['loss']);
  });
});

describe('the drift of representations of a finished run', () => {
  it('is a number for each layer, at later tasks', async () => {
    const { result } = await analysed(await runOf({}), { samples: 10 }, { analysis: 'cka' });
    expect(pairsOf(result)).toEqual([
      [1, 0],
      [2, 0],
      [2, 1],
    ]);
    const names = Object.keys(result.rows[0]?.values ?? {});
    expect(names.at(0)).toBe('layer 1');
    expect(names.at(-1)).toBe('outputs');
    for (const { values } of result.rows) for (const name of names) expect(values[name]).toBeGreaterThan(-0.5);
  });

  it('is 0 where the parameters stay', async () => {
    const own = await runOf({});
    const again = (): FinishedRun => {
      const run = own.again();
      const [first] = run.kept;
      return { ...run, kept: run.kept.map((one) => ({ ...one, theta: (first as typeof one).theta })) };
    };
    const { result } = await analysed({ ...own, again }, { samples: 10 }, { analysis: 'cka' });
    for (const { values } of result.rows) for (const drift of Object.values(values)) expect(drift).toBeCloseTo(0, 4);
  });
});

describe('a linear probe of a finished run', () => {
  it.each<ToySpec['stream']>([{ scenario: 'class' }, { scenario: 'domain' }])(
    'tells the classes of each task apart by the last hidden layer: %o',
    async (stream) => {
      const { result } = await analysed(
        await runOf({ stream }),
        { samples: 40, iterations: 50 },
        { analysis: 'probe' },
      );
      expect(pairsOf(result)).toHaveLength(6);
      for (const { after, of, values } of result.rows) {
        const { accuracy, drop } = values;
        expect(accuracy).toBeGreaterThanOrEqual(0.5);
        const ended = result.rows.find((row) => row.after === of && row.of === of)?.values['accuracy'] ?? NaN;
        expect(drop).toBeCloseTo(ended - (accuracy ?? NaN), 12);
        if (after === of) expect(drop).toBe(0);
      }
    },
  );
});
