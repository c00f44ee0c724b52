/** How sharp or flat several minima are, on one scale: the same random directions at each of them. */
import type { LandscapePoint, LandscapeResult } from '../analyses/landscape';
import type { Checkpoint } from '../analyses/several';
import { roundStep } from '../roundStep';
import type { SurfaceMeasure } from './levels';
import { lineText } from './profiles';

/** A checkpoint and what lies around it. */
export interface Neighbourhood {
  readonly centre: Pick<Checkpoint, 'run' | 'task'>;
  /** As a landscape of its own, which has this checkpoint alone in its middle. */
  readonly result: LandscapeResult;
}

const known = new WeakMap<LandscapeResult, readonly Neighbourhood[]>();

/** Those that lie side by side; none where there is one plane alone. Made once of each result. */
export function neighbourhoodsOf(result: LandscapeResult): readonly Neighbourhood[] {
  const found = known.get(result);
  if (found) return found;
  const { around: others = [], ...own } = result;
  const [first] = result.plane.through;
  const made =
    !first || others.length === 0
      ? []
      : [{ ...first, surfaces: result.surfaces }, ...others].map(({ run, task, surfaces }): Neighbourhood => {
          const point = result.points.find((one) => one.run === run && one.task === task);
          return {
            centre: { run, task },
            result: { ...own, surfaces, points: point ? [inTheMiddle(point)] : [], way: [] },
          };
        });
  known.set(result, made);
  return made;
}

/** On its own plane; its arrows are on another. */
const inTheMiddle = ({ run, task, sha256, measured, cosine }: LandscapePoint): LandscapePoint => ({
  ...{ run, task, sha256, measured, cosine },
  ...{ x: 0, y: 0, distance: 0, arrows: [] },
});

/** A measure of a task over the distance from a checkpoint. */
export interface Slope {
  readonly centre: Neighbourhood['centre'];
  /** 0 the old task, 1 the new one. */
  readonly which: number;
  readonly of: number;
  /** At each of the distances: the mean over a circle on the plane; null where a loss is not finite. */
  readonly values: readonly (number | null)[];
}

/** Places of a circle, as many as make its mean one of the circle and not of some places. */
const ON_CIRCLE = 64;

/** Steps from the middle to the edge. */
const STEPS = 20;

/** Distances from the middle to the edge, in the coordinates of the plane. */
export function distancesOf({ x }: Pick<LandscapeResult, 'x'>): number[] {
  const reach = x.at(-1) ?? 0;
  return Array.from({ length: STEPS + 1 }, (_, i) => (reach * i) / STEPS);
}

/** How each task's measure changes with the distance from each checkpoint. */
export function slopesOf(result: LandscapeResult, measure: SurfaceMeasure): Slope[] {
  const distances = distancesOf(result);
  return neighbourhoodsOf(result).flatMap(({ centre, result: own }) =>
    own.surfaces.map(({ of, ...surface }, which) => ({
      ...{ centre, which, of },
      values: distances.map((distance) => meanOnCircle(own, surface[measure], distance)),
    })),
  );
}

function meanOnCircle(
  { x, y }: Pick<LandscapeResult, 'x' | 'y'>,
  values: readonly (number | null)[],
  distance: number,
): number | null {
  let sum = 0;
  for (let i = 0; i < ON_CIRCLE; i++) {
    const angle = (2 * Math.PI * i) / ON_CIRCLE;
    const value = between(x, y, values, distance * Math.cos(angle), distance * Math.sin(angle));
    if (value === null) return null;
    sum += value;
  }
  return sum / ON_CIRCLE;
}

/** Between the four nearest points of the grid, bilinear; null where one of those that count has no value. */
function between(
  x: readonly number[],
  y: readonly number[],
  values: readonly (number | null)[],
  across: number,
  up: number,
): number | null {
  const [column, right] = cellOf(x, across);
  const [row, above] = cellOf(y, up);
  const corners = [0, 1]
    .flatMap((stepRow) =>
      [0, 1].map((stepColumn) => ({
        share: (stepRow === 0 ? 1 - above : above) * (stepColumn === 0 ? 1 - right : right),
        value: values[(row + stepRow) * x.length + column + stepColumn] ?? null,
      })),
    )
    .filter(({ share }) => share > 0);
  return corners.reduce<number | null>(
    (sum, { share, value }) => (sum === null || value === null ? null : sum + share * value),
    0,
  );
}

/** The cell in which a coordinate lies, and how far within it. */
function cellOf(values: readonly number[], value: number): readonly [cell: number, within: number] {
  const [least, most] = [values[0] ?? 0, values.at(-1) ?? 1];
  const at = Math.max(0, Math.min(values.length - 1, ((value - least) / (most - least || 1)) * (values.length - 1)));
  // What lies on a point of the grid but for rounding is that point.
  const place = Math.abs(at - Math.round(at)) < 1e-9 ? Math.round(at) : at;
  const cell = Math.min(values.length - 2, Math.floor(place));
  return [cell, place - cell];
}

export interface DrawnSlope extends Omit<Slope, 'values'> {
  /** A path of SVG. */
  readonly line: string;
  /** Which of the checkpoints it is of, and where its mark stands. */
  readonly place: number;
  readonly marks: readonly { readonly x: number; readonly y: number }[];
}

export interface DrawnSlopes {
  readonly slopes: readonly DrawnSlope[];
  /** Values that lines are drawn at, with their heights. */
  readonly ticks: readonly { readonly value: number; readonly y: number }[];
  /** The distance at the right edge. */
  readonly reach: number;
}

/** Lines of the grid above 0, at most, and marks on a line. */
const TICKS = 4;
const MARKS = 5;

/** What is drawn of the slopes in a box so wide and so high, all on one scale. */
export function drawnSlopes(
  result: LandscapeResult,
  { measure, shown }: { readonly measure: SurfaceMeasure; readonly shown: readonly number[] },
  width: number,
  height: number,
): DrawnSlopes {
  const distances = distancesOf(result);
  const reach = distances.at(-1) ?? 1;
  const slopes = slopesOf(result, measure).filter(({ which }) => shown.includes(which));
  const most =
    measure === 'accuracy' ? 1 : slopes.reduce((top, { values }) => Math.max(top, ...values.map((one) => one ?? 0)), 0);
  const step = roundStep(most || 1, TICKS);
  const top = step * Math.ceil((most || 1) / step - 1e-9);
  const [x, y] = [(i: number) => ((distances[i] ?? 0) / reach) * width, (value: number) => height * (1 - value / top)];
  const centres = neighbourhoodsOf(result).map(({ centre }) => centre);
  return {
    reach,
    slopes: slopes.map(({ values, ...slope }) => {
      const every = Math.max(1, Math.floor((values.length - 1) / MARKS));
      return {
        ...slope,
        line: lineText(values, x, y),
        place: centres.indexOf(slope.centre),
        marks: values.flatMap((value, i) => (value === null || i % every !== 0 ? [] : [{ x: x(i), y: y(value) }])),
      };
    }),
    ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, i) => {
      const value = Number((i * step).toPrecision(12));
      return { value, y: y(value) };
    }),
  };
}

/** Shares of the reach at which numbers are said. */
export const SAID_SHARES: readonly number[] = [0, 0.25, 0.5, 1];

/** A value at about a share of the reach. */
export const valueAt = (values: readonly (number | null)[], share: number): number | null =>
  values[Math.round(share * (values.length - 1))] ?? null;
