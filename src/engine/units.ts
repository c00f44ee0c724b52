import * as tf from '@tensorflow/tfjs-core';
import { innerProducts, outerProducts } from './methods/representation';
import { symmetricEigenvalues } from './methods/symmetricEigen';
import type { OfOutputs } from './networkAtTest';

/** A unit whose mean activity is at most so much of that of its layer is dormant (Sokar et al. 2023 use 0.025 and 0.1). */
export const DORMANT = 0.025;

/** How much each unit of a layer does for some examples: `rows × width` values from 0 on, row after row. */
export interface Activity {
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** Values of a layer that are looked at: of a wider one so many, evenly spread. */
const MOST_WIDTH = 4096;

/**
 * The magnitude of what each unit of every hidden layer passes on, [rows, units] each; of a convolution that of each filter,
 * the mean over its places.
 *
 * @param filters how many each layer has; undefined where each value counts as a unit
 */
export const activityOf =
  (filters: readonly (number | undefined)[]): OfOutputs =>
  ({ layers }) =>
    layers.slice(0, -1).map((layer, i) => {
      const [rows, width] = layer.shape;
      const magnitude = tf.abs(layer);
      const own = filters[i];
      // Channels come last.
      if (own !== undefined) return tf.mean(tf.reshape(magnitude, [rows, -1, own]), 1);
      if (width <= MOST_WIDTH) return magnitude;
      const places = Int32Array.from({ length: MOST_WIDTH }, (_, k) => Math.floor((k * width) / MOST_WIDTH));
      return tf.gather(magnitude, tf.tensor1d(places, 'int32'), 1);
    });

/**
 * Share of the units that are dormant: s = E|h| of a unit, divided by the mean of all units of the layer, is at most τ
 * (Sokar, Agarwal, Castro & Evci 2023, eq. 1). All of them where the layer is silent.
 */
export function dormantShare({ rows, width, values }: Activity, tau = DORMANT): number {
  const sums = new Float64Array(width);
  for (let i = 0; i < rows * width; i++) sums[i % width] = (sums[i % width] as number) + (values[i] as number);
  const mean = sums.reduce((total, sum) => total + sum, 0) / width;
  return mean === 0 ? 1 : sums.filter((sum) => sum <= tau * mean).length / width;
}

/**
 * Effective rank of what a layer passes on (Roy & Vetterli 2007): exp of the entropy of its singular values, divided by their
 * sum. From 1, where all examples look alike but for their strength, to the smaller of units and examples; 0 where the layer
 * is silent.
 */
export function effectiveRank({ rows, width, values }: Activity): number {
  const size = Math.min(rows, width);
  const products = width <= rows ? outerProducts(values, width) : innerProducts(values, rows, width);
  const singular = symmetricEigenvalues(products, size).map((value) => Math.sqrt(Math.max(0, value)));
  const total = singular.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 0;
  const entropy = singular.reduce(
    (sum, value) => (value > 0 ? sum - (value / total) * Math.log(value / total) : sum),
    0,
  );
  return Math.exp(entropy);
}
