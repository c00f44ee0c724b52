import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/engine/checkpoint';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import { decodeTensors } from '../../src/engine/safetensors';
import { networkToys } from './networkToys';
import { ofType, parametersAfter, removeRunFolders, runToy, type ToyRun } from './toyRuns';

afterAll(removeRunFolders);

const toy = (name: string): Method => {
  const create = Object.entries(networkToys).find(([title]) => title.includes(name))?.[1];
  if (!create) throw new Error(`there is no toy with ${name}`);
  return create();
};
const accuraciesOf = ({ events }: ToyRun) =>
  ofType(events, 'task-end').map(({ accuracy, taskAware }) => ({ accuracy, taskAware }));
const architectureAfter = (run: ToyRun, task: number): unknown => {
  const file = path.join(run.folder, `checkpoints/task-${task + 1}.safetensors`);
  return JSON.parse(decodeTensors(readFileSync(file)).metadata['architecture'] ?? 'null');
};

describe('a network of the method', () => {
  it('is asked at test with the columns that the method gives it there', async () => {
    const usual = toy('gates');
    const longer = { training: { iterations: 30 } };
    const steep = await runToy(longer, { method: toy('gates') });
    // A steep slope the other way shuts the gates that were learned to be open.
    const flat = await runToy(longer, {
      method: { ...usual, columnsAt: (task) => ({ ...usual.columnsAt?.(task), slope: [-1e5] }) },
    });
    expect(flat.error).toBeUndefined();
    expect(parametersAfter(flat.folder, 2)).toEqual(parametersAfter(steep.folder, 2));
    expect(accuraciesOf(flat)).not.toEqual(accuraciesOf(steep));
    // Its own parameters are trained, and kept with the others.
    expect(Math.max(...Array.from(parametersAfter(steep.folder, 2)['gates']?.values ?? [], Math.abs))).toBeGreaterThan(
      0,
    );
    expect(architectureAfter(steep, 0)).toMatchObject({ kind: 'layers', toy: 'gates' });
  });

  it('has running statistics, which are in the files beside the parameters', async () => {
    const run = await runToy({}, { method: toy('statistics') });
    const { square, ...parameters } = parametersAfter(run.folder, 0);
    expect(square?.shape).toEqual([12]);
    expect(Array.from(square?.values ?? [])).not.toEqual(new Array<number>(12).fill(1));
    const [started] = ofType(run.events, 'started');
    expect(Object.values(parameters).reduce((sum, { values }) => sum + values.length, 0)).toBe(started?.parameters);
  });

  it('keeps the statistics of the slope that the method says: here those of the first of two passes', async () => {
    const oneStep = { training: { iterations: 1 } };
    const squareOf = async (gradient: Pick<Method, 'gradient'>) => {
      const { folder } = await runToy(oneStep, { method: { ...toy('statistics'), ...gradient } });
      return parametersAfter(folder, 0)['square']?.values;
    };
    const first = await squareOf({ gradient: (theta, differentiate) => differentiate(theta) });
    expect(await squareOf({})).toEqual(first);
    const ofSecond = await squareOf({
      gradient: (theta, differentiate) => differentiate(tf.add(theta, tf.mul(differentiate(theta).total, 0.1))),
    });
    expect(ofSecond).not.toEqual(first);
    const unsaid = await squareOf({
      gradient(theta, differentiate) {
        const { loss, task, total } = differentiate(theta);
        return { loss, task, total };
      },
    });
    expect(unsaid).toEqual(first);
  });
});

describe('a network that is replaced by a wider one', () => {
  const growing = () => toy('wider');

  it('is the same function before and after, to 1e-6', async () => {
    let learner: Learner | undefined;
    const found: { before: number; after: number }[] = [];
    const method = growing();
    const lossOf = () => learner?.loss({ task: 0, indices: learner.examples[0] ?? new Int32Array() }) ?? NaN;
    const run = await runToy(
      {},
      {
        method: {
          ...method,
          begin(own) {
            learner = own;
            method.begin?.(own);
          },
          beforePhase(position) {
            const before = lossOf();
            void method.beforePhase?.(position);
            if (position.phase === 1) found.push({ before, after: lossOf() });
          },
        },
      },
    );
    expect(run.error).toBeUndefined();
    expect(found.length).toBe(3);
    for (const { before, after } of found) expect(Math.abs(after - before)).toBeLessThan(1e-6);
  });

  it('says so in the log, and is in the files with its architecture', async () => {
    const run = await runToy({}, { method: growing() });
    const perUnit = 64 + 1 + 10;
    const [started] = ofType(run.events, 'started');
    expect(ofType(run.events, 'network').map(({ task, parameters }) => [task, parameters])).toEqual(
      [0, 1, 2].map((task) => [task, (started?.parameters ?? 0) + 2 * perUnit * (task + 1)]),
    );
    expect([0, 1, 2].map((task) => parametersAfter(run.folder, task)['layer1.weights']?.shape)).toEqual([
      [64, 14],
      [64, 16],
      [64, 18],
    ]);
    expect(architectureAfter(run, 2)).toMatchObject({ spec: { hidden: [18, 10] } });
  });

  it("moves the optimiser's slots along: those of old units go on, those of new ones begin at 0", async () => {
    // With a gradient of nothing but ones, Adam's m tells how many steps a parameter has had.
    const gradient: Method['gradient'] = (theta, differentiate) => ({
      ...differentiate(theta),
      total: tf.onesLike(theta),
    });
    const run = await runToy({}, { method: { ...growing(), gradient } });
    expect(run.error).toBeUndefined();
    const { slots } = decodeCheckpoint(readFileSync(path.join(run.folder, 'checkpoints/latest.safetensors')));
    const after = (steps: number) => slots['m']?.filter((value) => Math.abs(value - (1 - 0.9 ** steps)) < 1e-5).length;
    // Tasks of six steps, each with two new units after its third.
    expect([3, 9, 15].map(after)).toEqual([150, 150, 150]);
    expect(after(18)).toBe((slots['m']?.length ?? 0) - 450);
  });

  it('refuses a method that leaves behind what it keeps or carries over the parameters', async () => {
    const without = { ...growing(), grown: () => {} };
    const kept = await runToy({}, { method: without });
    expect(kept.error?.message).toMatch(/no "anchor" as the method needs it/);
    const carried = await runToy(
      {},
      {
        method: { ...without, keeps: () => ({}), constants: () => ({}), penalty: () => undefined, afterTask: () => {} },
      },
    );
    expect(carried.error?.message).toMatch(/did not bring along what its steps carry as "mean"/);
  });

  it('does not come back from a checkpoint of a network that the run cannot have', async () => {
    const whole = await runToy({}, { method: growing() });
    const bytes = readFileSync(path.join(whole.folder, 'checkpoints/latest.safetensors'));
    const snapshot = decodeCheckpoint(bytes);
    expect(snapshot.architecture).toMatchObject({ spec: { hidden: [18, 10] } });
    const at = { task: 3, step: 0 };
    const spec = { ...(snapshot.architecture?.['spec'] as object), hidden: [17, 10] };
    const { architecture: _of, ...ofFirst } = snapshot;
    for (const one of [{ ...snapshot.architecture, spec }, { ...snapshot.architecture, outputs: 7 }, { kind: 'other' }])
      expect(() => whole.journey.restore({ ...snapshot, architecture: one }, at)).toThrow(RangeError);
    expect(() => whole.journey.restore(ofFirst, at)).toThrow(RangeError);
    whole.journey.restore(decodeCheckpoint(encodeCheckpoint(snapshot)), at);
  });
});
