import * as tf from '@tensorflow/tfjs-core';
import { gridOf } from '../core/grid';
import type { View } from '../core/mechanism';
import type { Network } from './contract/network';
import type { Stream } from './contract/stream';
import { evenlySpread } from './evaluation';
import { activityOf, dormantShare, effectiveRank, type Activity } from './units';
import type { NetworkAtTest, TestedWith } from './networkAtTest';
import { isLayered } from './networks/network';
import { weightMagnitudeView } from './weightMagnitude';

/** Test images that are looked at, of all tasks together: as many directions can be told apart. */
const IMAGES = 128;

export interface UnitsInput {
  readonly stream: Stream;
  readonly network: Network;
  readonly networkAtTest: Pick<NetworkAtTest, 'apply'>;
}

/**
 * How much of a network is in use after a task, and how large its weights are, whatever the method.
 *
 * @param task the newest one, with whose parameters at test weights are looked at
 */
export function unitViews(input: UnitsInput, task: number, testedWith: (task: number) => TestedWith): View[] {
  const { network = input.network, theta } = testedWith(task);
  const magnitude = weightMagnitudeView(network, theta.dataSync() as Float32Array);
  return [...activityViews(input, task, testedWith), ...(magnitude ? [magnitude] : [])];
}

/**
 * The share of dormant units of each hidden layer and its effective rank, on test images evenly spread over the tasks so far,
 * each task with the parameters that it is tested with.
 */
function activityViews(
  { stream, network, networkAtTest }: UnitsInput,
  task: number,
  testedWith: (task: number) => TestedWith,
): View[] {
  const tasks = gridOf(task + 1, IMAGES);
  const activity = activityOf(filtersOf(network));
  const each = Math.floor(IMAGES / tasks.length);
  const ofTasks = tasks.flatMap((own) => {
    const indices = evenlySpread(stream.tasks[own]?.test ?? new Int32Array(), each);
    if (indices.length === 0) return [];
    const tensors = tf.tidy(() =>
      // So few images are not worth a graph of their own, for each number of them.
      networkAtTest.apply(activity, { part: 'test', task: own, indices, rows: NOT_COMPILED, ...testedWith(own) }),
    );
    const found = tensors.map((layer) => ({ width: layer.shape[1] ?? 0, values: layer.dataSync() as Float32Array }));
    tf.dispose(tensors);
    return [found];
  });
  const layers = (ofTasks[0] ?? []).map(({ width }, layer) =>
    joined(
      ofTasks.flatMap((one) => one[layer] ?? []),
      width,
    ),
  );
  if (layers.length === 0) return [];
  const view = (title: string, quantity: string, unit: string, of: (activity: Activity) => number): View => ({
    ...{ kind: 'layers', title, quantity, unit },
    layers: layers.map((activity, i) => ({ name: `layer${i + 1}`, value: numberOrNull(activity, of) })),
  });
  return [
    view('Dormant units of each layer', 'share of its units', '1', (of) => dormantShare(of)),
    view('Effective rank of what each layer passes on', 'effective rank', 'directions', effectiveRank),
  ];
}

/** How many filters each convolution has; undefined of other layers, and of networks of which no more is known. */
const filtersOf = (network: Network): (number | undefined)[] =>
  isLayered(network) ? network.layers.map((layer) => (layer.kind === 'convolution' ? layer.filters : undefined)) : [];

/** A number of rows that there never are. */
const NOT_COMPILED = 0;

function joined(parts: readonly { readonly width: number; readonly values: Float32Array }[], width: number): Activity {
  // A network that a method gives each task has layers of the same width for all.
  const same = parts.filter((part) => part.width === width);
  const values = new Float32Array(same.reduce((sum, part) => sum + part.values.length, 0));
  let at = 0;
  for (const part of same) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { rows: width === 0 ? 0 : values.length / width, width, values };
}

/** Null where activity is not finite, or there is none to look at. */
function numberOrNull(activity: Activity, of: (activity: Activity) => number): number | null {
  if (activity.rows === 0 || !activity.values.every(Number.isFinite)) return null;
  const value = of(activity);
  return Number.isFinite(value) ? value : null;
}
