type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Letters of JSON from which on a part that comes again is written once. */
const WORTH_SHARING = 1000;

/** A JSON schema in which large parts that come more than once stand among its definitions, and references in their places. */
export function withSharedParts({ definitions: known, ...schema }: Json): Json {
  const counts = new Map<string, number>();
  const count = (value: unknown) => {
    const text = isSchema(value) ? JSON.stringify(value) : '';
    if (text.length >= WORTH_SHARING) counts.set(text, (counts.get(text) ?? 0) + 1);
    if (isObject(value) || Array.isArray(value)) Object.values(value).forEach(count);
  };
  count(schema);
  const shared = new Map<string, { readonly name: string; readonly part: unknown }>();
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replaced);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one)]));
  };
  const replaced = (value: unknown): unknown => {
    const text = isSchema(value) ? JSON.stringify(value) : '';
    if ((counts.get(text) ?? 0) < 2) return inner(value);
    const found = shared.get(text) ?? { name: `part${shared.size + 1}`, part: undefined };
    if (!shared.has(text)) {
      shared.set(text, found);
      shared.set(text, { ...found, part: inner(value) });
    }
    return { $ref: `#/definitions/${found.name}` };
  };
  const rest = inner(schema) as Json;
  const parts = [...shared.values()].map(({ name, part }) => [name, part] as const);
  return { ...rest, definitions: { ...(known as Json | undefined), ...Object.fromEntries(parts) } };
}

/** Properties by name are no schema of their own. */
const isSchema = (value: unknown): boolean =>
  isObject(value) &&
  ['type', 'anyOf', '$ref'].some((key) => typeof value[key] === 'string' || Array.isArray(value[key]));
