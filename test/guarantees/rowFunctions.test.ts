import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toyDataset, toyManifest } from './toyData';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { RowFunction } from '../../src/engine/contract/learner';
import { nativeBackend, type NativeBinding } from '../../src/engine/graph/binding';
import { streamOf } from '../../src/engine/streams/index';
import { RowFunctions } from '../../src/engine/steps/rowFunctions';

/** Most graphs that stay: a run has one for testing and a few for its method. */
const MOST = 16;
const ROWS = 3;

describe('compiled functions of examples', () => {
  const stream = streamOf(toyDataset(), toyManifest({}).spec.stream, 1);
  const reasons: string[] = [];
  let functions: RowFunctions;
  let theta: tf.Tensor1D;
  /** Graphs made and let go. */
  const graphs = { made: 0, gone: 0 };
  let real: NativeBinding;

  beforeEach(async () => {
    await openTestBackend('native');
    real = nativeBackend().binding;
    Object.assign(graphs, { made: 0, gone: 0 });
    nativeBackend().binding = counting(real, graphs);
    reasons.length = 0;
    functions = new RowFunctions(stream, true, (reason) => reasons.push(reason));
    theta = tf.tensor1d([2, 3]);
  });

  afterEach(() => {
    functions.dispose();
    expect(graphs.gone).toBe(graphs.made);
    nativeBackend().binding = real;
    theta.dispose();
  });

  /** What each call gives for the same examples, by itself and in JavaScript. */
  const call = (fn: RowFunction, rows = ROWS) =>
    tf.tidy(() => [
      ...(
        functions.apply(fn, rows, theta, 'train', { task: 0, indices: Int32Array.from([0, 1, 2]) })[0] as tf.Tensor
      ).dataSync(),
    ]);
  const sumsTimes =
    (factor: number): RowFunction =>
    (_, x) => [tf.mul(tf.sum(x, 1), factor)];
  const readsBack: RowFunction = (_, x) => [tf.mul(x, x.dataSync()[0] === 2 ? 2 : 1)];

  it('one that cannot be compiled runs eagerly, alone, and says so once', () => {
    const [before, after] = [sumsTimes(1), sumsTimes(2)];
    call(before);
    expect(call(readsBack).length).toBe(ROWS * 64);
    call(readsBack);
    expect(graphs.made).toBe(1);
    call(after);
    call(before);
    expect(graphs.made).toBe(2);
    expect(reasons).toEqual([
      expect.stringMatching(/^it reads a tensor back to JavaScript \(.*rowFunctions\.test\.ts:/),
    ]);
  });

  it('one that is made anew each time is said once too', () => {
    for (let i = 0; i < 3; i++) call((...given) => readsBack(...given));
    expect(reasons.length).toBe(1);
  });

  it('graphs that were used longest ago are let go, and made again when they are needed', () => {
    const all = Array.from({ length: MOST + 4 }, (_, i) => sumsTimes(i + 1));
    const [first = readsBack] = all;
    const expected = call(first);
    for (const fn of all) {
      call(fn);
      // One that is in use stays.
      call(first);
    }
    expect(graphs).toEqual({ made: MOST + 4, gone: 4 });
    const [, second = readsBack] = all;
    expect(call(second)).toEqual(expected.map((value) => value * 2));
    expect(graphs).toEqual({ made: MOST + 5, gone: 5 });
    expect(reasons).toEqual([]);
  });
});

/** The addon's functions want the addon's own object as `this`. */
const counting = (real: NativeBinding, graphs: { made: number; gone: number }): NativeBinding =>
  new Proxy({} as NativeBinding, {
    get: (_, name) => {
      const value = Reflect.get(real, name) as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (name === 'loadSavedModel') graphs.made++;
        if (name === 'deleteSavedModel') graphs.gone++;
        return Reflect.apply(value, real, args) as unknown;
      };
    },
  });
