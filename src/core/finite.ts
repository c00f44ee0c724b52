/**
 * Whether every number in a value is one: JSON can write `1e999`, which is read as infinity. Goes through whatever depth
 * there is without recursion.
 */
export function isFinite(value: unknown): boolean {
  const rest = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === 'number' && !Number.isFinite(next)) return false;
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) rest.push(inner);
  }
  return true;
}

/** For schemas of values whose shape is somebody else's. */
export const FINITE = 'holds a number that is too large to be one';
