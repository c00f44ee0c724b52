/** lethe.lock: the numbers of every run behind docs/reproduction.md, one a line, against which later builds are checked. */
import type { RunMeasureName } from '../../src/core/measures/table';

export interface LockedRun {
  readonly protocol: string;
  readonly variant: string;
  /** SHA-256 of all that its numbers follow from, besides seed and backend. */
  readonly hash: string;
  readonly seed: number;
  /** Name and version. */
  readonly backend: string;
  readonly processor: string;
  readonly seconds: number;
  readonly measures: Readonly<Partial<Record<RunMeasureName, number>>>;
}

/** What a line is about: of two the later one counts. */
const subjectOf = ({ hash, seed, backend, processor }: LockedRun) => JSON.stringify([hash, seed, backend, processor]);

export const readLock = (text: string): LockedRun[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LockedRun);

/** The text of the file: each run once, in the order of the protocols. @param order ids */
export function lockText(runs: readonly LockedRun[], order: readonly string[]): string {
  const once = [...new Map(runs.map((run) => [subjectOf(run), run])).values()];
  const place = ({ protocol }: LockedRun) => order.indexOf(protocol);
  // Within a protocol variants stay in the order in which they came, seeds together.
  const first = new Map<string, number>();
  for (const { protocol, variant } of once) {
    const name = `${protocol} ${variant}`;
    if (!first.has(name)) first.set(name, first.size);
  }
  const among = ({ protocol, variant }: LockedRun) => first.get(`${protocol} ${variant}`) ?? 0;
  once.sort((a, b) => place(a) - place(b) || among(a) - among(b) || a.seed - b.seed);
  return once.map((run) => `${JSON.stringify(run)}\n`).join('');
}

/**
 * The runs of a cell that count together: those with its present settings, of the backend and processor that has most of
 * them, by seed.
 */
export function runsOfCell(runs: readonly LockedRun[], { hash }: { readonly hash: string }): LockedRun[] {
  const places = new Map<string, LockedRun[]>();
  for (const run of runs.filter((one) => one.hash === hash)) {
    const place = JSON.stringify([run.backend, run.processor]);
    places.set(place, [...(places.get(place) ?? []), run]);
  }
  const most = [...places.values()].reduce<LockedRun[]>((best, some) => (some.length > best.length ? some : best), []);
  return most.sort((a, b) => a.seed - b.seed);
}

/** How a repeated run stands to the one that the lock has. */
export interface Repeated {
  readonly measure: RunMeasureName;
  readonly locked: number;
  readonly now: number;
}

/** Measures that are no longer what they were, bit for bit. */
export const changedMeasures = (locked: LockedRun, now: LockedRun['measures']): Repeated[] =>
  (Object.entries(locked.measures) as [RunMeasureName, number][]).flatMap(([measure, value]) => {
    const other = now[measure] ?? NaN;
    return Object.is(value, other) ? [] : [{ measure, locked: value, now: other }];
  });
