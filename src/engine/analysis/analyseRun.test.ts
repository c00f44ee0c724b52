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
  { fresh = false, stop = (): boolean => false } = {},
): Promise<Found> {
  const messages: AnalysisMessage[] = [];
  const tell = (message: AnalysisMessage) => {
    messages.push(message);
    return Promise.resolve();
  };
  await analyseRun(again(), folder, { analysis: 'sharpness', settings, fresh }, { tell, stopRequested: stop });
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
    // The same numbers, bit for bit, when it is measured again.
    expect(await analysed(own, few, { fresh: true })).toMatchObject({ isKnown: false, result: first.result });
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
