/** The set with an item, or without it; the same one where that is so already. */
export function toggled(set: ReadonlySet<string>, item: string, isIn: boolean): ReadonlySet<string> {
  if (set.has(item) === isIn) return set;
  return new Set(isIn ? [...set, item] : [...set].filter((other) => other !== item));
}
