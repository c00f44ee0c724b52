import type { LandscapeResult, LandscapeSettings } from '../../core/analyses/landscape';
import type { Place } from '../measures/plane';

/** Coordinates of the columns and rows of a grid. */
export interface Box {
  readonly x: number[];
  readonly y: number[];
}

/** Half a width of random directions, which are as long as the network's own weights (Li et al. 2018). */
const RANDOM_REACH = 1;
/** Half a width where everything lies in one place, as a share of the length of the parameters there. */
const LEAST_REACH = 0.05;

/**
 * A square part of the plane that holds what lies beside it, with room around. Where a reach is given, it is that to all
 * sides of the origin.
 *
 * @param length of the parameters at the origin
 */
export function boxOf(
  places: readonly Place[],
  { points, margin, reach }: Pick<LandscapeSettings, 'points' | 'margin' | 'reach'>,
  kind: LandscapeResult['plane']['kind'],
  length: number,
): Box {
  const given = reach ?? (kind === 'random' ? RANDOM_REACH : undefined);
  if (given !== undefined) return { x: spread(0, given, points), y: spread(0, given, points) };
  const [across, along] = [places.map(({ x }) => x), places.map(({ y }) => y)].map((values) => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return { middle: (least + most) / 2, half: (most - least) / 2 };
  }) as [{ middle: number; half: number }, { middle: number; half: number }];
  const half = Math.max(across.half, along.half);
  const room = half > 0 ? half * (1 + 2 * margin) : LEAST_REACH * length;
  return { x: spread(across.middle, room, points), y: spread(along.middle, room, points) };
}

const spread = (middle: number, half: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => middle + half * ((2 * i) / (count - 1) - 1));

export interface Cell {
  readonly column: number;
  readonly row: number;
}

/**
 * The cells of a square grid, coarse to fine: first every 2ⁿ-th of a side, and then those between, until all were there
 * once. Where a side cannot be halved evenly, it is whole at once.
 */
export function cellsFrom(side: number): { readonly every: number; readonly cells: readonly Cell[] }[] {
  const strides = [8, 4, 2, 1].filter((stride) => (side - 1) % stride === 0 && (side - 1) / stride >= 2);
  return strides.map((every, i) => {
    const before = strides[i - 1];
    const places = Array.from({ length: Math.floor((side - 1) / every) + 1 }, (_, place) => place * every);
    const isNew = (column: number, row: number) => before === undefined || column % before !== 0 || row % before !== 0;
    const cells = places.flatMap((row) => places.map((column) => ({ column, row })));
    return { every, cells: cells.filter(({ column, row }) => isNew(column, row)) };
  });
}
