import { hasWholeResult } from '../../core/doubts';
import { held, lockedOf, yardstickOf, type LockedRun, type Outcome } from '../../core/lockedRuns';
import type { RunMeasureName } from '../../core/measures/table';
import { repetitionsOf } from '../../core/repetitions';
import type { Run } from '../../core/run';
import { oneLine } from '../../core/visibleText';
import { exitCodes, InputError } from '../exitCodes';
import { refuseMissingData } from '../experimentFile';
import { shownPath } from '../places';
import type { Terminal } from '../terminal';
import { counted } from '../words';
import { differenceText } from './differenceText';
import { storeOf, type LockedCell, type LockSubject } from './subject';
import { trainAgain } from './trainAgain';

/** Holds runs against the lock: trained again, or those of the store. One message for each that gives other numbers. */
export async function checkLock(subject: LockSubject, terminal: Terminal, dist: string): Promise<number> {
  const { lockFile, experiment, options } = subject;
  const name = shownPath(lockFile);
  if (!subject.lock)
    throw new InputError(`There is no ${name}: "lethe lock ${shownPath(subject.file)}" writes it from finished runs.`);
  const { cells, strays } = asked(subject, subject.lock.runs);
  if (cells.length + strays.length === 0) throw new InputError(`${name} has no run of what was asked for.`);
  if (!options.stored) refuseMissingData(experiment);
  const runs = options.stored
    ? await storedRuns(subject, cells, terminal, dist)
    : cells.length > 0
      ? await trainAgain(subject, cells, terminal, dist)
      : [];
  if (runs === 'stopped') {
    terminal.note('Stopped. Nothing was compared.');
    return exitCodes.stopped;
  }
  sayStrays(strays, name, terminal);
  const outcomes = cells.map((cell) => outcomeOf(cell, runs, options.tolerance, terminal));
  terminal.out(summary(outcomes, strays.length));
  return strays.length > 0 || outcomes.some((one) => one === 'changed' || one === 'missing')
    ? exitCodes.failed
    : exitCodes.done;
}

/** What of the lock is asked for, and of that the lines whose variant the experiment no longer has as it was. */
function asked({ keys, hashes, seeds, options }: LockSubject, lines: readonly LockedRun[]) {
  const known = new Map([...hashes].map(([key, hash]) => [hash, key]));
  const meant = new Set(keys.flatMap((key) => hashes.get(key) ?? []));
  const ofSeeds = lines.filter(({ seed }) => seeds?.includes(seed) ?? true);
  const cells = new Map<string, LockedCell>();
  for (const line of ofSeeds.filter(({ hash }) => meant.has(hash))) {
    const { hash, seed } = line;
    const place = `${hash} ${seed}`;
    const before = cells.get(place)?.lines ?? [];
    cells.set(place, { variant: known.get(hash) ?? line.variant, hash, seed, lines: [...before, line] });
  }
  const strays = ofSeeds.filter(
    ({ hash, variant }) => !known.has(hash) && (options.method === undefined || keys.includes(variant)),
  );
  return { cells: [...cells.values()], strays };
}

/** Runs of the store with a whole result: those at a locked place first, then those that count. */
async function storedRuns(
  subject: LockSubject,
  cells: readonly LockedCell[],
  terminal: Terminal,
  dist: string,
): Promise<readonly Run[]> {
  const { backend = 'auto' } = subject.options;
  const repetitions = repetitionsOf(await storeOf(subject, terminal, dist).list(), {
    hashes: new Set(cells.map(({ hash }) => hash)),
    seeds: [...new Set(cells.map(({ seed }) => seed))],
    backend,
  });
  return cells.flatMap(({ hash, seed, lines }) => {
    const whole = repetitions.of(hash, seed).filter(hasWholeResult);
    const isAtPlace = (run: Run) => {
      const now = lockedOf(run);
      return lines.some((line) => line.backend === now.backend && line.processor === now.processor);
    };
    return (backend === 'auto' ? whole.find(isAtPlace) : undefined) ?? whole[0] ?? [];
  });
}

function outcomeOf(
  { variant, hash, seed, lines }: LockedCell,
  runs: readonly Run[],
  tolerance: number | undefined,
  terminal: Terminal,
): Outcome | 'missing' {
  const run = runs.find(({ manifest }) => manifest.variant.hash === hash && manifest.seed === seed);
  const now = run && lockedOf(run, lines.flatMap(measuresOf));
  const locked = now && yardstickOf(lines, now);
  if (!run || !locked || !hasWholeResult(run)) {
    terminal.note(`${oneLine(variant)}, seed ${seed}: there is no result to compare`);
    return 'missing';
  }
  const { outcome, changed } = held(locked, now, tolerance);
  if (outcome === 'changed') terminal.note(differenceText({ locked, now, changed }));
  return outcome;
}

const measuresOf = ({ measures }: LockedRun) => Object.keys(measures) as RunMeasureName[];

function sayStrays(strays: readonly LockedRun[], name: string, terminal: Terminal): void {
  for (const variant of new Set(strays.map((line) => line.variant))) {
    const count = strays.filter((line) => line.variant === variant).length;
    terminal.note(
      `${oneLine(variant)}: ${counted(count, 'run')} in ${name} of other settings, data or revisions than the file has now`,
    );
  }
}

/** "3 runs: 2 equal bit for bit, 1 changed." */
function summary(outcomes: readonly (Outcome | 'missing')[], strays: number): string {
  const of = (kind: Outcome | 'missing') => outcomes.filter((one) => one === kind).length;
  const parts = [
    [of('equal'), 'equal bit for bit'],
    [of('elsewhere'), 'on another backend or processor and within the tolerance'],
    [of('changed'), 'changed'],
    [of('missing'), 'without a result'],
    [strays, 'of other settings'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${counted(outcomes.length + strays, 'run')}: ${said.join(', ')}.`;
}
