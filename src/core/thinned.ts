/** Long lines as shorter ones that hide no dip: of each stretch the least and the most. */
import type { LineColumns } from './seedLines';

/** Where a shorter line has points, and its numbers there from those of the longer one. */
export interface Thinned {
  readonly places: Float64Array;
  readonly numbers: (column: Float32Array) => Float32Array;
}

/**
 * The range in equal stretches, two points of each: every line keeps its smallest and its largest value there in the order
 * they came, so no dip is lost.
 *
 * @param points at most so many
 */
export function extremesAt(all: Float64Array, points: number): Thinned {
  const stretches = stretchesOf(all, Math.floor(points / 2));
  const places = stretches.flatMap(({ from, to }) =>
    to - from === 1 ? [all[from] ?? 0] : [all[from] ?? 0, all[to - 1] ?? 0],
  );
  const numbers = (column: Float32Array) => {
    const kept = new Float32Array(places.length);
    let length = 0;
    for (const { from, to } of stretches) {
      const [first, second] = extremes(column, from, to);
      kept[length++] = first;
      if (to - from > 1) kept[length++] = second;
    }
    return kept;
  };
  return { places: Float64Array.from(places), numbers };
}

/** All of its columns by the same rule; of one seed all three are the same. */
export function lineThrough(
  { mean, low, high }: LineColumns,
  numbers: (column: Float32Array) => Float32Array,
): LineColumns {
  const own = numbers(mean);
  return { mean: own, low: low === mean ? own : numbers(low), high: high === mean ? own : numbers(high) };
}

/** Places of a list: from the first of them up to the last, which is not among them. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Places of the places in each of so many equal stretches; none of one that has no places. */
function stretchesOf(places: Float64Array, count: number): Stretch[] {
  const first = places[0] ?? 0;
  const width = ((places.at(-1) ?? 0) - first) / count;
  const stretchOf = (step: number) => Math.min(count - 1, Math.floor((step - first) / width));
  const found: Stretch[] = [];
  for (let from = 0; from < places.length;) {
    const stretch = stretchOf(places[from] as number);
    let to = from + 1;
    while (to < places.length && stretchOf(places[to] as number) === stretch) to++;
    found.push({ from, to });
    from = to;
  }
  return found;
}

/** The smallest and the largest number, in the order they stand; NaN where there is none. */
function extremes(column: Float32Array, from: number, to: number): readonly [number, number] {
  let [low, high] = [-1, -1];
  for (let i = from; i < to; i++) {
    const value = column[i] as number;
    if (value !== value) continue;
    if (low < 0 || value < (column[low] as number)) low = i;
    if (high < 0 || value > (column[high] as number)) high = i;
  }
  const [least, most] = [column[low] ?? NaN, column[high] ?? NaN];
  return low <= high ? [least, most] : [most, least];
}
