import type { MetricColumns } from '../../src/core/metricColumns';
import { roundStep } from '../../src/core/roundStep';

/** One of a program's own numbers, of one variant. */
export interface MetricLine {
  readonly label: string;
  readonly columns: MetricColumns;
}

/** What is drawn of it in a box so wide and so high; y downwards. */
export interface MetricShapes {
  readonly lines: readonly {
    readonly label: string;
    /** Paths of SVG: the mean, with gaps where no seed has a number, and from the least to the most seed, if there are several. */
    readonly line: string;
    readonly band?: string;
  }[];
  readonly ticks: readonly { readonly value: number; readonly y: number }[];
  /** Where tasks begin, but the first. */
  readonly switches: readonly number[];
  /** The last step. */
  readonly last: number;
}

/** Lines of the grid, at most. */
const TICKS = 4;
/** More switches would be a grey block. */
const MOST_SWITCHES = 30;

export function metricShapes(lines: readonly MetricLine[], width: number, height: number): MetricShapes {
  const ends = lines.map(({ columns }) => columns.ends).sort((a, b) => (b.at(-1) ?? 0) - (a.at(-1) ?? 0))[0];
  const last = Math.max(1, ends?.at(-1) ?? 0, ...lines.map(({ columns }) => columns.places.at(-1) ?? 0));
  const { low, high, step } = scaleOf(lines);
  const x = (place: number) => (place / last) * width;
  const y = (value: number) => height * (1 - (value - low) / (high - low));
  const inner = Array.from(ends ?? []).slice(0, -1);
  return {
    lines: lines.map(({ label, columns }) => ({ label, ...drawn(columns, x, y) })),
    ticks: Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => {
      const value = Number((low + i * step).toPrecision(12));
      return { value, y: y(value) };
    }),
    switches: inner.length > MOST_SWITCHES ? [] : inner.map(x),
    last,
  };
}

/** From one round number to another, with all values between. */
function scaleOf(lines: readonly MetricLine[]): { readonly low: number; readonly high: number; readonly step: number } {
  let [least, most] = [Infinity, -Infinity];
  for (const { columns } of lines)
    for (let i = 0; i < columns.places.length; i++) {
      const [low, high] = [columns.low[i] ?? NaN, columns.high[i] ?? NaN];
      // What is not a number is neither smaller nor larger.
      if (low < least) least = low;
      if (high > most) most = high;
    }
  if (!(most >= least)) return { low: 0, high: 1, step: 1 };
  const extent = most - least || Math.abs(most) || 1;
  const step = roundStep(extent, TICKS);
  const low = step * Math.floor(least / step);
  const high = step * Math.ceil(most / step);
  return { low, high: high > low ? high : low + step, step };
}

function drawn({ places, mean, low, high }: MetricColumns, x: (place: number) => number, y: (value: number) => number) {
  const line = stretches(mean)
    .map((stretch) => pathOf(stretch.map((i) => [x(places[i] ?? 0), y(mean[i] ?? 0)])))
    .join('');
  if (low === mean || low.every((value, i) => value === high[i] || Number.isNaN(value))) return { line };
  const band = stretches(mean)
    .map((stretch) => {
      const there = stretch.map((i) => [x(places[i] ?? 0), y(high[i] ?? 0)] as const);
      const back = stretch.map((i) => [x(places[i] ?? 0), y(low[i] ?? 0)] as const).reverse();
      return `${pathOf([...there, ...back])}Z`;
    })
    .join('');
  return { line, band };
}

/** Places of numbers that follow one another without a gap. */
function stretches(values: Float32Array): number[][] {
  const found: number[][] = [];
  let open: number[] | undefined;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) {
      open = undefined;
      continue;
    }
    if (!open) found.push((open = []));
    open.push(i);
  }
  return found;
}

const pathOf = (points: readonly (readonly [x: number, y: number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
