/** The variants that a sweep made, as points over the swept setting. */
import { measureInfo, type MeasureName } from '../src/core/measures/table';
import type { Summary } from '../src/core/statistics';
import type { LiveVariant } from './variants';

export interface SweptPoint {
  /** Of the setting. */
  readonly value: number;
  readonly summary: Summary;
  /** Chosen of its family. */
  readonly isPicked: boolean;
}

export interface Sweep {
  /** One for each combination of the other swept settings; named by it, empty where there are none. */
  readonly lines: readonly { readonly name: string; readonly points: readonly SweptPoint[] }[];
  /** Where a value of the setting stands, from 0 to 1. */
  readonly x: (value: number) => number;
  /** Values of the setting, ascending. */
  readonly ticks: readonly number[];
  /** Ends of the axis of the measure. */
  readonly low: number;
  readonly high: number;
}

/** From this ratio of the largest to the smallest on, settings stand on a logarithmic axis. */
const WIDE = 30;

/** @param variants of one family; those without a value of the measure are left out */
export function sweepOf(variants: readonly LiveVariant[], setting: string, measure: MeasureName): Sweep {
  const lines = new Map<string, SweptPoint[]>();
  for (const { row } of variants) {
    const { [setting]: value, ...others } = row.family?.at ?? {};
    const summary = row.measures[measure];
    if (value === undefined || !Number.isFinite(summary.mean)) continue;
    const name = Object.entries(others)
      .map(([key, other]) => `${key} ${other}`)
      .join(', ');
    lines.set(name, [...(lines.get(name) ?? []), { value, summary, isPicked: row.pick !== undefined }]);
  }
  const points = [...lines.values()].flat();
  const ticks = [...new Set(points.map(({ value }) => value))].sort((a, b) => a - b);
  return {
    lines: [...lines].map(([name, all]) => ({ name, points: all.sort((a, b) => a.value - b.value) })),
    x: axisOf(ticks),
    ticks,
    ...rangeOf(points, measure),
  };
}

/** What a point stands for: of times, which other work on the machine stretches, the median. */
export const middleOf = (measure: MeasureName, { mean, median }: Summary): number =>
  measureInfo[measure].unit === 'seconds' ? median : mean;

/** What its whisker spans: of times the range, else the 95 % interval; nothing where there is none. */
export function whiskerOf(
  measure: MeasureName,
  { mean, ci95, min, max }: Summary,
): readonly [number, number] | undefined {
  if (measureInfo[measure].unit === 'seconds') return [min, max];
  return Number.isFinite(ci95) ? [mean - ci95, mean + ci95] : undefined;
}

function axisOf(ticks: readonly number[]): (value: number) => number {
  const [low = 0, high = 0] = [ticks[0], ticks.at(-1)];
  if (low === high) return () => 0.5;
  const isWide = low > 0 && high / low >= WIDE;
  const on = isWide ? Math.log10 : (value: number) => value;
  return (value) => (on(value) - on(low)) / (on(high) - on(low));
}

/** From 0 where it is a share that is not negative, so that heights can be compared. */
function rangeOf(points: readonly SweptPoint[], measure: MeasureName): { low: number; high: number } {
  const isTime = measureInfo[measure].unit === 'seconds';
  const ends = points.map(({ summary }) => (isTime ? summary.max : summary.mean));
  const low = Math.min(0, ...ends);
  return { low, high: measureInfo[measure].unit === '%' ? Math.max(1, ...ends) : Math.max(0, ...ends) };
}
