/** Columns over one shared axis; null or NaN where a column has no value. */
export interface Columns {
  readonly x: ArrayLike<number>;
  readonly y: readonly ArrayLike<number | null>[];
}

/** Columns as the charts take them. */
export interface Drawn {
  readonly x: number[];
  readonly y: (number | null)[][];
}

/** Places of the columns: from the first of them up to the last, which is not among them. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * At most two points a pixel, so that a long run draws as fast as a short one. The span is cut into `pixels` equal
 * stretches; of each, every column keeps its smallest and largest value in the order they came, so no spike is lost.
 */
export function downsample(columns: Columns, pixels: number, span: Span = { from: 0, to: columns.x.length }): Drawn {
  const { x } = columns;
  const drawn: Drawn = { x: [], y: columns.y.map(() => []) };
  const { from: begin, to: end } = span;
  const isShort = end - begin <= 2 * pixels || pixels < 1;
  const first = x[begin] ?? 0;
  const width = ((x[end - 1] ?? 0) - first) / pixels;
  const bucketOf = (i: number) => Math.min(pixels - 1, Math.floor(((x[i] ?? 0) - first) / width));
  for (let from = begin; from < end;) {
    let to = from + 1;
    if (!isShort) for (const bucket = bucketOf(from); to < end && bucketOf(to) === bucket;) to++;
    pushBucket(columns, from, to, drawn);
    from = to;
  }
  return drawn;
}

function pushBucket({ x, y }: Columns, from: number, to: number, drawn: Drawn): void {
  if (to - from <= 2) {
    for (let i = from; i < to; i++) {
      drawn.x.push(x[i] ?? 0);
      y.forEach((column, k) => drawn.y[k]?.push(valueAt(column, i)));
    }
    return;
  }
  drawn.x.push(x[from] ?? 0, x[to - 1] ?? 0);
  y.forEach((column, k) => pushExtremes(column, from, to, drawn.y[k] ?? []));
}

function valueAt(column: ArrayLike<number | null>, i: number): number | null {
  const value = column[i] ?? NaN;
  return value !== value ? null : value;
}

/** Smallest and largest value in the order they stand; nulls only when there is nothing else. */
function pushExtremes(column: ArrayLike<number | null>, from: number, to: number, into: (number | null)[]): void {
  let low = Infinity;
  let high = -Infinity;
  let lowAt = -1;
  let highAt = -1;
  for (let i = from; i < to; i++) {
    const value = column[i];
    // What is no number is neither smaller nor larger.
    if (value === null || value === undefined) continue;
    if (value < low) {
      low = value;
      lowAt = i;
    }
    if (value > high) {
      high = value;
      highAt = i;
    }
  }
  if (lowAt < 0) into.push(null, null);
  else if (lowAt <= highAt) into.push(low, high);
  else into.push(high, low);
}
