import type { StoredValues } from './contract/memory';
import { decodeTensors, encodeTensors, type StoredTensor } from './safetensors';

/** Everything training needs to go on as if it had never stopped. Randomness needs nothing: its streams are named by place. */
export interface Snapshot {
  /** The next step: `step` counts from 0 within the phase. */
  readonly task: number;
  readonly phase: number;
  readonly step: number;
  readonly theta: Float32Array;
  readonly slots: Readonly<Record<string, Float32Array>>;
  /** Steps since the optimiser's state was zero. */
  readonly optimizerSteps: number;
  /** Sum and number of the losses since the last `step` event. */
  readonly lossSum: number;
  readonly lossCount: number;
  /** What the method keeps, and what its steps carry: flat, by name. */
  readonly memory: Readonly<Record<string, StoredValues>>;
  readonly carried: Readonly<Record<string, Float32Array>>;
}

/** A snapshot as the bytes of a checkpoint. */
export function encodeCheckpoint(snapshot: Snapshot): Buffer {
  const { task, phase, step, optimizerSteps, lossSum, lossCount } = snapshot;
  const flat = (prefix: string, arrays: Readonly<Record<string, StoredTensor['values']>>) =>
    Object.entries(arrays).map(([name, values]) => [`${prefix}/${name}`, { shape: [values.length], values }] as const);
  const tensors = Object.fromEntries([
    ['theta', { shape: [snapshot.theta.length], values: snapshot.theta }] as const,
    ...flat('optimizer', snapshot.slots),
    ...flat('memory', snapshot.memory),
    ...flat('carried', snapshot.carried),
  ]);
  const metadata = Object.fromEntries(
    Object.entries({ task, phase, step, optimizerSteps, lossSum, lossCount }).map(([key, value]) => [
      key,
      String(value),
    ]),
  );
  return encodeTensors({ tensors, metadata });
}

/** @throws RangeError when the bytes are no checkpoint; whether it is one of this run is another question (fit.ts) */
export function decodeCheckpoint(bytes: Buffer): Snapshot {
  const { tensors, metadata } = decodeTensors(bytes);
  const number = (key: string) => {
    const value = Number(metadata[key]);
    if (!Number.isFinite(value) || String(value) !== metadata[key])
      throw new RangeError(`the checkpoint has no "${key}"`);
    return value;
  };
  const part = (prefix: string) =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, { values }]) =>
        name.startsWith(`${prefix}/`) ? [[name.slice(prefix.length + 1), values]] : [],
      ),
    );
  const theta = tensors['theta']?.values;
  if (!(theta instanceof Float32Array)) throw new RangeError('the checkpoint has no parameters');
  if (!Object.keys(tensors).every((name) => /^(theta$|optimizer\/|memory\/|carried\/)/.test(name)))
    throw new RangeError('the checkpoint has tensors that belong to nothing');
  const slots = part('optimizer');
  if (!areFloats(slots)) throw new RangeError("the optimiser's state in the checkpoint is of another type");
  const carried = part('carried');
  if (!areFloats(carried)) throw new RangeError('the tensors that steps carry in the checkpoint are of another type');
  return {
    task: number('task'),
    phase: number('phase'),
    step: number('step'),
    optimizerSteps: number('optimizerSteps'),
    lossSum: number('lossSum'),
    lossCount: number('lossCount'),
    theta,
    slots,
    memory: part('memory'),
    carried,
  };
}

const areFloats = (arrays: Readonly<Record<string, StoredValues>>): arrays is Readonly<Record<string, Float32Array>> =>
  Object.values(arrays).every((values) => values instanceof Float32Array);
