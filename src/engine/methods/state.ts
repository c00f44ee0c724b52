import type { MethodState, StateArray } from './method';

/**
 * An array out of a method's state, as a checkpoint has it.
 *
 * @param lengths that it may have
 * @throws RangeError when there is none of that type and length
 */
export function arrayIn<T extends StateArray>(
  state: MethodState,
  name: string,
  type: abstract new (...args: never) => T,
  ...lengths: readonly number[]
): T {
  const values = state[name];
  if (values instanceof type && lengths.includes(values.length)) return values;
  throw new RangeError(`the checkpoint has no "${name}" as the method needs it`);
}

/** Looks whether all values lie in 0 … `end` − 1. @throws RangeError */
export function requireBelow(end: number, name: string, values: Int32Array | Uint8Array): void {
  if (values.some((value) => value < 0 || value >= end))
    throw new RangeError(`the checkpoint has values in "${name}" that the method cannot have`);
}
