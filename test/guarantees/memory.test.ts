import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { createMethod } from '../../src/engine/methods/index';
import { removeRunFolders, runToy, toyManifest, type ToySpec } from './toyRuns';

afterAll(removeRunFolders);

/** Bytes that WebAssembly has taken of the system; none is ever given back. */
const heapBytes = () => (tf.engine().backend as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;

/** Tensors, their bytes, what the backend stores and how large its heap is, at every so many steps of a single task. */
async function memoryOver(spec: ToySpec, steps: number, every: number) {
  const toy: ToySpec = { ...spec, stream: { tasks: 1 }, training: { ...spec.training, iterations: steps } };
  const method = createMethod(toyManifest(toy).spec.methods);
  const seen: (readonly number[])[] = [];
  const run = await runToy(toy, {
    clock: 'real',
    method: {
      ...method,
      met(lesson, position) {
        method.met?.(lesson, position);
        if (position.step % every !== every - 1) return;
        const { numTensors, numBytes, numDataBuffers } = tf.memory();
        seen.push([numTensors, numBytes, numDataBuffers, tf.engine().backend.numDataIds(), heapBytes()]);
      },
    },
  });
  expect(run.error).toBeUndefined();
  expect(seen.length).toBe(steps / every);
  return seen;
}

describe('training takes no more memory the longer it goes on', () => {
  const tiny = { batchSize: 4, learningRate: 0.001 };
  const cases: [string, number, ToySpec][] = [
    ['a fully connected network and Adam', 10_000, { network: { hidden: [6, 5], dropout: 0.2 }, training: tiny }],
    [
      'SGD with momentum, replay and a penalty',
      1_000,
      {
        network: { hidden: [6] },
        training: { ...tiny, optimizer: 'sgd', momentum: 0.9 },
        methods: { ewc: {}, replay: { buffer: 'reservoir', size: 20, mixing: 'concatenate' } },
      },
    ],
    [
      'a convolutional network',
      500,
      { network: { kind: 'cnn', conv: [3, 4], hidden: [5] }, training: tiny, methods: { packnet: {} } },
    ],
  ];

  it.each(cases)('%s, over %s steps', async (_, steps, spec) => {
    const [first, ...rest] = await memoryOver(spec, steps, steps / 10);
    for (const later of rest) expect(later).toEqual(first);
  });
});
