/**
 * Which backend tests compute with. Vitest runs them twice (see its configuration): with what works everywhere, and as
 * the project `native` with native TensorFlow, which skips them with the reason where it is not installed.
 */
import { engineFolder, findEngine } from '../../native/location';
import { openBackend, type Backend } from './backend';

type Tested = 'cpu' | 'wasm' | 'native';

const isNativeProject = process.env['LETHE_TEST_BACKEND'] === 'native';

/** The backend for tests that need one, whichever it is. */
export const testBackend: Tested = isNativeProject ? 'native' : 'wasm';

/** The backends for tests that check what every backend must do alike. */
export const testBackends: readonly Tested[] = isNativeProject ? ['native'] : ['cpu', 'wasm'];

/** Why tests of native TensorFlow must be skipped here, or undefined when they can run. */
export function whyNoNative(): string | undefined {
  const declared = process.env['LETHE_NO_NATIVE_ENGINE'];
  if (declared) return declared;
  const found = findEngine(engineFolder());
  if (found.state === 'none') return 'native TensorFlow is not installed: run `node dist/cli.js engine install`';
  return found.state === 'damaged' ? `native TensorFlow is damaged: ${found.why}` : undefined;
}

/** Makes it current. Tests that are about to be skipped get one that is there. */
export function openTestBackend(name = testBackend): Promise<Backend> {
  const isThere = name !== 'native' || whyNoNative() === undefined;
  return openBackend(isThere ? name : 'wasm', 'node_modules/@tensorflow/tfjs-backend-wasm/dist/');
}
