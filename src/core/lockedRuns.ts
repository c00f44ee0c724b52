/** Numbers of finished runs as a lock has them, against which the same runs are held later, or elsewhere. */
import { measuresOf } from './comparison';
import { formatBackend } from './format';
import type { RunMeasureName } from './measures/table';
import { isForeign, type Run } from './run';

export type LockedMeasures = Readonly<Partial<Record<RunMeasureName, number>>>;

export interface LockedRun {
  /** Key of the variant. */
  readonly variant: string;
  /** SHA-256 of all that its numbers follow from, besides seed and backend. */
  readonly hash: string;
  readonly seed: number;
  /** Name and version. */
  readonly backend: string;
  readonly processor: string;
  readonly measures: LockedMeasures;
}

/** A processor or a backend that nobody has named. */
export const UNKNOWN = 'unknown';

/** Measures that always stand in a lock, where they are defined. */
const usual: readonly RunMeasureName[] = [
  'accuracy',
  'taskAwareAccuracy',
  'forgetting',
  'learningAccuracy',
  'memoryBytes',
];

/** What a lock says of a run with a whole result. @param more measures besides the usual ones */
export function lockedOf(run: Run, more: readonly RunMeasureName[] = []): LockedRun {
  const { manifest, state } = run;
  const all = measuresOf(run);
  const names = [...new Set([...usual, ...more])].filter((name) => Number.isFinite(all[name]));
  return {
    variant: manifest.variant.key,
    hash: manifest.variant.hash,
    seed: manifest.seed,
    backend: state.backendUse ? formatBackend({ ...state.backendUse, threads: 1 }) : UNKNOWN,
    // What computes where another program trains is its own business, and seldom gives the same bits twice.
    processor: (isForeign(run) ? undefined : state.backendUse?.processor) ?? UNKNOWN,
    measures: Object.fromEntries(names.map((name) => [name, all[name]])),
  };
}

/** What a line is about: of two the later one counts. */
export const subjectOf = ({ hash, seed, backend, processor }: LockedRun): string =>
  JSON.stringify([hash, seed, backend, processor]);

/** Each run once, as it was said last, where it was said first. */
export const onceEach = <R extends LockedRun>(runs: readonly R[]): R[] => [
  ...new Map(runs.map((run) => [subjectOf(run), run])).values(),
];

/** A measure that is no longer what it was, bit for bit. */
export interface ChangedMeasure {
  readonly measure: RunMeasureName;
  readonly locked: number;
  /** NaN where it is not defined any more. */
  readonly now: number;
}

export const changedMeasures = (locked: LockedMeasures, now: LockedMeasures): ChangedMeasure[] =>
  (Object.entries(locked) as [RunMeasureName, number][]).flatMap(([measure, value]) => {
    const other = now[measure] ?? NaN;
    return Object.is(value, other) ? [] : [{ measure, locked: value, now: other }];
  });

/** Numbers of another processor or backend differ in rounding, which training carries on: up to this is no finding. */
export const TOLERANCE = 0.015;

/** `elsewhere`: not equal, but on another backend or processor, and no further apart than is tolerated. */
export type Outcome = 'equal' | 'elsewhere' | 'changed';

export interface Held {
  readonly outcome: Outcome;
  /** Whether the same backend computed it on the same model of processor, where equal means bit for bit. */
  readonly isSamePlace: boolean;
  readonly changed: readonly ChangedMeasure[];
}

/** How a run stands to the locked one. @param tolerance as a share, where rounding may differ */
export function held(locked: LockedRun, now: LockedRun, tolerance = TOLERANCE): Held {
  const changed = changedMeasures(locked.measures, now.measures);
  const isSamePlace = now.backend === locked.backend && now.processor === locked.processor && now.processor !== UNKNOWN;
  if (changed.length === 0) return { outcome: 'equal', isSamePlace, changed };
  const isNear = changed.every((one) => Math.abs(one.locked - one.now) <= tolerance);
  return { outcome: !isSamePlace && isNear ? 'elsewhere' : 'changed', isSamePlace, changed };
}

/** The locked run that another is held against: the one of its own backend and processor, else of its backend, else the first. */
export const yardstickOf = (lines: readonly LockedRun[], now: LockedRun): LockedRun | undefined =>
  lines.find((line) => subjectOf(line) === subjectOf(now)) ??
  lines.find(({ backend }) => backend === now.backend) ??
  lines[0];
