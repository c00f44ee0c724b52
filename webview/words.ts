import { withCommandNames } from '../src/core/engineHint';
import { formatDuration } from '../src/core/format';
import { formatValue } from '../src/core/measureFormat';
import { measureInfo, type MeasureName } from '../src/core/measures/table';
import type { Run } from '../src/core/run';
import { toldSeconds } from '../src/core/timeLeft';
import { visibleText } from '../src/core/visibleText';
import { isActive, isComplete, type Progress } from './progress';
import { t, tn } from './strings';
import type { LiveVariant } from './variants';
import { workWords } from './workWords';

/** What is going on, in words, without the time left: "task 4 of 5", "done", "2 of 5 runs done". */
export function stateWords(progress: Progress): string {
  const { task, work, running, queued, done, broken, stopped, planned } = progress;
  if (running > 0) {
    if (!task) return t('stateStarting');
    const place = { task: task.index + 1, tasks: task.of };
    return work ? t('stateWork', { ...place, work: workWords(work) }) : t('stateTask', place);
  }
  if (queued > 0) return t('stateQueued');
  if (isComplete(progress)) return t('stateDone');
  if (broken > 0) return tn('stateBroken', broken);
  if (stopped > 0) return t('stateStopped');
  return done > 0 ? t('statePartial', { done, planned }) : t('stateNotRun');
}

/** That a method without runs has some from before it was changed. */
export function earlierWords({ earlier }: Pick<LiveVariant, 'earlier'>): string[] {
  if (!earlier) return [];
  return [tn(earlier.changed === 'code' ? 'codeChanged' : 'settingsChanged', earlier.runs)];
}

/** Why the first of some runs that failed did: its first line, as far as there is room for it. */
export function reasonWords(runs: readonly Pick<Run, 'status' | 'state'>[]): string[] {
  const error = runs.find(({ status, state }) => status === 'failed' && state.error)?.state.error;
  const [line = ''] = visibleText(withPaletteCommands(error ?? '')).split('\n', 1);
  if (line === '') return [];
  return [line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON - 1)}…` : line];
}

const LONGEST_REASON = 100;

/** The state of the whole experiment, the most telling first: "task 4 of 5", "1 min 10 s left", "2 running", "6 waiting". */
export function overallWords(progress: Progress): string[] {
  if (!isActive(progress)) return [stateWords(progress)];
  return [
    stateWords(progress),
    ...timeWords(progress),
    ...(progress.running > 1 ? [t('runsRunning', { n: progress.running })] : []),
    ...(progress.running > 0 && progress.queued > 0 ? [t('runsQueued', { n: progress.queued })] : []),
  ];
}

const units = { h: 'unitHours', min: 'unitMinutes', s: 'unitSeconds' } as const;

/** A duration with the language's units: "1 min 15 s". */
export const timeText = (seconds: number): string =>
  formatDuration(seconds).replace(/(?<= )(h|min|s)\b/g, (unit) => t(units[unit as keyof typeof units]));

/** One number in the unit of its measure, in the language of the page. */
export const valueText = (name: MeasureName, value: number): string =>
  measureInfo[name].unit === 'seconds' ? timeText(value) : formatValue(name, value);

/** Time left, nothing where it is not known. */
export const timeWords = ({ secondsLeft }: Progress): string[] =>
  secondsLeft === undefined ? [] : [t('timeLeft', { time: timeText(toldSeconds(secondsLeft)).replace('.0', '') })];

/** How far a task is learned, in runs: a share in per cent would read like an accuracy. */
export function taskWords({ isCurrent, learned, planned, share }: TaskStanding): string {
  if (isCurrent) return t('taskNow');
  if (planned > 0 && learned >= planned) return t('taskDone');
  return share > 0 ? t('taskShare', { learned, planned }) : t('taskLater');
}

export interface TaskStanding {
  readonly isCurrent: boolean;
  /** Runs that have learned it, of those planned. */
  readonly learned: number;
  readonly planned: number;
  /** Share of its training over all runs. */
  readonly share: number;
}

/** A reason or an error that names the engine's commands, with those of the command palette instead of a terminal's. */
export const withPaletteCommands = (text: string): string =>
  withCommandNames(text, { install: t('installEngine'), remove: t('removeEngine') });
