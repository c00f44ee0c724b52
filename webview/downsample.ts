/** Columns over one shared axis, as the charts take them; null where a column has no value. */
export interface Columns {
  readonly x: readonly number[];
  readonly y: readonly (readonly (number | null)[])[];
}

/**
 * At most two points a pixel, so that a long run draws as fast as a short one. The axis is cut into `pixels` equal
 * stretches; of each, every column keeps its smallest and largest value in the order they came, so no spike is lost.
 */
export function downsample(columns: Columns, pixels: number): Columns {
  const { x, y } = columns;
  const first = x[0];
  const last = x.at(-1);
  if (first === undefined || last === undefined || x.length <= 2 * pixels || pixels < 1) return columns;
  const width = (last - first) / pixels;
  const xs: number[] = [];
  const ys: (number | null)[][] = y.map(() => []);
  for (let from = 0; from < x.length;) {
    const bucket = bucketOf(x[from] ?? last, first, width, pixels);
    let to = from + 1;
    while (to < x.length && bucketOf(x[to] ?? last, first, width, pixels) === bucket) to++;
    pushBucket(columns, from, to, xs, ys);
    from = to;
  }
  return { x: xs, y: ys };
}

const bucketOf = (value: number, first: number, width: number, pixels: number) =>
  Math.min(pixels - 1, Math.floor((value - first) / width));

function pushBucket({ x, y }: Columns, from: number, to: number, xs: number[], ys: (number | null)[][]): void {
  if (to - from <= 2) {
    xs.push(...x.slice(from, to));
    y.forEach((column, k) => ys[k]?.push(...column.slice(from, to)));
    return;
  }
  xs.push(x[from] ?? 0, x[to - 1] ?? 0);
  y.forEach((column, k) => ys[k]?.push(...extremes(column.slice(from, to))));
}

/** Smallest and largest value in the order they stand; nulls only when there is nothing else. */
function extremes(values: readonly (number | null)[]): [number | null, number | null] {
  let low = -1;
  let high = -1;
  values.forEach((value, i) => {
    if (value === null) return;
    if (low < 0 || value < (values[low] ?? Infinity)) low = i;
    if (high < 0 || value > (values[high] ?? -Infinity)) high = i;
  });
  const pair: [number | null, number | null] = [values[low] ?? null, values[high] ?? null];
  return low <= high ? pair : [pair[1], pair[0]];
}
