import type { LandscapeResult } from '../core/analyses/landscape';

/** From no accuracy to all of it. */
const shades = [' ', '░', '▒', '▓', '█'];
/** A cell of a terminal is about twice as high as wide. */
const COLUMNS = 21;
const ROWS = 11;
const BETWEEN = '   ';

type Drawn = Pick<LandscapeResult, 'x' | 'y' | 'every' | 'surfaces' | 'points'>;

/**
 * The accuracy of each task over the plane, side by side, in characters: the fuller, the more is right. Where a checkpoint
 * lies stands the last digit of its task. What is not measured yet is as its nearest neighbour that is.
 */
export function surfacePicture({ x, y, every, surfaces, points }: Drawn): string[] {
  const marks = new Map(
    points.map(({ task, ...place }) => [
      `${placeOn(x, place.x, COLUMNS)} ${placeOn(y, place.y, ROWS)}`,
      String((task + 1) % 10),
    ]),
  );
  const known = (values: readonly number[], at: number, of: number) =>
    every * Math.round((at * (values.length - 1)) / (of - 1) / every);
  const cell = (accuracy: readonly (number | null)[], column: number, row: number) =>
    marks.get(`${column} ${row}`) ??
    shade(accuracy[known(y, row, ROWS) * x.length + known(x, column, COLUMNS)] ?? null);
  const rows = Array.from({ length: ROWS }, (_, i) => ROWS - 1 - i).map((row) =>
    surfaces
      .map(({ accuracy }) => Array.from({ length: COLUMNS }, (_, column) => cell(accuracy, column, row)).join(''))
      .join(BETWEEN),
  );
  const titles = surfaces.map(({ of }) => `Accuracy, task ${of + 1}`.padEnd(COLUMNS)).join(BETWEEN);
  return [titles.trimEnd(), ...rows.map((row) => row.trimEnd())];
}

/** Which of so many places along a side is nearest to a coordinate; one beside the plane's part is none of them. */
function placeOn(values: readonly number[], value: number, places: number): number {
  const [least = 0, most = 0] = [values[0], values.at(-1)];
  return Math.round(((value - least) / (most - least)) * (places - 1));
}

const shade = (accuracy: number | null): string =>
  accuracy === null ? '?' : (shades[Math.min(shades.length - 1, Math.floor(accuracy * shades.length))] ?? '?');
