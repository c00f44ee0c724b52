/** Of each kind of something, its settings. */
export type Kinds = Readonly<Record<string, { readonly shape: object }>>;

/** The kind that alone has a setting. */
export function kindWith(kinds: Kinds, setting: string): string | undefined {
  const [kind, ...others] = Object.keys(kinds).filter((kind) => Object.hasOwn(kinds[kind]?.shape ?? {}, setting));
  return others.length === 0 ? kind : undefined;
}

/** The kind that a part of an experiment file asks for; without a known one the first, which is the default. */
export const kindAsked = (kinds: Kinds, kind: unknown): string =>
  typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kind : (Object.keys(kinds)[0] ?? '');
