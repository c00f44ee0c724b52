/** The largest of many numbers, `least` when there are none. A log may hold more of them than a call takes arguments. */
export const largest = (values: Iterable<number>, least: number): number => {
  let found = least;
  for (const value of values) found = Math.max(found, value);
  return found;
};

/** The smallest of many numbers, `most` when there are none. */
export const smallest = (values: Iterable<number>, most: number): number => {
  let found = most;
  for (const value of values) found = Math.min(found, value);
  return found;
};
