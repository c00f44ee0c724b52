/** What a method names (arrays of its memory, what its steps carry) has the id of the method before it: `id/name`. */
const prefixOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1);

/** The name that the method itself gave. */
export const ownName = (name: string): string => name.slice(prefixOf(name).length);

/** The full name of another thing of the same method. */
export const besides = (name: string, other: string): string => prefixOf(name) + other;

/** The methods' own names of all things, of some, that belong to the same method. */
export const namesBeside = (name: string, all: readonly string[]): string[] =>
  all.filter((one) => prefixOf(one) === prefixOf(name)).map(ownName);
