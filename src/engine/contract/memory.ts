/** Values of an array that is stored in checkpoints. */
export type StoredValues = Float32Array | Int32Array | Uint8Array;

/** An array with its shape. Replaced, never changed in place: so checkpoints and steps need no copies. */
export interface Stored {
  readonly shape: readonly number[];
  readonly values: StoredValues;
}

/** An array that a method keeps: how it starts, and what a checkpoint of it may hold. */
export interface Kept {
  readonly initial: StoredValues;
  /** Lengths it may have; any when left out. */
  readonly lengths?: readonly number[];
  /** Name of another that it is as long as. */
  readonly asLongAs?: string;
  /** Whole numbers: all lie in 0 … below − 1. */
  readonly below?: number;
}

/**
 * What a method keeps from one step or task to the next: in every checkpoint, counted in bytes, one of each name that
 * its `keeps` says. The getters throw for another name or type.
 */
export interface MethodMemory {
  /** Bytes of all arrays. */
  readonly size: number;
  floats(name: string): Float32Array;
  integers(name: string): Int32Array;
  bytes(name: string): Uint8Array;
  /** Replaces an array, which the memory owns from then on. Throws for what `keeps` does not allow: type, length, numbers. */
  set(name: string, values: StoredValues): void;
  /** The part whose names have this before them. */
  part(prefix: string): MethodMemory;
}
