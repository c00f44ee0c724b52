/** Lines of several seeds as one: mean, least and most at every place where one of them was measured. */

/** One line over the steps, of all seeds that have a value there: fractions or losses, NaN where none has. */
export interface LineColumns {
  readonly mean: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Points of one line of one run, ascending. Those of different tasks are not joined, where it says of which they are. */
export interface Series {
  readonly places: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly tasks?: ArrayLike<number>;
}

/** What of all places is wanted; everything where left out. The next one on either side comes along. */
export interface PlaceRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Ascending, each once. */
export function allPlaces(series: readonly Series[]): Float64Array {
  const lists = series.map(({ places }) => places).filter(({ length }) => length > 0);
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const places of distinct(lists)) {
    all.set(places, end);
    end += places.length;
  }
  const sorted = all.subarray(0, end).sort();
  let length = 0;
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[length++] = sorted[i] as number;
  return sorted.slice(0, length);
}

/** Seeds and tasks are mostly measured at the same places: of equal lists one is enough. */
function distinct(lists: readonly ArrayLike<number>[]): ArrayLike<number>[] {
  const found: ArrayLike<number>[] = [];
  for (const places of lists) if (!found.some((other) => isPart(places, other))) found.push(places);
  return found;
}

/** Whether the last places of one list are the other. */
function isPart(places: ArrayLike<number>, of: ArrayLike<number>): boolean {
  const before = of.length - places.length;
  if (before < 0) return false;
  for (let i = 0; i < places.length; i++) if (places[i] !== of[before + i]) return false;
  return true;
}

export function inRange(places: Float64Array, { from, to }: PlaceRange): Float64Array {
  const first = from === undefined ? 0 : Math.max(0, placeOf(places, from) - 1);
  const last = to === undefined ? places.length : Math.min(places.length, placeOf(places, to) + 1);
  return first === 0 && last === places.length ? places : places.slice(first, Math.max(first, last));
}

/** Place of the first step that is not before the given one. */
export function placeOf(places: ArrayLike<number>, step: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] as number) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Over the seeds that have a value at a step, which may lie between two of their points. */
export function summarised(seeds: readonly Series[], places: Float64Array): LineColumns {
  const known = seeds.filter((seed) => seed.places.length > 0);
  const [only] = known;
  if (known.length <= 1) {
    const mean = new Float32Array(places.length).fill(NaN);
    if (only) interpolate(only, places, (i, value) => (mean[i] = value));
    return { mean, low: mean, high: mean };
  }
  const sum = new Float64Array(places.length);
  const counted = new Uint32Array(places.length);
  const low = new Float32Array(places.length).fill(NaN);
  const high = new Float32Array(places.length).fill(NaN);
  for (const seed of known)
    interpolate(seed, places, (i, value) => {
      sum[i] = (sum[i] as number) + value;
      counted[i] = (counted[i] as number) + 1;
      // What is not a number is never larger.
      if (!((low[i] as number) <= value)) low[i] = value;
      if (!((high[i] as number) >= value)) high[i] = value;
    });
  return { mean: Float32Array.from(sum, (of, i) => (counted[i] === 0 ? NaN : of / (counted[i] as number))), low, high };
}

function interpolate(
  { places: own, values, tasks }: Series,
  places: Float64Array,
  take: (index: number, value: number) => void,
): void {
  let right = placeOf(own, places[0] ?? 0);
  for (let i = 0; i < places.length; i++) {
    const step = places[i] as number;
    while (right < own.length && (own[right] as number) < step) right++;
    if (right === own.length) return;
    const [at, after] = [own[right] as number, values[right] as number];
    if (at === step) {
      take(i, after);
      continue;
    }
    if (right === 0 || (tasks && tasks[right - 1] !== tasks[right])) continue;
    const [since, before] = [own[right - 1] as number, values[right - 1] as number];
    take(i, before + ((after - before) * (step - since)) / (at - since));
  }
}
