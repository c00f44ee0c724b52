import { viewKinds, viewsSchema } from '../../core/mechanism';

/**
 * Why views cannot be shown as they are given: one is of a kind that there is none of, has not its kind's shape, or fields
 * that views of its kind do not have. What reads a log leaves such fields out; who writes a method wants to know.
 */
export function viewsFault(views: unknown): string | undefined {
  if (!Array.isArray(views)) return 'has to give a list of views';
  const given: readonly unknown[] = views;
  const other = given.findIndex((view) => !Object.hasOwn(viewKinds, kindOf(view)));
  if (other >= 0)
    return `${called(given[other], other)} is of no kind that there is. Kinds: ${Object.keys(viewKinds).join(', ')}`;
  const parsed = viewsSchema.safeParse(given);
  const [issue] = parsed.error?.issues ?? [];
  if (issue) {
    const [at, ...path] = issue.path;
    const which = typeof at === 'number' ? called(given[at], at) : 'the views';
    return `gives a view that cannot be shown: ${[which, path.join('.'), issue.message].filter(Boolean).join(' ')}`;
  }
  for (const [at, view] of given.entries()) {
    const others = otherFields(view, parsed.data?.[at]);
    if (others.length > 0)
      return `${called(view, at)} has fields that views of its kind do not have: ${others.join(', ')}`;
  }
  return undefined;
}

const kindOf = (view: unknown): string => String((view as { readonly kind?: unknown } | null | undefined)?.kind);

/** Which of them: its number from 1, its kind and its title. */
function called(view: unknown, at: number): string {
  const { title } = (view ?? {}) as { readonly title?: unknown };
  return `view ${at + 1} ("${kindOf(view)}"${typeof title === 'string' && title ? `, ${title}` : ''})`;
}

/** Paths of fields of a value that another, read from it, does not have. */
function otherFields(given: unknown, read: unknown, path = ''): string[] {
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([name, value]) => {
    const here = path ? `${path}.${name}` : name;
    if (typeof read !== 'object' || read === null || !Object.hasOwn(read, name)) return [here];
    return otherFields(value, (read as Record<string, unknown>)[name], here);
  });
}
