/** At which levels lines are drawn on a surface, so that those of an old and of a new task can be compared. */

export type SurfaceMeasure = 'loss' | 'accuracy';

/** Lines of a task at most. */
const MOST_LEVELS = 6;

/** Losses are of many sizes, and what is low matters. */
const losses: readonly number[] = [-3, -2, -1, 0, 1, 2, 3, 4, 5].flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
);
const accuracies: readonly number[] = [0.99, 0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1];

/** From the best on: of the numbers that people like those that lie within what was measured, each further from the best. */
export function levelsOf(values: readonly (number | null)[], measure: SurfaceMeasure): number[] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const within = (measure === 'loss' ? losses : accuracies).filter((level) => level > least && level < most);
  if (within.length <= MOST_LEVELS) return within;
  // The best one always, then more and more apart.
  const stride = (within.length - 1) / (MOST_LEVELS - 1);
  return Array.from({ length: MOST_LEVELS }, (_, i) => within[Math.round(i * stride)] ?? 0);
}
