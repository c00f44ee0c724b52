import type { View } from '../../core/mechanism';
import type { Network } from '../contract/network';

/** Decades of the histogram. They are the same for all tasks and methods, so that histograms can be laid over each other. */
const LOWEST = -20;
const HIGHEST = 4;

/**
 * How much the parameters matter to a method: the mean of each tensor, and how it is spread over the decades.
 *
 * @param importance of the length of θ
 * @param quantity what it is, in the method's own words
 */
export function importanceViews({ views }: Network, importance: Float32Array, quantity: string): View[] {
  const tensors = views.map(({ name, offset, size }) => ({ name, values: importance.subarray(offset, offset + size) }));
  return [
    {
      kind: 'layers',
      title: `${quantity}: mean of each layer`,
      quantity: `mean ${quantity}`,
      unit: '1',
      layers: tensors.map(({ name, values }) => ({ name, value: meanOf(values) })),
    },
    {
      kind: 'distribution',
      title: `${quantity}: how many parameters have how much`,
      quantity,
      unit: '1',
      scale: 'log10',
      edges: Array.from({ length: HIGHEST - LOWEST + 1 }, (_, i) => LOWEST + i),
      parts: tensors.map(({ name, values }) => ({ name, ...decades(values) })),
    },
  ];
}

/** Null where it is beyond what a number can be. */
function meanOf(values: Float32Array): number | null {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return Number.isFinite(mean) ? mean : null;
}

/** How many values lie in each decade; what is not positive lies below all of them. */
function decades(values: Float32Array): { counts: number[]; below: number; above: number } {
  const counts = new Array<number>(HIGHEST - LOWEST).fill(0);
  let [below, above] = [0, 0];
  for (const value of values) {
    const bin = value > 0 ? Math.floor(Math.log10(value)) - LOWEST : -1;
    if (bin < 0) below++;
    else if (bin < counts.length) counts[bin] = (counts[bin] ?? 0) + 1;
    else above++;
  }
  return { counts, below, above };
}
