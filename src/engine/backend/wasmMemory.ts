import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { formatBytes } from '../../core/format';
import { OutOfMemoryError, ownScale } from '../outOfMemory';

/** What is used of the module that TensorFlow.js is compiled to; its typings know less. */
interface Module {
  _malloc(bytes: number): number;
  readonly HEAPU8: Uint8Array;
}

const LIMIT = formatBytes(2 ** 32);
const REMEDY = 'Make the network or the batch smaller, or train on native TensorFlow.';

const moduleOf = () => (tf.backend() as BackendWasm).wasm as unknown as Module;
const held = () => `the heap of WebAssembly holds ${formatBytes(moduleOf().HEAPU8.length)} of at most ${LIMIT}`;

const guarded = new WeakSet<Module>();

/**
 * Lets WASM, the current backend, fail where memory runs out. By itself it takes the address 0 that a failed allocation
 * returns for one it may write to, and destroys its heap.
 */
export function guardWasmMemory(): void {
  const module = moduleOf();
  if (guarded.has(module)) return;
  guarded.add(module);
  const allocate = module._malloc.bind(module);
  module._malloc = (bytes) => {
    // A size beyond 32 bits would be cut off and seem to succeed.
    const address = bytes < 2 ** 32 ? allocate(bytes) : 0;
    if (address !== 0 || bytes === 0) return address;
    throw new OutOfMemoryError(`${formatBytes(bytes)} were asked for, and ${held()}. ${REMEDY}`);
  };
}

/**
 * Starts WASM such that a matrix product that finds no memory ends the run. By itself it only writes a line, to what is
 * `console.warn` while it starts, and goes on with a result that was never computed.
 */
export async function startListening(start: () => Promise<void>): Promise<void> {
  const { warn } = console;
  console.warn = (...words: unknown[]) => {
    warn(...words);
    failOn(words.join(' '));
  };
  try {
    await start();
  } finally {
    console.warn = warn;
  }
}

/** Status 6 of XNNPACK, the library that multiplies matrices in WASM, is "out of memory". @throws */
export function failOn(words: string): void {
  const [, operation = '', status] = /XNN status for (\w+) is not successful. Got status (\d+)/.exec(words) ?? [];
  if (status === undefined) return;
  if (status !== '6') throw new Error(`${operation} of WebAssembly failed with status ${status}.`);
  throw new OutOfMemoryError(`there is no room for a matrix product${ownScale()}; ${held()}. ${REMEDY}`);
}
