/** Dotted names of settings by their first word, in their order: `network.hidden`, `training.epochs`. */
export function settingsByPart(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const parts = new Map<string, string[]>();
  for (const name of names) {
    const [part = name, ...rest] = name.split('.');
    parts.set(part, [...(parts.get(part) ?? []), rest.join('.')]);
  }
  return parts;
}
