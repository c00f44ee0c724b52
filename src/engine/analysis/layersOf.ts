import * as tf from '@tensorflow/tfjs-core';
import { passesOfLayers, type Passed } from '../measures/layerPasses';
import type { RowFunctions } from '../steps/rowFunctions';
import type { KeptParameters } from './finishedRun';

/** Examples taken through the network at once. */
const CHUNK = 250;

/** What each layer passes on of some examples as a task sees them, the outputs last, with the network as at test. */
export function layersOf(
  rowFunctions: RowFunctions,
  { network, theta: values, buffers }: KeptParameters,
  part: 'train' | 'test',
  { task, indices }: { readonly task: number; readonly indices: Int32Array },
): Passed[] {
  const given = [tf.tensor1d(values), ...(buffers ? [tf.tensor1d(buffers)] : [])] as const;
  const [theta, ...more] = given;
  const rows = Math.min(CHUNK, indices.length);
  const parts: Float32Array[][] = [];
  try {
    for (let start = 0; start < indices.length; start += rows) {
      const tensors = tf.tidy(() =>
        rowFunctions.apply(
          passesOfLayers(network),
          rows,
          theta,
          part,
          { task, indices: indices.subarray(start, start + rows) },
          more,
        ),
      );
      parts.push(tensors.map((layer) => layer.dataSync() as Float32Array));
      tf.dispose(tensors);
    }
  } finally {
    tf.dispose([...given]);
  }
  return (parts[0] ?? []).map((_, layer) => {
    const joined = new Float32Array(parts.reduce((sum, one) => sum + (one[layer] as Float32Array).length, 0));
    parts.reduce(
      (at, one) => (joined.set(one[layer] as Float32Array, at), at + (one[layer] as Float32Array).length),
      0,
    );
    return { rows: indices.length, width: joined.length / indices.length, values: joined };
  });
}
