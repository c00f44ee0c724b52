/** Where a function on a grid is at most a level: marching squares (Lorensen & Cline 1987, in the plane). */

/** A place on the grid: column and row, with what lies between them. */
export type GridPlace = readonly [column: number, row: number];

/** A closed line; the region lies to its left where rows count upwards. The first place is not repeated. */
export type Ring = readonly GridPlace[];

/** Numbers on a grid, row by row. What is not finite is nowhere at most a level. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly values: readonly (number | null)[];
}

/** Sides of a cell. */
const [SOUTH, EAST, NORTH, WEST] = [0, 1, 2, 3];

/**
 * By which sides a line enters and leaves a cell, by the corners that are inside: 1 south-west, 2 south-east, 4 north-east,
 * 8 north-west. The inside lies to its left.
 */
const lines: readonly (readonly (readonly [from: number, to: number])[])[] = [
  [],
  [[SOUTH, WEST]],
  [[EAST, SOUTH]],
  [[EAST, WEST]],
  [[NORTH, EAST]],
  // Two corners that touch: apart. Joined they are the lines round the other two.
  [
    [SOUTH, WEST],
    [NORTH, EAST],
  ],
  [[NORTH, SOUTH]],
  [[NORTH, WEST]],
  [[WEST, NORTH]],
  [[SOUTH, NORTH]],
  [
    [EAST, SOUTH],
    [WEST, NORTH],
  ],
  [[EAST, NORTH]],
  [[WEST, EAST]],
  [[SOUTH, EAST]],
  [[WEST, SOUTH]],
  [],
];
const joined: Readonly<Record<number, (typeof lines)[number]>> = {
  5: [
    [SOUTH, EAST],
    [NORTH, WEST],
  ],
  10: [
    [WEST, SOUTH],
    [EAST, NORTH],
  ],
};

/**
 * The lines round where the grid is at most the level, interpolated between its points. Where the region reaches the border
 * of the grid a line runs along that. In a saddle the mean of the four corners decides.
 */
export function contourOf({ columns, rows, values }: Grid, level: number): Ring[] {
  const valueAt = (column: number, row: number): number =>
    column < 0 || row < 0 || column >= columns || row >= rows ? Infinity : finite(values[row * columns + column]);
  const width = columns + 1;
  // A side by the point it begins at: those along rows are even, those along columns odd.
  const sideOf = (column: number, row: number, side: number): number => {
    const [fromColumn, fromRow] = [column + (side === EAST ? 1 : 0), row + (side === NORTH ? 1 : 0)];
    return 2 * ((fromRow + 1) * (width + 1) + fromColumn + 1) + (side === EAST || side === WEST ? 1 : 0);
  };
  const next = new Map<number, number>();
  for (let row = -1; row < rows; row++) {
    for (let column = -1; column < columns; column++) {
      const corners = [
        valueAt(column, row),
        valueAt(column + 1, row),
        valueAt(column + 1, row + 1),
        valueAt(column, row + 1),
      ];
      const which = corners.reduce((sum, value, corner) => sum + (value <= level ? 1 << corner : 0), 0);
      const isOneRegion = corners.reduce((sum, value) => sum + value / 4, 0) <= level;
      for (const [from, to] of (isOneRegion ? joined[which] : undefined) ?? lines[which] ?? [])
        next.set(sideOf(column, row, from), sideOf(column, row, to));
    }
  }
  const placeOn = (side: number): GridPlace => {
    const point = Math.floor(side / 2);
    const [column, row] = [(point % (width + 1)) - 1, Math.floor(point / (width + 1)) - 1];
    const [toColumn, toRow] = side % 2 === 1 ? [column, row + 1] : [column + 1, row];
    const isOn = (c: number, r: number) => c >= 0 && r >= 0 && c < columns && r < rows;
    if (!isOn(column, row)) return [toColumn, toRow];
    if (!isOn(toColumn, toRow)) return [column, row];
    const share = crossing(valueAt(column, row), valueAt(toColumn, toRow), level);
    return [column + share * (toColumn - column), row + share * (toRow - row)];
  };
  return ringsOf(next, placeOn);
}

const finite = (value: number | null | undefined): number =>
  value === null || value === undefined || !Number.isFinite(value) ? Infinity : value;

/** Where between two values a level lies, as a share of the way; half-way where one is not finite. */
const crossing = (from: number, to: number, level: number): number =>
  Number.isFinite(from) && Number.isFinite(to) ? (level - from) / (to - from) : 0.5;

/** Follows sides from one to the next until each was there once. */
function ringsOf(next: Map<number, number>, placeOn: (side: number) => GridPlace): Ring[] {
  const rings: Ring[] = [];
  for (const first of next.keys()) {
    const ring: GridPlace[] = [];
    let side = first;
    for (let to = next.get(side); to !== undefined; to = next.get(side)) {
      next.delete(side);
      ring.push(placeOn(side));
      side = to;
    }
    if (ring.length > 2) rings.push(ring);
  }
  return rings;
}
