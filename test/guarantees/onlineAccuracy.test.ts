import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { Method } from '../../src/engine/contract/method';
import { createMethod } from '../../src/engine/methods/index';
import { cases } from './cases';
import { ofType, removeRunFolders, runToy, toyManifest, type ToyRun, type ToySpec } from './toyRuns';

afterAll(removeRunFolders);

const asked = (spec: ToySpec): ToySpec => ({ ...spec, evaluation: { online: true } });
const accuraciesOf = ({ events }: ToyRun) => ofType(events, 'step').map(({ accuracy }) => accuracy ?? NaN);

describe.each(Object.entries(cases))('the online accuracy of %s', (_, spec) => {
  it('is the same compiled and one operation at a time, resumed or not', async () => {
    const run = await runToy(asked(spec));
    expect(run.error).toBeUndefined();
    expect(accuraciesOf(run).every((value) => value >= 0 && value <= 1)).toBe(true);
    const eager = await runToy({ ...asked(spec), eager: true });
    accuraciesOf(eager).forEach((value, i) => expect(accuraciesOf(run)[i]).toBeCloseTo(value, 6));
    const stopped = await runToy(asked(spec), { stopAt: Math.ceil(run.asked / 2) });
    const resumed = await runToy(asked(spec), { resume: stopped.folder });
    const after = ofType(resumed.events, 'resumed')[0]?.at ?? Infinity;
    const again = ofType(resumed.events, 'step').filter(({ at }) => at >= after);
    for (const { task, step, accuracy } of again)
      expect(ofType(run.events, 'step').find((one) => one.task === task && one.step === step)?.accuracy).toBe(accuracy);
  });

  it('changes nothing else', async () => {
    const rest = ({ events }: ToyRun) =>
      events.flatMap((event) =>
        event.type === 'step' ? [event.loss] : event.type === 'task-end' ? event.accuracy : [],
      );
    const [run, plain] = [await runToy({ ...spec, eager: true }), await runToy({ ...asked(spec), eager: true })];
    expect(rest(plain)).toEqual(rest(run));
  });
});

describe('the online accuracy', () => {
  /** What it should be, by hand: of the first rows of the current batch, at θ. */
  function watched(spec: ToySpec, rows: number): { method: Method; shares: number[] } {
    const method = createMethod(toyManifest(spec).spec.methods);
    const shares: number[] = [];
    return {
      shares,
      method: {
        ...method,
        gradient(theta, differentiate, step) {
          const current = step.batches['current'];
          if (!current) throw new Error('no current batch');
          const answers = tf.argMax(step.outputs(theta, current).logits, 1).dataSync();
          const targets = tf.argMax(current.targets, 1).dataSync();
          const right = Array.from(targets.slice(0, rows), (target, i) => target === answers[i]);
          shares.push(right.filter(Boolean).length / rows);
          return method.gradient?.(theta, differentiate, step) ?? differentiate(theta);
        },
      },
    };
  }

  it.each([
    ['nothing', { none: {} }],
    ['replayed examples behind the current ones', { replay: { perClass: 3 } }],
    ['a second point of the slope', { sam: {} }],
  ])('is that of the examples of the task before the update, with %s', async (_, methods) => {
    const spec: ToySpec = { ...asked({ methods }), eager: true };
    const { method, shares } = watched(spec, 16);
    const run = await runToy(spec, { method });
    expect(run.error).toBeUndefined();
    // An event for each step of so short a task.
    expect(accuraciesOf(run)).toEqual(shares);
    expect(new Set(shares).size).toBeGreaterThan(2);
  });

  it('is the mean over the steps since the event before', async () => {
    const spec: ToySpec = { ...asked({ training: { iterations: 120 } }), eager: true };
    const { method, shares } = watched(spec, 16);
    const steps = ofType((await runToy(spec, { method })).events, 'step').filter(({ task }) => task === 0);
    let before = 0;
    for (const { step, accuracy } of steps) {
      const own = shares.slice(before, step);
      expect(accuracy).toBeCloseTo(own.reduce((sum, share) => sum + share, 0) / own.length, 12);
      before = step;
    }
    expect(steps.length).toBeLessThan(120);
  });
});
