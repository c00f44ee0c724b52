import * as tf from '@tensorflow/tfjs-core';
import type { Kept, MethodMemory, Stored, StoredValues } from '../contract/memory';
import type { Constants } from './constants';

/** Bytes of some arrays. */
export const bytesOf = (arrays: Readonly<Record<string, Stored>>): number =>
  Object.values(arrays).reduce((sum, { values }) => sum + values.byteLength, 0);

/** All that a method keeps, by name. */
export class Memory implements MethodMemory {
  private kept: Readonly<Record<string, Kept>> = {};
  private readonly values = new Map<string, StoredValues>();
  private made: Constants | undefined;

  /** Says what there is, as it is at first. */
  declare(kept: Readonly<Record<string, Kept>>): void {
    this.kept = kept;
    this.values.clear();
    for (const [name, { initial }] of Object.entries(kept)) this.values.set(name, initial);
    this.forget();
  }

  /** Says what there may be from now on; the arrays stay. */
  expect(kept: Readonly<Record<string, Kept>>): void {
    this.kept = kept;
    this.forget();
  }

  floats(name: string): Float32Array {
    return this.valuesOf(name, Float32Array);
  }

  integers(name: string): Int32Array {
    return this.valuesOf(name, Int32Array);
  }

  bytes(name: string): Uint8Array {
    return this.valuesOf(name, Uint8Array);
  }

  set(name: string, values: StoredValues): void {
    const { initial } = this.keptAs(name);
    if (values.constructor !== initial.constructor) throw new Error(`"${name}" is kept in another type`);
    this.values.set(name, values);
    this.forget();
  }

  get size(): number {
    return this.sizeOf(() => true);
  }

  /** Bytes of the arrays of some names. */
  sizeOf(isMeant: (name: string) => boolean): number {
    return [...this.values].reduce((sum, [name, { byteLength }]) => sum + (isMeant(name) ? byteLength : 0), 0);
  }

  /** A part of it, whose names have this before them. */
  part(prefix: string): MethodMemory {
    const sizeOf = () => this.sizeOf((name) => name.startsWith(prefix));
    return {
      get size() {
        return sizeOf();
      },
      floats: (name) => this.floats(prefix + name),
      integers: (name) => this.integers(prefix + name),
      bytes: (name) => this.bytes(prefix + name),
      set: (name, values) => this.set(prefix + name, values),
      part: (more) => this.part(prefix + more),
    };
  }

  /** What is made of the memory for the steps: `make` is called when it has changed. */
  constants(make: () => Readonly<Record<string, tf.Tensor | Stored | undefined>>): Constants {
    if (this.made) return this.made;
    const made: Record<string, tf.Tensor | Stored> = {};
    tf.tidy(() => {
      for (const [name, one] of Object.entries(make()))
        if (one) made[name] = one instanceof tf.Tensor ? tf.keep(one) : one;
    });
    this.made = made;
    return made;
  }

  /** Constants depend on the task, too. */
  forget(): void {
    for (const one of Object.values(this.made ?? {})) if (one instanceof tf.Tensor) one.dispose();
    this.made = undefined;
  }

  /** The arrays as they are now: they are replaced, not changed. */
  snapshot(): Readonly<Record<string, StoredValues>> {
    return Object.fromEntries(this.values);
  }

  /** Looks whether a snapshot is one of this memory. @throws RangeError */
  requireFit(snapshot: Readonly<Record<string, StoredValues>>): void {
    const names = Object.keys(this.kept);
    if (Object.keys(snapshot).length !== names.length || !names.every((name) => Object.hasOwn(snapshot, name)))
      throw new RangeError('the memory of the method in the checkpoint is that of another one');
    for (const [name, values] of Object.entries(snapshot)) {
      const kept = this.keptAs(name);
      requireKept(name, values, kept);
      const other = kept.asLongAs === undefined ? values : snapshot[this.besides(name, kept.asLongAs)];
      if (other?.length !== values.length)
        throw new RangeError(`the checkpoint has no "${name}" as the method needs it`);
    }
  }

  restore(snapshot: Readonly<Record<string, StoredValues>>): void {
    for (const [name, values] of Object.entries(snapshot)) this.set(name, values);
  }

  /** The full name of another array of the same part. */
  private besides(name: string, other: string): string {
    return name.slice(0, name.lastIndexOf('/') + 1) + other;
  }

  private keptAs(name: string): Kept {
    const kept = Object.hasOwn(this.kept, name) ? this.kept[name] : undefined;
    if (!kept) throw new Error(`the method keeps nothing named "${name}"`);
    return kept;
  }

  private valuesOf<T extends StoredValues>(name: string, type: abstract new (...args: never) => T): T {
    const values = this.values.get(name);
    if (values instanceof type) return values;
    throw new Error(`the method keeps no "${name}" of that type`);
  }
}

function requireKept(name: string, values: StoredValues, { initial, lengths, below }: Kept): void {
  if (values.constructor !== initial.constructor || !(lengths?.includes(values.length) ?? true))
    throw new RangeError(`the checkpoint has no "${name}" as the method needs it`);
  if (below !== undefined && values.some((value) => value < 0 || value >= below))
    throw new RangeError(`the checkpoint has values in "${name}" that the method cannot have`);
}
