import type { z } from 'zod';
import { methodIds } from './methods/index';
import type { Finding } from './problems';
import { kindWith } from './recipe';

/** Edit distance, for "did you mean". */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substituted));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The candidate a typo most likely meant, when one is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates.map((candidate) => ({
    candidate,
    d: distance(word.toLowerCase(), candidate.toLowerCase()),
  }));
  ranked.sort((a, b) => a.d - b.d);
  const best = ranked[0];
  return best && best.d <= Math.min(3, Math.max(1, Math.floor(word.length / 2))) ? best.candidate : undefined;
}

const list = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(', ');
const suggestion = (word: string, candidates: readonly string[]) => {
  const near = nearest(word, candidates);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
};

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value;
}

const nouns: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object { … }',
};

/** Says in plain words, with what is allowed, what a schema issue means. `root` is the parsed file. */
export function explain(
  issue: z.core.$ZodIssue,
  root: unknown,
  keysAt: (path: readonly PropertyKey[]) => readonly string[] = () => [],
): Finding[] {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const error = (message: string): Finding[] => [{ severity: 'error', message, path }];
  const value = valueAt(root, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = keysAt(issue.path);
        const allowed = known.length > 0 ? ` Allowed: ${known.join(', ')}.` : '';
        const kind = path.at(-1) === 'network' ? kindWith(key) : undefined;
        return {
          severity: 'error',
          message: kind ? otherKind(key, kind) : `Unknown key "${key}".${suggestion(key, known)}${allowed}`,
          path: [...path, key],
          atKey: true,
        };
      });
    case 'too_small': {
      const bound = `${issue.inclusive === false ? 'greater than' : 'at least'} ${String(issue.minimum)}`;
      if (issue.origin === 'array')
        return error(`This list needs ${bound} ${Number(issue.minimum) === 1 ? 'entry' : 'entries'}.`);
      if (issue.origin === 'string') return error('This text must not be empty.');
      return error(`This must be ${bound}; it is ${String(value)}.`);
    }
    case 'too_big': {
      const bound = `${issue.inclusive === false ? 'less than' : 'at most'} ${String(issue.maximum)}`;
      if (issue.origin === 'array') return error(`This list may have ${bound} entries.`);
      if (issue.origin === 'string') return error(`This text may have ${bound} characters.`);
      return error(`This must be ${bound}; it is ${String(value)}.`);
    }
    case 'invalid_value':
      return error(notAllowed(value, issue.values));
    case 'invalid_type': {
      const wanted = nouns[issue.expected] ?? issue.expected;
      if (value === undefined)
        return error(`"${String(path.at(-1) ?? 'experiment')}" is missing: ${wanted} is needed.`);
      return error(`This must be ${wanted}.`);
    }
    case 'invalid_union':
      return explainUnion(issue, root, keysAt, error, value);
    default:
      return error(issue.message);
  }
}

function notAllowed(value: unknown, values: readonly unknown[]): string {
  if (value === undefined) return `A value is missing: one of ${list(values)}.`;
  const text = typeof value === 'string' ? suggestion(value, values.map(String)) : '';
  return `${JSON.stringify(value)} is not allowed here. Allowed: ${list(values)}.${text}`;
}

/** Of a setting that only networks of another kind have. */
export const otherKind = (setting: string, kind: string) =>
  `"${setting}" is a setting of networks of "kind": "${kind}".`;

function explainUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  root: unknown,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
  error: (message: string) => Finding[],
  value: unknown,
): Finding[] {
  if (issue.discriminator === 'method' || (issue.path.at(-1) === 'method' && issue.errors.length === 0)) {
    const name = issue.path.at(-1) === 'method' ? value : (value as { method?: unknown } | undefined)?.method;
    const path = [
      ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key)),
      ...(issue.path.at(-1) === 'method' ? [] : ['method']),
    ];
    const known = `Methods: ${methodIds.join(', ')}.`;
    const message =
      name === undefined
        ? `"method" is missing. ${known}`
        : `There is no method ${JSON.stringify(name)}.${typeof name === 'string' ? suggestion(name, methodIds) : ''} ${known}`;
    return [{ severity: 'error', message, path }];
  }
  if (issue.discriminator !== undefined && issue.errors.length === 0) {
    const { options = [] } = issue as { options?: readonly unknown[] };
    return error(
      notAllowed(
        value,
        options.filter((option) => option !== undefined),
      ),
    );
  }
  // The branch that got furthest is the one the writer meant.
  const branches = issue.errors.map((branch) =>
    branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
  );
  const wrongKind = (inner: z.core.$ZodIssue) =>
    inner.code === 'invalid_type' && inner.path.length === issue.path.length;
  const meant = branches.filter((branch) => !branch.some(wrongKind));
  const deepest = meant.sort((a, b) => depth(b) - depth(a))[0];
  if (deepest) return deepest.flatMap((inner) => explain(inner, root, keysAt));
  const wanted = branches.flatMap((branch) =>
    branch
      .filter(wrongKind)
      .map((inner) => (inner.code === 'invalid_type' ? (nouns[inner.expected] ?? inner.expected) : '')),
  );
  return error(`This must be ${[...new Set(wanted)].join(' or ')}.`);
}

const depth = (branch: readonly z.core.$ZodIssue[]) => Math.max(...branch.map((inner) => inner.path.length));
