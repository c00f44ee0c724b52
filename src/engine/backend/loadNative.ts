import { registerBackend, type KernelBackend } from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import { INSTALL_ENGINE, REMOVE_ENGINE } from '../../core/engineHint';
import { engineFolder, findEngine, packageFolder, type EngineRecord } from '../../native/location';
import { limits } from '../../native/support';
import { setThreads } from './threads';
import { tryEngine } from './trial';

/** What tfjs-node's addon says of the library it is linked with. */
interface Addon {
  readonly TF_Version: string;
}

interface NodeBackendModule {
  readonly NodeJSKernelBackend: new (addon: Addon, packageName: string) => KernelBackend;
}

/** What to do about an engine that is there but of no use. */
export const REPLACE = `${REMOVE_ENGINE} and then ${INSTALL_ENGINE}`;

/**
 * Loads native TensorFlow and registers it as the backend `tensorflow`: the engine that Lethe has installed, and that is
 * still what was installed. Nothing else is looked for, since nobody would have checked it.
 *
 * @param script train.js, which tries the engine where it has never been loaded
 * @returns the version, of TensorFlow's library where it can be told
 * @throws Error with what was found and what to do, as the end of a sentence about native TensorFlow
 */
export function loadNative(script: string): string {
  restoreUtilFunctions();
  setThreads();
  // Its greetings would only fill the output of every run.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ||= '2';
  // oneDNN's kernels: left to itself TensorFlow takes them only on some processors, and convolutions take nearly twice as
  // long without them on the others.
  process.env['TF_ENABLE_ONEDNN_OPTS'] ||= '1';
  const folder = engineFolder();
  const found = findEngine(folder);
  if (found.state === 'none') throw new Error(limits() ?? `is not installed; ${INSTALL_ENGINE} installs it`);
  if (found.state === 'damaged')
    throw new Error(`is damaged in ${folder}: ${found.why}; ${INSTALL_ENGINE} makes it anew`);
  try {
    tryEngine(folder, found.record, script);
  } catch (error) {
    throw new Error(`${firstLine(error)}; ${REPLACE} makes it anew`, { cause: error });
  }
  try {
    return loadEngine(folder, found.record);
  } catch (error) {
    throw new Error(`in ${folder} cannot be loaded: ${firstLine(error)}; ${REPLACE} makes it anew`, { cause: error });
  }
}

/** Only the parts of tfjs-node that compute: its main module would load layers, converters and WebGL besides. */
function loadEngine(folder: string, record: EngineRecord): string {
  const load = createRequire(path.join(folder, 'package.json'));
  const addon = load(path.join(folder, record.binding)) as Addon;
  const modules = path.join(packageFolder(folder), 'dist');
  quietly(() => load(path.join(modules, 'register_all_kernels')) as unknown);
  const { NodeJSKernelBackend } = load(path.join(modules, 'nodejs_kernel_backend')) as NodeBackendModule;
  registerBackend('tensorflow', () => new NodeJSKernelBackend(addon, '@tensorflow/tfjs-node'), 3);
  return addon.TF_Version;
}

/** The engine brings TensorFlow.js's core a second time; it warns that the platform is set already, to the same. */
function quietly(work: () => void): void {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    work();
  } finally {
    console.warn = warn;
  }
}

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/** tfjs-node 4.22 calls two functions that newer versions of Node.js no longer have, and older ones complain of. */
function restoreUtilFunctions(): void {
  // The module's own object, which tfjs-node gets from require.
  const own = util as unknown as Record<string, unknown>;
  own['isNullOrUndefined'] = (value: unknown) => value === null || value === undefined;
  own['isArray'] = (value: unknown) => Array.isArray(value);
}
