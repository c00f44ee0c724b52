import type { z } from 'zod';
import { allowedKeys } from './experiment';
import { kindWith, type Kinds } from './kinds';
import { cardOf, methodIds } from './methods/index';
import { noOwnFiles, type OwnFiles } from './own/ownFiles';
import { isOwnPath, ownEndings } from './own/ownPath';
import { ownValue, valueAt } from './ownValue';
import type { Finding } from './problems';
import { networkKinds } from './recipe';
import { partKinds, streamKinds } from './stream';
import { sweptParts } from './sweeps/form';
import { nounOf } from './typeNouns';

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

/** More letters wrong than this, and it is another word. */
const FARTHEST = 3;

/** The candidate a typo most likely meant, when one is near; or the only one of several parts whose last is the word. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [ending, another] = candidates.filter((candidate) => candidate.endsWith(`/${word}`));
  if (ending !== undefined && another === undefined) return ending;
  // Words of very different lengths are never near: a long one need not be gone through.
  const similar = candidates.filter((candidate) => Math.abs(candidate.length - word.length) <= FARTHEST);
  const ranked = similar.map((candidate) => ({
    candidate,
    d: distance(word.toLowerCase(), candidate.toLowerCase()),
  }));
  ranked.sort((a, b) => a.d - b.d);
  const best = ranked[0];
  return best && best.d <= Math.min(FARTHEST, Math.max(1, Math.floor(word.length / 2))) ? best.candidate : undefined;
}

const LONGEST_QUOTE = 60;

/** A value of the file as messages show it: as JSON, and cut where it is long. */
export function quoted(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) return 'nothing';
  return json.length <= LONGEST_QUOTE ? json : `${json.slice(0, LONGEST_QUOTE)}…`;
}

const list = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(', ');

/** ` Did you mean "…"?` where a candidate is near, to be put behind a sentence; else nothing. */
export const didYouMean = (word: string, candidates: readonly string[]): string => {
  const near = nearest(word, candidates);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
};

export type Issue = z.core.$ZodIssue;

/**
 * Schema issues taken apart until each is one fault at one place: an issue for each unknown key, and in place of a choice
 * that failed the issues of what was meant. Cheap, so that many can be counted and few explained.
 */
export function singleIssues(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ ...issue, keys: [key] }));
    return issue.code === 'invalid_union' ? (meantBranch(issue) ?? [issue]) : [issue];
  });
}

const isWrongKind = (issue: Issue) => issue.code === 'invalid_type' && issue.path.length === 0;
const isOtherWord = (issue: Issue) => issue.code === 'invalid_value' && issue.path.length === 0;

/**
 * Of a choice, the issues of the branch that got furthest: it is the one the writer meant. A branch of fixed words says no
 * to whatever is none of them, so any other comes first.
 */
function meantBranch({ errors, path }: z.core.$ZodIssueInvalidUnion): Issue[] | undefined {
  const meant = errors.filter((branch) => !branch.some(isWrongKind));
  const words = (branch: readonly Issue[]) => Number(branch.some(isOtherWord));
  const [deepest] = meant.sort((a, b) => depth(b) - depth(a) || words(a) - words(b));
  return deepest && singleIssues(deepest.map((inner) => ({ ...inner, path: [...path, ...inner.path] })));
}

const depth = (branch: readonly Issue[]) => branch.reduce((deepest, { path }) => Math.max(deepest, path.length), 0);

/** Says in plain words, with what is allowed, what one of the `singleIssues` means. `file` is the parsed text. */
export function explain(issue: Issue, file: unknown, own = noOwnFiles): Finding {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  if (issue.code === 'unrecognized_keys') return unknownKey(issue.keys[0] ?? '', path, file, own);
  const value = valueAt(file, path);
  if (issue.code === 'invalid_union' && isChoiceOfMethod(issue)) return noSuchMethod(value, path);
  return { severity: 'error', message: messageOf(issue, value, path), path };
}

/** Parts of an experiment that there are several kinds of, and what these are called. */
const partsOfKinds = new Map<string | number | undefined, { readonly kinds: Kinds; readonly called: string }>([
  ['network', { kinds: networkKinds, called: 'networks' }],
  ['stream', { kinds: streamKinds, called: 'streams' }],
]);

const TWO_TRAINERS =
  'A run is trained by a "method" of Lethe or by a "program", not by both. A program that is another implementation of a method says so: "implements".';

function unknownKey(key: string, path: readonly (string | number)[], file: unknown, own: OwnFiles): Finding {
  const known = allowedKeys(path, file, own);
  const allowed = known.length > 0 ? ` Allowed: ${known.join(', ')}.` : '';
  const isPart = path[0] === 'stream' && path.length > 1;
  const part = isPart ? { kinds: partKinds, called: 'parts' } : partsOfKinds.get(path.at(-1));
  const kind = part && kindWith(part.kinds, key);
  if (key === 'program' && path[0] === 'methods' && known.includes('method'))
    return { severity: 'error', message: TWO_TRAINERS, path: [...path, key], atKey: true };
  const message = kind
    ? otherKind(key, part.called, kind)
    : `Unknown key ${quoted(key)}.${didYouMean(key, known)}${allowed}`;
  return { severity: 'error', message, path: [...path, key], atKey: true };
}

function messageOf(issue: Issue, value: unknown, path: readonly (string | number)[]): string {
  switch (issue.code) {
    case 'too_small': {
      const bound = `${issue.inclusive === false ? 'greater than' : 'at least'} ${String(issue.minimum)}`;
      if (issue.origin === 'array')
        return `This list needs ${bound} ${Number(issue.minimum) === 1 ? 'entry' : 'entries'}.`;
      if (issue.origin === 'string') return 'This text must not be empty.';
      return `This must be ${bound}; it is ${quoted(value)}.`;
    }
    case 'too_big': {
      const bound = `${issue.inclusive === false ? 'less than' : 'at most'} ${String(issue.maximum)}`;
      if (issue.origin === 'array') return `This list may have ${bound} entries.`;
      if (issue.origin === 'string') return `This text may have ${bound} characters.`;
      return `This must be ${bound}; it is ${quoted(value)}.`;
    }
    case 'invalid_value':
      return notAllowed(value, issue.values, ownMeant(value, path));
    case 'invalid_type': {
      const wanted = nounOf(issue.expected);
      if (value === undefined) return `"${String(path.at(-1) ?? 'experiment')}" is missing: ${wanted} is needed.`;
      if (value === Infinity || value === -Infinity) return 'This number is too large.';
      return `This must be ${wanted}.${sweepMeant(issue.expected, value, path)}`;
    }
    case 'invalid_union':
      return noBranch(issue, value, path);
    default:
      return issue.message;
  }
}

/** Of several numbers where one belongs, in a part of the file that sweeps may be in. */
function sweepMeant(expected: string, value: unknown, path: readonly (string | number)[]): string {
  const isSeveral = Array.isArray(value) && value.length > 1 && value.every((one) => typeof one === 'number');
  const isSwept = path.length > 1 && sweptParts.includes(String(path[0]));
  if (!isSeveral || !isSwept || !['number', 'int'].includes(expected)) return '';
  const sweep = value.length <= MOST_SWEPT ? `{ "sweep": ${JSON.stringify(value)} }` : '{ "sweep": [ … ] }';
  return ` For a sweep: ${sweep}.`;
}

/** Numbers that a suggested sweep spells out. */
const MOST_SWEPT = 6;

function notAllowed(value: unknown, values: readonly unknown[], meant?: string): string {
  if (value === undefined) return `A value is missing: one of ${list(values)}.`;
  const text = meant ?? (typeof value === 'string' ? didYouMean(value, values.map(String)) : '');
  return `${quoted(value)} is not allowed here. Allowed: ${list(values)}.${text}`;
}

/** Of a setting that only networks, or streams, of another kind have. */
export const otherKind = (setting: string, called: string, kind: string) =>
  `"${setting}" is a setting of ${called} of "kind": "${kind}".`;

/** Of the name of a data set, with those that there are. */
export const noSuchDataset = (name: string, known: readonly string[]): string => {
  const more = known.length > MOST_NAMES ? ` and ${known.length - MOST_NAMES} more` : '';
  const named = `${known.slice(0, MOST_NAMES).join(', ')}${more}`;
  return `There is no data set ${quoted(name)}.${didYouMean(name, known)} Data sets: ${named}. "lethe data add" adds your own.`;
};

/** Names that one message lists. */
const MOST_NAMES = 12;

const isChoiceOfMethod = ({ discriminator, path, errors }: z.core.$ZodIssueInvalidUnion) =>
  discriminator === 'method' || (path.at(-1) === 'method' && errors.length === 0);

/** Of an entry of `methods`, or of the name in it. */
function noSuchMethod(value: unknown, path: readonly (string | number)[]): Finding {
  const isName = path.at(-1) === 'method';
  const name = isName ? value : ownValue(value, 'method');
  const known = `Methods: ${methodIds.join(', ')}, or a file of your own, as "./mine.ts". A program is named by "program": ["python", "train.py"].`;
  const near = typeof name === 'string' ? (pathMeant(name) ?? methodMeant(name)) : '';
  const message =
    name === undefined ? `"method" is missing. ${known}` : `There is no method ${quoted(name)}.${near} ${known}`;
  return { severity: 'error', message, path: isName ? path : [...path, 'method'] };
}

/** Tables call methods by their titles. */
function methodMeant(name: string): string {
  const titled = methodIds.find((id) => cardOf(id).title.toLowerCase() === name.toLowerCase());
  return titled === undefined ? didYouMean(name, methodIds) : ` Did you mean "${titled}"?`;
}

/** Of a file that is named without a "./" before it, or by its place on this machine. */
function pathMeant(name: string): string | undefined {
  if (/^(?:\/|[a-z]:)/i.test(name))
    return ownEndings.some((ending) => name.endsWith(ending))
      ? ' A path begins at the folder of this file.'
      : undefined;
  return isOwnPath(`./${name}`) ? ` Did you mean "./${name}"?` : undefined;
}

/** Of a file that stands as the kind of a part that can be the user's own, likewise. */
const ownMeant = (value: unknown, path: readonly (string | number)[]): string | undefined =>
  typeof value === 'string' && path.at(-1) === 'kind' && (path.at(-2) === 'network' || path.at(-2) === 'stream')
    ? pathMeant(value)
    : undefined;

/** Of a choice none of whose branches was meant. */
function noBranch(issue: z.core.$ZodIssueInvalidUnion, value: unknown, path: readonly (string | number)[]): string {
  if (issue.discriminator !== undefined && issue.errors.length === 0) {
    const { options = [] } = issue as { options?: readonly unknown[] };
    return notAllowed(
      value,
      options.filter((option) => option !== undefined),
      ownMeant(value, path),
    );
  }
  const wanted = issue.errors.flatMap((branch) =>
    branch.flatMap((inner) => (inner.code === 'invalid_type' && isWrongKind(inner) ? [nounOf(inner.expected)] : [])),
  );
  return `This must be ${[...new Set(wanted)].join(' or ')}.`;
}
