import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import compiled from './updateRules.json';

/** Update rules in WebAssembly: see updateRules.wat. Vectors by byte offset, their common length in bytes. */
interface UpdateRules {
  adam(
    ...rule: [
      ...vectors: [theta: number, gradient: number, m: number, v: number],
      ...outputs: [theta: number, m: number, v: number],
      ...[bytes: number, beta1: number, beta2: number, stepSize: number, epsilon: number],
    ]
  ): void;
  momentum(
    ...rule: [
      ...vectors: [theta: number, gradient: number, velocity: number],
      ...outputs: [theta: number, velocity: number],
      ...[bytes: number, learningRate: number, momentum: number],
    ]
  ): void;
}

const known = new WeakMap<BackendWasm, UpdateRules>();
const code = Buffer.from(compiled.wasm, 'base64');
/** Processors of before 2008 have no SIMD that WebAssembly could use. */
const hasSimd = WebAssembly.validate(code);

/** The rules on the heap of TensorFlow.js' WASM, which may grow; undefined where there is no SIMD. */
export function updateRulesOf(backend: BackendWasm): UpdateRules | undefined {
  if (!hasSimd) return undefined;
  const found = known.get(backend);
  if (found) return found;
  // The typings know only the functions of the module, not what it exports besides.
  const { asm } = backend.wasm as unknown as { asm: { memory: WebAssembly.Memory } };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory: asm.memory } });
  const rules = instance.exports as unknown as UpdateRules;
  known.set(backend, rules);
  return rules;
}

/** So many elements at a time. */
export const LANES = 4;
