import type { Stream } from '../contract/stream';

/** Of each of some examples the place of its output unit among those of its task: its class, where only these are told apart. */
export function placesInHead(
  { unitOf, dataset, heads }: Stream,
  part: 'train' | 'test',
  { task, indices }: { readonly task: number; readonly indices: Int32Array },
): Int32Array {
  const units = [...new Set(heads[task])];
  return indices.map((index) => units.indexOf(unitOf[task]?.[dataset[part].labels[index] ?? -1] ?? -1));
}
