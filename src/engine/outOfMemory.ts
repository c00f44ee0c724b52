import type { BackendName } from '../core/backends';
import { formatBytes } from '../core/format';
import { machineMemory } from '../native/machineMemory';

/** Less memory is to be had than something needs. The message names what was asked for. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  constructor(what: string) {
    super(`Out of memory: ${what}`);
  }
}

/** A WebAssembly heap has 32-bit addresses. */
const WASM_LIMIT = 2 ** 32;
const FLOAT = 4;

/** Of the network being trained, for errors of libraries that tell no size. */
let parameterCount = 0;

/** A run begins whose network is not known yet. */
export const forgetNetwork = (): void => void (parameterCount = 0);

/**
 * Looks, before anything is allocated, whether a network can be trained at all: parameters, their gradient and the
 * optimiser's slots must fit at the same time, on WASM both before and after a step. TensorFlow's library would crash,
 * or the system end the process.
 *
 * @param limit bytes there are; by default those that the backend can have
 * @param grown where it is the network as it will be after the last task: bytes that lie beside it then
 * @throws OutOfMemoryError
 */
export function requireMemory(
  parameters: number,
  slots: number,
  backend: BackendName,
  limit = backend === 'wasm' ? Math.min(WASM_LIMIT, machineMemory()) : machineMemory(),
  grown?: { readonly beside: number },
): void {
  if (!grown) parameterCount = parameters;
  const copies = backend === 'wasm' ? 3 + 2 * slots : 2 + slots;
  // What lies beside it does not lie in the heap of WebAssembly.
  const beside = backend === 'wasm' ? 0 : (grown?.beside ?? 0);
  const bytes = FLOAT * parameters * copies + beside;
  if (bytes <= limit) return;
  const place = backend === 'wasm' && limit === WASM_LIMIT ? 'WebAssembly can have' : 'this machine has';
  const remedy = backend === 'wasm' ? ' or train on native TensorFlow' : '';
  const what = grown ? 'the network as it is after the last task, of' : 'a network of';
  const more = beside > 0 ? ` with ${formatBytes(beside)} beside them` : '';
  throw new OutOfMemoryError(
    `training ${what} ${parameters.toLocaleString('en')} parameters${more}${grown ? ',' : ''} takes at least ${formatBytes(bytes)}, and ` +
      `${place} ${formatBytes(limit)}. Make the network smaller${remedy}.`,
  );
}

const element: Readonly<Record<string, number>> = { float: 4, double: 8, int32: 4, int64: 8, bool: 1, uint8: 1 };

/** The words with which a run fails: an allocation that failed somewhere in a library, with its size; else the error's. */
export function failureText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof OutOfMemoryError) return text;
  const size = sizeIn(text);
  const isMemory =
    /Array buffer allocation failed|Invalid (typed )?array (buffer )?length|bad_alloc|ResourceExhausted|OOM when/i;
  if (size === undefined && !isMemory.test(text)) return text;
  const asked = size === undefined ? 'an array could not be allocated' : `${formatBytes(size)} were asked for`;
  return `Out of memory: ${asked}${ownScale()}. Make the network or the batch smaller. (${text})`;
}

/** How much it is about, where the size asked for is not known. */
export const ownScale = (): string =>
  parameterCount === 0 ? '' : `; each copy of the parameters takes ${formatBytes(FLOAT * parameterCount)}`;

/** Bytes that a message of V8 or TensorFlow says were asked for. */
function sizeIn(text: string): number | undefined {
  const [, shape, type = ''] = /OOM when allocating tensor with shape\[([\d,]+)\] and type (\w+)/.exec(text) ?? [];
  if (shape !== undefined) return shape.split(',').reduce((size, n) => size * Number(n), element[type] ?? FLOAT);
  const [, length] = /Invalid typed array length: (\d+)/.exec(text) ?? [];
  return length === undefined ? undefined : FLOAT * Number(length);
}
