/** Text that stands in JSON as it is: numbers that JavaScript cannot write, lists deeper than its stack. */
export class Raw {
  constructor(readonly text: string) {}
}

/** An object with members in any order, the same key twice and keys such as `__proto__` included. */
export class Members {
  constructor(readonly list: readonly (readonly [string, unknown])[]) {}
}

export const membersOf = (value: object): Members =>
  value instanceof Members ? value : new Members(Object.entries(value));

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Raw);

/** JSON of a value that may hold `Raw` and `Members`. */
export function jsonText(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (value === undefined) return 'null';
  if (!isObject(value)) return JSON.stringify(value);
  const members = membersOf(value).list.filter(([, item]) => item !== undefined);
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`).join(',')}}`;
}
