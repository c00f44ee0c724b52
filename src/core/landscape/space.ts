/** Two surfaces one above the other, as they are seen from a side: without a library, for a canvas. */
import type { LandscapePoint, LandscapeResult } from '../analyses/landscape';
import type { SurfaceMeasure } from './levels';
import { isOffPlane } from './offPlane';

/** From where one looks, in radians: round the vertical, and down from the horizontal. */
export interface Sight {
  readonly turn: number;
  readonly tilt: number;
}

/** Across and along the plane from −1 to 1, and up. */
export type SpacePlace = readonly [x: number, y: number, z: number];

/** On the picture from −1 to 1, y downwards; the larger the depth, the nearer. */
export interface Seen {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
}

/** Height of a surface, and between the lower (that of the new task) and the upper one. */
const HEIGHT = 0.62;
const BETWEEN = 0.78;
/** Rows and columns of a mesh, at most. */
const MOST_SIDE = 49;
/** What is worse than this share of the surfaces is drawn at one height: a few peaks would flatten the rest. */
const WITHIN = 0.85;
/** So much of the picture the two surfaces take up. */
const ZOOM = 0.66;

/** Where a place is seen, without perspective. */
export function seenFrom({ turn, tilt }: Sight, [x, y, z]: SpacePlace): Seen {
  const across = x * Math.cos(turn) - y * Math.sin(turn);
  const away = x * Math.sin(turn) + y * Math.cos(turn);
  const up = z - (HEIGHT + BETWEEN) / 2;
  return {
    x: ZOOM * across,
    y: -ZOOM * (away * Math.sin(tilt) + up * Math.cos(tilt)),
    depth: -away * Math.cos(tilt) + up * Math.sin(tilt),
  };
}

/** A small part of a surface. */
export interface Facet {
  /** 0 the old task, 1 the new one. */
  readonly which: number;
  readonly corners: readonly SpacePlace[];
  /** From 0, the best, to 1. */
  readonly badness: number;
}

/** The surfaces of a landscape. */
export interface Surfaces {
  readonly facets: readonly Facet[];
  /** Where a surface is above a place of the plane (its coordinates); undefined beside what was measured. */
  readonly above: (which: number, x: number, y: number) => SpacePlace | undefined;
  /** How a checkpoint stands to a surface; undefined beside what was measured. */
  readonly stand: (which: number, point: LandscapePoint) => Standing | undefined;
}

/** A checkpoint and the surface of a task. */
export interface Standing {
  /** Where it lies on the plane, on the surface. */
  readonly foot: SpacePlace;
  /** Off the plane it is not on the surface: there it has its own number as its height, where that is known. */
  readonly isOff: boolean;
  readonly own?: SpacePlace;
}

/** The surfaces of both tasks on one scale, that of the old task above, and of the checkpoints that lie off the plane. */
export function surfacesOf(result: LandscapeResult, measure: SurfaceMeasure): Surfaces {
  const { x, y, surfaces, points } = result;
  const worse = (value: number | null | undefined) =>
    value === null || value === undefined ? Infinity : measure === 'loss' ? value : 1 - value;
  const all = surfaces.flatMap((surface) => surface[measure].map(worse)).sort((a, b) => a - b);
  const finite = all.filter(Number.isFinite);
  const ownOf = ({ measured }: LandscapePoint, which: number) =>
    measured.find(({ of }) => of === surfaces[which]?.of)?.[measure];
  // The best may lie off the plane, and would stand below all else.
  const least = points
    .filter((point) => isOffPlane(point, result))
    .flatMap((point) => surfaces.map((_, which) => worse(ownOf(point, which))))
    .reduce((least, value) => Math.min(least, value), finite[0] ?? 0);
  const most = finite[Math.floor(WITHIN * (finite.length - 1))] ?? 1;
  const shareOf = (value: number | null | undefined) =>
    Math.min(1, Math.max(0, (worse(value) - least) / (most - least || 1)));
  const badness = (which: number, column: number, row: number) =>
    shareOf(surfaces[which]?.[measure][row * x.length + column]);
  const [columns, rows] = [someOf(x.length), someOf(y.length)];
  const along = (values: readonly number[]) => (value: number) =>
    (2 * (value - (values[0] ?? 0))) / ((values.at(-1) ?? 1) - (values[0] ?? 0) || 1) - 1;
  const [across, up] = [along(x), along(y)];
  const raised = (which: number, bad: number) => HEIGHT * bad + (which === 0 ? BETWEEN : 0);
  const cornerAt = (which: number, column: number, row: number): SpacePlace => [
    across(x[column] ?? 0),
    up(y[row] ?? 0),
    raised(which, badness(which, column, row)),
  ];
  const facets = surfaces.flatMap((_, which) =>
    rows.slice(1).flatMap((row, r) =>
      columns.slice(1).map((column, c): Facet => {
        const [left, below] = [columns[c] ?? 0, rows[r] ?? 0];
        const places = [
          [left, below],
          [column, below],
          [column, row],
          [left, row],
        ] as const;
        return {
          which,
          corners: places.map(([i, j]) => cornerAt(which, i, j)),
          badness: places.reduce((sum, [i, j]) => sum + badness(which, i, j) / 4, 0),
        };
      }),
    ),
  );
  const above = (which: number, placeX: number, placeY: number): SpacePlace | undefined => {
    const [column, row] = [((across(placeX) + 1) / 2) * (x.length - 1), ((up(placeY) + 1) / 2) * (y.length - 1)];
    if (!(column >= 0 && row >= 0 && column <= x.length - 1 && row <= y.length - 1)) return undefined;
    const [left, below] = [Math.min(x.length - 2, Math.floor(column)), Math.min(y.length - 2, Math.floor(row))];
    const [right, top] = [column - left, row - below];
    const bad =
      (1 - top) * ((1 - right) * badness(which, left, below) + right * badness(which, left + 1, below)) +
      top * ((1 - right) * badness(which, left, below + 1) + right * badness(which, left + 1, below + 1));
    return [across(placeX), up(placeY), raised(which, bad)];
  };
  const stand = (which: number, point: LandscapePoint): Standing | undefined => {
    const foot = above(which, point.x, point.y);
    if (!foot) return undefined;
    const isOff = isOffPlane(point, result);
    const own = ownOf(point, which);
    return {
      ...{ foot, isOff },
      ...(isOff && own !== undefined && { own: [foot[0], foot[1], raised(which, shareOf(own))] as const }),
    };
  };
  return { facets, above, stand };
}

/** Of many rows or columns some at about equal distances, both ends among them. */
function someOf(count: number): number[] {
  const few = Math.min(count, MOST_SIDE);
  return Array.from({ length: few }, (_, i) => Math.round((i * (count - 1)) / Math.max(1, few - 1)));
}
