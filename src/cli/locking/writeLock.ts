import { resolve } from 'node:path';
import { hasWholeResult } from '../../core/doubts';
import type { Experiment } from '../../core/experiment';
import { experimentLockText } from '../../core/experimentLock';
import { changedMeasures, lockedOf, subjectOf, type LockedRun } from '../../core/lockedRuns';
import { isOfRun, type MeasureName, type RunMeasureName } from '../../core/measures/table';
import { repetitionsOf } from '../../core/repetitions';
import type { Run } from '../../core/run';
import { oneLine } from '../../core/visibleText';
import { writeWhole } from '../../runs/files';
import { exitCodes, InputError } from '../exitCodes';
import { shownPath } from '../places';
import type { Terminal } from '../terminal';
import { counted } from '../words';
import { differenceText } from './differenceText';
import { storeOf, type LockSubject } from './subject';

/** Locks the finished runs of the store, of each variant and seed the one that counts. What else the lock has stays. */
export async function writeLock(subject: LockSubject, terminal: Terminal, dist: string): Promise<number> {
  const { experiment, lockFile, keys, hashes } = subject;
  const { seeds = experiment.seeds } = subject;
  const runs = (await finishedRuns(subject, seeds, terminal, dist)).map((run) => lockedOf(run, expected(experiment)));
  const advice = `"lethe run ${shownPath(resolve(subject.file))}" runs what is missing.`;
  if (runs.length === 0)
    throw new InputError(`No run of ${oneLine(experiment.name)} is done: there is nothing to lock. ${advice}`);
  const before = subject.lock?.runs ?? [];
  const order = [...hashes.values()];
  const kept = before.filter(({ hash }) => order.includes(hash));
  await writeWhole(lockFile, experimentLockText({ experiment: experiment.name, runs: [...kept, ...runs] }, order));
  sayNews(runs, before, lockFile, terminal);
  const gone = before.length - kept.length;
  if (gone > 0)
    terminal.note(`${counted(gone, 'run')} left it: of other settings, data or revisions than the file has now.`);
  const missing = keys.length * seeds.length - runs.length;
  if (missing > 0) terminal.note(`${counted(missing, 'run')} not locked, for want of a result. ${advice}`);
  return exitCodes.done;
}

async function finishedRuns(
  subject: LockSubject,
  seeds: readonly number[],
  terminal: Terminal,
  dist: string,
): Promise<readonly Run[]> {
  const { keys, hashes, options } = subject;
  const { backend = 'auto' } = options;
  const repetitions = repetitionsOf(await storeOf(subject, terminal, dist).list(), {
    ...{ hashes: hashes.values(), seeds, backend },
  });
  return keys.flatMap((key) => repetitions.counted(hashes.get(key) ?? '').filter(hasWholeResult));
}

/** Measures of which the file expects something: they are locked besides the usual ones. */
const expected = ({ expect = [] }: Experiment): RunMeasureName[] =>
  expect.map(({ measure }): MeasureName => measure).filter(isOfRun);

/** What came, and of which runs the numbers are no longer those that the lock had. */
function sayNews(runs: readonly LockedRun[], before: readonly LockedRun[], lockFile: string, terminal: Terminal): void {
  const earlier = new Map(before.map((run) => [subjectOf(run), run]));
  const changes = runs.flatMap((now) => {
    const locked = earlier.get(subjectOf(now));
    const changed = locked && changedMeasures(locked.measures, now.measures);
    return locked && changed && changed.length > 0 ? [{ locked, now, changed }] : [];
  });
  const known = runs.filter((run) => earlier.has(subjectOf(run))).length;
  const parts = [
    ...(known < runs.length ? [`${runs.length - known} new`] : []),
    ...(changes.length > 0 ? [`${changes.length} changed`] : []),
    ...(known > changes.length ? [`${known - changes.length} as before`] : []),
  ];
  terminal.out(`${shownPath(lockFile)}: ${counted(runs.length, 'run')} locked (${parts.join(', ')}).`);
  for (const change of changes) terminal.note(differenceText(change));
}
