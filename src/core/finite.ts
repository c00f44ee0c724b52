/** Objects and lists within one another. What methods and programs say of themselves takes five or six. */
const DEEPEST = 64;

/**
 * Whether every number in a value is one (JSON can write `1e999`, which is read as infinity), and the value is not nested
 * more deeply than those who write it as JSON again, by recursion, can bear. Goes through it without recursion.
 */
export function isFinite(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return false;
    if (level.some((item) => typeof item === 'number' && !Number.isFinite(item))) return false;
    level = level.flatMap((item): unknown[] => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return true;
}

/** For schemas of values whose shape is somebody else's. */
export const FINITE = 'holds a number that is too large to be one, or is nested too deeply';

/** Times and amounts: sums of as many as a log can have are still numbers. */
export const MOST_AMOUNT = 1e15;
