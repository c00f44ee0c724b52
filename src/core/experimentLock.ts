/** `NAME.lethe.lock`: the numbers of the finished runs of one experiment, a run a line. */
import * as z from 'zod';
import { inWords } from './eventWords';
import { onceEach, type LockedMeasures, type LockedRun } from './lockedRuns';
import { runMeasureNames, type RunMeasureName } from './measures/table';

/** Version of the file. */
const LOCK_FORMAT = 1;

export interface ExperimentLock {
  /** Name of the experiment. */
  readonly experiment: string;
  readonly runs: readonly LockedRun[];
}

/** What is wrong with a lock, and in which line, counted from 1. */
export interface LockFault {
  readonly line: number;
  readonly reason: string;
}

const head = z.strictObject({ lethe: z.literal(LOCK_FORMAT), experiment: z.string() });
const text = z.string().min(1).max(200);
const areMeasures = (given: object): given is LockedMeasures =>
  Object.keys(given).every((name) => runMeasureNames.includes(name as RunMeasureName));
const lockedRun = z.strictObject({
  variant: text,
  hash: z.string().regex(/^[0-9a-f]{64}$/, { error: 'is no SHA-256 in hexadecimal digits' }),
  seed: z.int().min(0),
  backend: text,
  processor: text,
  measures: z.record(z.string(), z.number()).refine(areMeasures, { error: 'names a measure that there is not' }),
});

/** Reads the text of a lock, or says what is wrong with it. */
export function readExperimentLock(content: string): ExperimentLock | LockFault {
  const [first = '', ...lines] = content.replace(/\n$/, '').split('\n');
  const begun = read(head, first, 1);
  if ('reason' in begun) return begun;
  const runs: LockedRun[] = [];
  for (const [i, line] of lines.entries()) {
    const run = read(lockedRun, line, i + 2);
    if ('reason' in run) return run;
    runs.push(run);
  }
  return { experiment: begun.experiment, runs };
}

function read<T>(schema: z.ZodType<T>, line: string, number: number): T | LockFault {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { line: number, reason: 'it is no JSON' };
  }
  const { data, error } = schema.safeParse(value);
  const [issue] = error?.issues ?? [];
  if (!issue) return data as T;
  return { line: number, reason: [issue.path.join('.'), inWords(issue.message)].filter(Boolean).join(' ') };
}

/**
 * The text of a lock: each run once, in the order of the variants and, among those of one, by seed, backend and processor.
 * So the same runs give the same text, whoever wrote them down.
 *
 * @param hashes of the experiment's variants, in their order
 */
export function experimentLockText({ experiment, runs }: ExperimentLock, hashes: readonly string[]): string {
  const placeOf = (run: LockedRun) => hashes.indexOf(run.hash);
  const placed = onceEach(runs).sort(
    (a, b) =>
      placeOf(a) - placeOf(b) || a.seed - b.seed || ordered(a.backend, b.backend) || ordered(a.processor, b.processor),
  );
  return [{ lethe: LOCK_FORMAT, experiment }, ...placed].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** By code units: the same everywhere, whatever the language. */
const ordered = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
