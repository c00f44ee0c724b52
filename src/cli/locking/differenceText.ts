import type { ChangedMeasure, LockedRun } from '../../core/lockedRuns';
import { oneLine } from '../../core/visibleText';

/** A run that gave other numbers than the lock has of it. */
export interface Difference {
  readonly locked: LockedRun;
  readonly now: LockedRun;
  readonly changed: readonly ChangedMeasure[];
}

/** "ewc, seed 2: accuracy was 0.1962, is 0.1961", and where each was computed, if not at the same place. */
export function differenceText({ locked, now, changed }: Difference): string {
  const numbers = changed.map(
    (one) => `${one.measure} was ${one.locked}, is ${Number.isNaN(one.now) ? 'undefined' : one.now}`,
  );
  const [then, here] = [placeOf(locked), placeOf(now)];
  const places = then === here ? '' : ` (locked on ${then}; now ${here})`;
  return `${oneLine(locked.variant)}, seed ${locked.seed}: ${numbers.join('; ')}${places}`;
}

const placeOf = ({ backend, processor }: LockedRun): string => oneLine(`${backend}, ${processor}`);
