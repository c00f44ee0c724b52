/** What stands at a key of something that was read; never what every object inherits, such as `constructor`. */
export const ownValue = (of: unknown, key: PropertyKey): unknown =>
  typeof of === 'object' && of !== null && Object.hasOwn(of, key)
    ? (of as Record<PropertyKey, unknown>)[key]
    : undefined;

/** What stands at a path of something that was read; undefined where the path leads nowhere. */
export const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown => path.reduce(ownValue, root);
