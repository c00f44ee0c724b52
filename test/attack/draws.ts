import { randomInt, type Random } from '../../src/engine/random';

/** One of a list, each as likely as the others. @throws RangeError when there is none */
export function pick<T>(random: Random, items: readonly T[]): T {
  if (items.length === 0) throw new RangeError('nothing to pick from');
  return items[randomInt(random, items.length)] as T;
}

export const chance = (random: Random, probability: number): boolean => random() < probability;

/** A whole number from `low` to `high`, both included. */
export const between = (random: Random, low: number, high: number): number => low + randomInt(random, high - low + 1);

/** So many different items of a list, in random order; all when there are not more. */
export function several<T>(random: Random, items: readonly T[], count: number): T[] {
  const left = [...items];
  const chosen: T[] = [];
  while (chosen.length < count && left.length > 0) chosen.push(...left.splice(randomInt(random, left.length), 1));
  return chosen;
}
