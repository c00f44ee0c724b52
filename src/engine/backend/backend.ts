import * as tf from '@tensorflow/tfjs-core';
import path from 'node:path';
import type { BackendChoice, BackendName } from '../../core/backends';
import { nativeThreads } from './threads';
import { loadNative, REPLACE } from './loadNative';
import { registerNativeKernels } from './nativeKernels';
import { registerWasmKernels } from './wasmKernels';
import { guardWasmMemory, startListening } from './wasmMemory';

/** The backend a training process computes with. */
export interface Backend {
  readonly name: BackendName;
  readonly version: string;
  /** Why this one: what was asked for, or what is the matter with the faster ones and how to change it. */
  readonly why: string;
  /** Threads it computes with. */
  readonly threads: number;
}

interface Attempt {
  readonly name: BackendName;
  /** Makes the backend current and returns its version; throws with a reason when it is not to be had. */
  readonly open: () => Promise<string>;
}

/**
 * Makes a backend current: the one asked for, or with `auto` the first that works of native TensorFlow, WASM and CPU.
 *
 * @param wasmFolder folder of the `.wasm` files, beside train.js
 * @throws Error when a backend asked for by name does not work
 */
export async function openBackend(choice: BackendChoice, wasmFolder: string): Promise<Backend> {
  const attempts = [native(path.join(wasmFolder, '..', 'train.js')), wasm(wasmFolder), cpu].filter(
    ({ name }) => choice === 'auto' || choice === name,
  );
  const failures: string[] = [];
  for (const { name, open } of attempts) {
    try {
      const version = await open();
      const threads = name === 'native' ? nativeThreads() : 1;
      return { name, version, why: whyOf(choice, failures), threads };
    } catch (error) {
      failures.push(`${titles[name]} ${reasonOf(error)}`);
    }
  }
  throw new Error(
    `${choice === 'auto' ? 'No backend works here' : 'The backend asked for does not work here'}: ${failures.join('; ')}.`,
  );
}

const titles: Readonly<Record<BackendName, string>> = {
  native: 'native TensorFlow',
  wasm: 'WebAssembly',
  cpu: 'plain JavaScript',
};

function whyOf(choice: BackendChoice, failures: readonly string[]): string {
  if (choice !== 'auto') return 'asked for by name';
  return failures.length === 0 ? 'the fastest there is' : failures.join('; ');
}

/** Continues a sentence that begins with the name of the backend. */
const reasonOf = (error: unknown) => {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.slice(0, 300);
};

const native = (script: string): Attempt => ({
  name: 'native',
  async open() {
    const version = loadNative(script);
    try {
      await activate('tensorflow');
    } catch (error) {
      throw new Error(`does not work (${reasonOf(error)}); ${REPLACE} makes it anew`, { cause: error });
    }
    registerNativeKernels();
    return version;
  },
});

const wasm = (folder: string): Attempt => ({
  name: 'wasm',
  async open() {
    const { setWasmPaths, version_wasm } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(folder.endsWith('/') ? folder : `${folder}/`);
    await startListening(() => activate('wasm'));
    guardWasmMemory();
    registerWasmKernels();
    return version_wasm;
  },
});

const cpu: Attempt = {
  name: 'cpu',
  async open() {
    const { version_cpu } = await import('@tensorflow/tfjs-backend-cpu');
    await activate('cpu');
    return version_cpu;
  },
};

async function activate(name: string) {
  if (!(await tf.setBackend(name))) throw new Error('could not be started');
  await tf.ready();
  const four = tf.tidy(() => tf.matMul(tf.ones([1, 2]), tf.fill([2, 1], 2)).dataSync()[0]);
  if (four !== 4) throw new Error(`computes 1·2 + 1·2 as ${four}`);
}
