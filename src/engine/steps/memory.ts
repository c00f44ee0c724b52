import * as tf from '@tensorflow/tfjs-core';
import type { Kept, MethodMemory, Stored, StoredValues } from '../contract/memory';
import type { Constants } from './constants';
import { besides, namesBeside, ownName } from './ownNames';

/** Bytes of some arrays. */
export const bytesOf = (arrays: Readonly<Record<string, Stored>>): number =>
  Object.values(arrays).reduce((sum, { values }) => sum + values.byteLength, 0);

/** All that a method keeps, by name. */
export class Memory implements MethodMemory {
  private kept: Readonly<Record<string, Kept>> = {};
  private readonly values = new Map<string, StoredValues>();
  private made: Constants | undefined;
  private isDeclared = false;

  /** Says what there is, as it is at first. */
  declare(kept: Readonly<Record<string, Kept>>): void {
    this.kept = kept;
    this.isDeclared = true;
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

  /** @throws Error for what no checkpoint could bring back: another type or length than declared, or other numbers */
  set(name: string, values: StoredValues): void {
    const fault = faultOf(values, this.keptAs(name));
    if (fault !== undefined) throw new Error(`"${ownName(name)}" ${fault}`);
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

  /**
   * The arrays as they are now: they are replaced, not changed.
   *
   * @throws Error where one is not as long as the other that it is kept as long as: nothing could go on from there
   */
  snapshot(): Readonly<Record<string, StoredValues>> {
    const lengthOf = (name: string) => this.values.get(name)?.length ?? 0;
    for (const [name, { asLongAs }] of Object.entries(this.kept)) {
      const [own, other] = [lengthOf(name), lengthOf(asLongAs === undefined ? name : besides(name, asLongAs))];
      if (own !== other)
        throw new Error(
          `"${ownName(name)}" holds ${own} values, and "${asLongAs}" ${other}: "keeps" says that they are as long as each other`,
        );
    }
    return Object.fromEntries(this.values);
  }

  /** Looks whether a snapshot is one of this memory. @throws RangeError */
  requireFit(snapshot: Readonly<Record<string, StoredValues>>): void {
    const names = Object.keys(this.kept);
    if (Object.keys(snapshot).length !== names.length || !names.every((name) => Object.hasOwn(snapshot, name)))
      throw new RangeError('the memory of the method in the checkpoint is that of another one');
    for (const [name, values] of Object.entries(snapshot)) {
      const kept = this.keptAs(name);
      const other = kept.asLongAs === undefined ? values : snapshot[besides(name, kept.asLongAs)];
      const fault =
        faultOf(values, kept) ??
        (other?.length === values.length ? undefined : `is to be as long as "${kept.asLongAs}", and is not`);
      if (fault !== undefined)
        throw new RangeError(`the checkpoint has no "${ownName(name)}" as the method needs it: it ${fault}`);
    }
  }

  restore(snapshot: Readonly<Record<string, StoredValues>>): void {
    for (const [name, values] of Object.entries(snapshot)) this.set(name, values);
  }

  private keptAs(name: string): Kept {
    const kept = Object.hasOwn(this.kept, name) ? this.kept[name] : undefined;
    if (kept) return kept;
    if (!this.isDeclared) throw new Error(TOO_EARLY);
    throw new Error(`the method keeps nothing named "${ownName(name)}". Its "keeps" has: ${this.namesBeside(name)}`);
  }

  private valuesOf<T extends StoredValues>(name: string, type: abstract new (...args: never) => T): T {
    const { initial } = this.keptAs(name);
    const values = this.values.get(name);
    if (values instanceof type) return values;
    throw new Error(`"${ownName(name)}" is kept as ${nameOf(initial)}, and was asked for as ${type.name}`);
  }

  private namesBeside(name: string): string {
    return namesBeside(name, Object.keys(this.kept)).join(', ') || 'nothing';
  }
}

const TOO_EARLY = 'the memory is not there yet: it can be used from "beforePhase" on, and "begin" comes before it';

const nameOf = (values: StoredValues): string => values.constructor.name;

/** Why these values cannot be kept so; undefined where they can. */
function faultOf(values: StoredValues, { initial, lengths, below }: Kept): string | undefined {
  if (values.constructor !== initial.constructor) return `is kept as ${nameOf(initial)}, not as ${nameOf(values)}`;
  if (lengths && !lengths.includes(values.length))
    return `has ${values.length} values, and "keeps" allows ${lengths.join(' or ')} ("lengths")`;
  const other = below === undefined ? undefined : values.find((value) => value < 0 || value >= below);
  return other === undefined ? undefined : `holds ${other}, and "keeps" allows 0 to ${Number(below) - 1} ("below")`;
}
