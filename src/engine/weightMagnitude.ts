import { LONGEST_NAME, MOST_ROWS, type View } from '../core/mechanism';
import type { Network } from './contract/network';

/**
 * How large the weights of a network are: the mean of their magnitudes, of each tensor of weights and of all of them together.
 * Biases, and scales and shifts of normalisation, are left out. It is what grows in the networks of Dohare et al. 2024 ("average
 * weight magnitude") that no longer learn.
 *
 * Networks may have more tensors than a view has rows: the first ones have one each, and all count in the mean of all.
 *
 * @param theta all parameters of the network
 * @returns undefined where it has no weights
 */
export function weightMagnitudeView({ views }: Pick<Network, 'views'>, theta: Float32Array): View | undefined {
  const parts = views
    .filter(({ role }) => role === 'weights')
    .map(({ name, offset, size }) => ({
      name,
      size,
      sum: theta.subarray(offset, offset + size).reduce((sum, value) => sum + Math.abs(value), 0),
    }));
  if (parts.length === 0) return undefined;
  const total = { sum: 0, size: 0 };
  for (const { sum, size } of parts) {
    total.sum += sum;
    total.size += size;
  }
  return {
    kind: 'layers',
    title: 'Mean magnitude of the weights',
    quantity: 'mean magnitude',
    unit: '1',
    layers: [{ name: 'all weights', ...total }, ...parts.slice(0, MOST_ROWS - 1)].map(({ name, sum, size }) => ({
      name: name.slice(0, LONGEST_NAME),
      value: Number.isFinite(sum) ? sum / size : null,
    })),
  };
}
