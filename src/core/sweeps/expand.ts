import { canonicalJson } from '../canonicalJson';
import { explain, singleIssues } from '../explain';
import { ownValue } from '../ownValue';
import type { Finding } from '../problems';
import { countOf, isSweep, sweepSchema, sweptParts, valuesOf, type SweepForm } from './form';

type Path = readonly (string | number)[];

/** One value of a sweep, as a file without sweeps has it. */
export interface SweptValue {
  /** Where the sweep stands in the file that was written. */
  readonly path: Path;
  readonly value: number;
  /** Which of its values, from 0, and how many there are. */
  readonly index: number;
  readonly count: number;
  /** Whether the file lists the values. */
  readonly isListed: boolean;
}

/** An entry of `methods` without sweeps. */
export interface PlainEntry {
  /** Index in the `methods` that were written. */
  readonly entry: number;
  readonly swept: readonly SweptValue[];
}

/** The value of an experiment file with one choice of the numbers that `network` and `training` sweep, and no sweep left. */
export interface PlainFile {
  readonly file: unknown;
  /** Values of sweeps in `network` and `training`. */
  readonly shared: readonly SweptValue[];
  /** Of each item of `methods`. */
  readonly entries: readonly PlainEntry[];
}

export interface Expansion {
  /** At least one; where nothing is swept, the file as it is. */
  readonly files: readonly PlainFile[];
  /** What is wrong with the sweeps themselves, at their places in the file that was written. */
  readonly findings: readonly Finding[];
}

interface Site {
  readonly path: Path;
  readonly form: SweepForm;
}

/**
 * Makes of an experiment file with sweeps the files that spell their values out: one for each choice of what `network` and
 * `training` sweep, in which an entry of `methods` stands once for each choice of what it sweeps. The first has the first
 * value of each. @param most variants that are made; of more nothing is made
 */
export function expandSweeps(file: unknown, most: number): Expansion {
  const found = sweepsIn(file);
  if (found.length === 0) return { files: [asItIs(file)], findings: [] };
  const read = found.slice(0, most).map((one) => readSweep(file, one));
  const findings = read.flatMap((one) => one.findings);
  const sites = read.flatMap(({ site }) => site ?? []);
  const beyond = found[most];
  if (beyond) {
    const message = `At most ${most} numbers of a file can be swept; here are ${found.length}.`;
    findings.push({ severity: 'error', message, path: beyond.path });
  }
  const standIns = new Map<object, unknown>(
    found.map(({ value }, i) => [value, firstNumber(read[i]?.site?.form, value)]),
  );
  const plain = replaced(file, standIns);
  const excess = excessOf(plain, sites, most);
  if (excess) findings.push(excess);
  const kept = findings.length > 0 ? [] : sites;
  return { files: choicesOf(kept.filter(isShared)).map((shared) => plainFile(plain, shared, kept)), findings };
}

const asItIs = (file: unknown): PlainFile => plainFile(file, [], []);

interface WrittenSweep {
  readonly path: Path;
  readonly value: { readonly sweep: unknown };
}

/** Where sweeps stand, and what: in `network` and `training` below a setting, in `methods` below an entry. */
function sweepsIn(file: unknown): WrittenSweep[] {
  const found: WrittenSweep[] = [];
  const look = (value: unknown, path: Path) => {
    if (isSweep(value) && !isPart(path)) found.push({ path, value });
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value))
        look(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  look(file, []);
  return found;
}

/** Whether a whole part of the file stands at a path, or a whole entry of `methods`: no number does. */
function isPart(path: Path): boolean {
  if (path.length === 0) return true;
  if (path[0] !== 'methods') return path.length === 1;
  const keys = path.slice(1).findIndex((key) => typeof key === 'string');
  return keys < 0 || ((path.at(-1) === 'network' || path.at(-1) === 'training') && keys === path.length - 2);
}

function readSweep(
  file: unknown,
  { path, value }: WrittenSweep,
): { readonly site?: Site; readonly findings: Finding[] } {
  if (!sweptParts.includes(String(path[0])))
    return {
      findings: [
        {
          severity: 'error',
          message: 'Numbers of "methods", "training" and "network" can be swept, and no others.',
          path,
        },
      ],
    };
  const { data, error } = sweepSchema.safeParse(value);
  if (data) return { site: { path, form: data.sweep }, findings: [] };
  const issues = singleIssues(error.issues).map((issue) => explain({ ...issue, path: [...path, ...issue.path] }, file));
  return { findings: issues };
}

/** Stands in for a sweep, well formed or not. */
function firstNumber(form: SweepForm | undefined, { sweep }: { readonly sweep: unknown }): number | undefined {
  if (form) return 'from' in form ? form.from : form[0];
  const inner: unknown[] = typeof sweep === 'object' && sweep !== null ? Object.values(sweep) : [];
  return inner.find((one): one is number => typeof one === 'number');
}

/** A copy in which other values stand for some objects; nothing for those of which there is none. */
function replaced(value: unknown, by: ReadonlyMap<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (by.has(value)) return by.get(value);
  if (Array.isArray(value)) return value.map((one: unknown) => replaced(one, by));
  const entries = Object.entries(value).map(([key, one]) => [key, replaced(one, by)] as const);
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

/** A copy in which something else stands at a path. */
function withValue(of: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const inner = withValue(ownValue(of, key), rest, value);
  if (Array.isArray(of)) return of.map((one: unknown, i) => (i === key ? inner : one));
  const entries = Object.entries(of as object).map(([name, one]) => [name, name === key ? inner : (one as unknown)]);
  return Object.fromEntries(entries) as unknown;
}

const isShared = ({ path }: Site): boolean => path[0] !== 'methods';
const sitesOf = (sites: readonly Site[], entry: number): Site[] =>
  sites.filter(({ path }) => path[0] === 'methods' && path[1] === entry);

/** The items of `methods`, where it is a list. */
function itemsOf(file: unknown): readonly unknown[] {
  const methods = ownValue(file, 'methods');
  return Array.isArray(methods) ? methods : [];
}

const product = (sites: readonly Site[]): number => sites.reduce((count, { form }) => count * countOf(form), 1);

/** Values of all files that one file stands for: reading it takes time in proportion. */
const MOST_VALUES = 300_000;

function excessOf(file: unknown, sites: readonly Site[], most: number): Finding | undefined {
  const [first] = sites;
  if (!first) return undefined;
  const shared = product(sites.filter(isShared));
  const each = itemsOf(file).map((item, entry) => ({ count: product(sitesOf(sites, entry)), size: sizeOf(item) }));
  const variants = shared * each.reduce((sum, { count }) => sum + count, 0);
  const size = shared * (sizeOf(file) + each.reduce((sum, item) => sum + item.count * item.size, 0));
  const { path } = sites.reduce((a, b) => (countOf(b.form) > countOf(a.form) ? b : a), first);
  if (variants > most) {
    const said = variants > 1e9 ? 'more than a thousand million' : variants;
    const message = `The sweeps of this file make ${said} variants; an experiment has at most ${most}.`;
    return { severity: 'error', message, path };
  }
  if (size <= MOST_VALUES) return undefined;
  const message = `The sweeps of this file make ${variants} variants of entries that are too long for so many.`;
  return { severity: 'error', message, path };
}

/** How many values something holds, itself among them. */
const sizeOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, inner) => sum + sizeOf(inner), 1)
    : 1;

/** Every combination of one value of each sweep, the last one changing first. */
const choicesOf = (sites: readonly Site[]): SweptValue[][] =>
  sites.reduce<SweptValue[][]>(
    (choices, { path, form }) => {
      const values = valuesOf(form);
      const each = { path, count: values.length, isListed: Array.isArray(form) };
      return choices.flatMap((choice) => values.map((value, index) => [...choice, { ...each, value, index }]));
    },
    [[]],
  );

function plainFile(file: unknown, shared: readonly SweptValue[], sites: readonly Site[]): PlainFile {
  const own = itemsOf(file).flatMap((_, entry) =>
    choicesOf(sitesOf(sites, entry)).map((swept): PlainEntry => ({ entry, swept })),
  );
  const base = shared.reduce((of, { path, value }) => withValue(of, path, value), file);
  if (sites.length === 0) return { file, shared, entries: own };
  const methods = own.map(({ entry, swept }) =>
    swept.reduce((of, { path, value }) => withValue(of, path.slice(2), value), itemsOf(file)[entry]),
  );
  return { file: itemsOf(file).length === 0 ? base : withValue(base, ['methods'], methods), shared, entries: own };
}

/** A finding about a file without sweeps, at its place in the file that was written; of a value of a sweep, there. */
export function writtenPlace(finding: Finding, { shared, entries }: PlainFile): Finding {
  const [part, index, ...rest] = finding.path;
  const own = part === 'methods' && typeof index === 'number' ? entries[index] : undefined;
  const path = own ? ['methods', own.entry, ...rest] : finding.path;
  const value = [...shared, ...(own?.swept ?? [])].find((one) => startsWith(path, one.path));
  // A key that is wrong is wrong with any value.
  if (!value || (finding.atKey && path.length === value.path.length)) return { ...finding, path };
  const { message, severity } = finding;
  // Nobody wrote the values between two ends: the message has to say which one it is.
  const said =
    value.isListed || message.includes(String(value.value)) ? message : `${message} The sweep makes ${value.value}.`;
  return { severity, message: said, path: [...value.path, 'sweep', ...placeIn(value)] };
}

function placeIn({ isListed, index, count }: SweptValue): Path {
  if (isListed) return [index];
  return index === 0 ? ['from'] : index === count - 1 ? ['to'] : [];
}

const startsWith = (path: Path, start: Path): boolean => start.every((key, i) => path[i] === key);

/** Whether a file comes from sweeps. */
export const isSwept = ({ shared, entries }: PlainFile): boolean =>
  shared.length > 0 || entries.some(({ swept }) => swept.length > 0);

/** Without what is said of a number that stands in for a sweep which is not well formed. */
export const withoutFaultySweeps = (findings: readonly Finding[], ofSweeps: readonly Finding[]): Finding[] =>
  findings.filter(
    ({ path }) => !ofSweeps.some((faulty) => startsWith(faulty.path, path) || startsWith(path, faulty.path)),
  );

/** Findings about several files that one file stands for, each said once. */
export function eachOnce(findings: readonly Finding[]): Finding[] {
  const said = new Map<string, Finding>();
  for (const finding of findings) {
    const key = canonicalJson([finding.path, finding.message]);
    if (!said.has(key)) said.set(key, finding);
  }
  return [...said.values()];
}
