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

/** Shares of the parameters, the most important first: each group is so large, and what is left is the last. */
const GROUPS = [
  { name: 'most important 1 %', share: 0.01 },
  { name: 'next 9 %', share: 0.09 },
  { name: 'next 40 %', share: 0.4 },
] as const;
const LAST_GROUP = 'least important 50 %';

/**
 * How far parameters lie from where a penalty held them, in a task in which there was one: the root mean square distance of
 * the most important ones, and of those that matter less. Where many are of the same importance, as all that are of none,
 * they are in the last group that reaches to it, and a group without any is null.
 *
 * @param importance as it was in the task; empty where nothing was held yet
 */
export function movementViews(importance: Float32Array, anchor: Float32Array, theta: Float32Array): View[] {
  if (importance.length === 0) return [];
  const thresholds = thresholdsOf(importance);
  const [sums, counts] = [new Float64Array(GROUPS.length + 1), new Uint32Array(GROUPS.length + 1)];
  for (let i = 0; i < importance.length; i++) {
    const own = importance[i] as number;
    const found = thresholds.findIndex((threshold) => own > threshold);
    const group = found < 0 ? GROUPS.length : found;
    sums[group] = (sums[group] as number) + ((theta[i] as number) - (anchor[i] as number)) ** 2;
    counts[group] = (counts[group] as number) + 1;
  }
  const distanceOf = (group: number) => {
    const distance = Math.sqrt((sums[group] as number) / (counts[group] as number));
    return Number.isFinite(distance) ? distance : null;
  };
  return [
    {
      kind: 'layers',
      title: 'How far parameters moved from where they were held, by importance',
      quantity: 'root mean square distance',
      unit: '1',
      layers: [...GROUPS.map(({ name }) => name), LAST_GROUP].map((name, i) => ({ name, value: distanceOf(i) })),
    },
  ];
}

/** What is more important than the k-th of these is in group k or one before it. */
function thresholdsOf(importance: Float32Array): number[] {
  const left = Float32Array.from(importance);
  let [share, end] = [0, left.length];
  return GROUPS.map((group) => {
    share += group.share;
    const beyond = left.length - 1 - Math.max(1, Math.round(share * left.length));
    if (beyond < 0) return -Infinity;
    partition(left, end, beyond);
    end = beyond + 1;
    return left[beyond] as number;
  });
}

/** Brings the value of a place in the order of the first `end` values there, and larger ones behind it (Hoare's selection). */
function partition(values: Float32Array, end: number, place: number): void {
  let [low, high] = [0, end - 1];
  while (low < high) {
    const pivot = values[place] as number;
    let [i, j] = [low, high];
    do {
      while ((values[i] as number) < pivot) i++;
      while (pivot < (values[j] as number)) j--;
      if (i > j) break;
      const held = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = held;
    } while (i <= j);
    if (j < place) low = i;
    if (place < i) high = j;
  }
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
