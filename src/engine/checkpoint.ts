import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { MethodState } from './methods/method';
import type { Network } from './networks/network';
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
  readonly method: MethodState;
}

export const latestFile = 'checkpoints/latest.safetensors';

/** Written beside and renamed, so that a file of that name is always whole. Returns the SHA-256 of the file. */
export function writeCheckpoint(runFolder: string, snapshot: Snapshot): string {
  const { task, phase, step, optimizerSteps, lossSum, lossCount } = snapshot;
  const flat = (prefix: string, arrays: Readonly<Record<string, StoredTensor['values']>>) =>
    Object.entries(arrays).map(([name, values]) => [`${prefix}/${name}`, { shape: [values.length], values }] as const);
  const tensors = Object.fromEntries([
    ['theta', { shape: [snapshot.theta.length], values: snapshot.theta }] as const,
    ...flat('optimizer', snapshot.slots),
    ...flat('method', snapshot.method),
  ]);
  const metadata = Object.fromEntries(
    Object.entries({ task, phase, step, optimizerSteps, lossSum, lossCount }).map(([key, value]) => [
      key,
      String(value),
    ]),
  );
  return writeAtomically(path.join(runFolder, latestFile), encodeTensors({ tensors, metadata }));
}

/** The parameters after a task, by the names of the network's views. */
export function writeParameters(runFolder: string, task: number, network: Network, theta: Float32Array): void {
  const tensors = Object.fromEntries(
    network.views.map(({ name, shape, offset, size }) => [
      name,
      { shape, values: theta.subarray(offset, offset + size) },
    ]),
  );
  writeAtomically(
    path.join(runFolder, `checkpoints/task-${task + 1}.safetensors`),
    encodeTensors({ tensors, metadata: { task: String(task) } }),
  );
}

/** @throws Error when there is no checkpoint or it is damaged */
export function readCheckpoint(runFolder: string): Snapshot {
  const { tensors, metadata } = decodeTensors(readFileSync(path.join(runFolder, latestFile)));
  const number = (key: string) => {
    const value = Number(metadata[key]);
    if (!Number.isFinite(value)) throw new RangeError(`the checkpoint has no "${key}"`);
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
  return {
    task: number('task'),
    phase: number('phase'),
    step: number('step'),
    optimizerSteps: number('optimizerSteps'),
    lossSum: number('lossSum'),
    lossCount: number('lossCount'),
    theta,
    slots: part('optimizer') as Record<string, Float32Array>,
    method: part('method'),
  };
}

function writeAtomically(file: string, bytes: Buffer): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, bytes);
  renameSync(`${file}.part`, file);
  return createHash('sha256').update(bytes).digest('hex');
}
