/** What can be chosen of a landscape, beside the checkpoints that span its plane: without VS Code. */
import { newTaskOf, type LandscapeSettings } from '../core/analyses/landscape';
import { canonicalJson } from '../core/canonicalJson';
import type { Run } from '../core/run';
import type { ChosenRun } from './choosing';
import { keptCheckpoints, type KeptCheckpoint } from './keptCheckpoints';

export type Plane = Exclude<LandscapeSettings['plane'], 'auto'>;

/** Settings that differ from their defaults; tasks from 1. */
export type LandscapeChoice = Partial<Pick<LandscapeSettings, 'old' | 'new' | 'reach'>>;

/**
 * What can be drawn beside checkpoints that were chosen: of other runs with the same network, whatever their method. On a plane
 * through checkpoints all that they kept; else what they kept after the same task, so that the new task stays the same, and
 * random directions are measured where it is compared.
 */
export function besideOf(
  runs: readonly ChosenRun[],
  plane: Plane,
  chosen: readonly [KeptCheckpoint, ...KeptCheckpoint[]],
): KeptCheckpoint[] {
  const [{ of: first, task }] = chosen;
  const others = runs.filter((of) => !chosen.some((one) => one.of === of) && networkOf(of) === networkOf(first));
  if (plane === 'checkpoints') return others.map((of) => ({ of }));
  return others.flatMap(keptCheckpoints).filter((one) => one.task === task);
}

/** What of a network has to be the same for parameters to lie in one space; what it begins with, and drops, need not. */
function networkOf({ run: { manifest } }: ChosenRun): string {
  if (manifest.trainer !== 'lethe') return '';
  const {
    init: _init,
    headInit: _headInit,
    dropout: _dropout,
    dropoutScaling: _scaling,
    ...own
  } = manifest.spec.network as unknown as Readonly<Record<string, unknown>>;
  return canonicalJson(own);
}

/** The tasks whose surfaces are measured, and which can be chosen in their place; all from 1. */
export interface TaskChoice {
  readonly old: number;
  readonly new: number;
  readonly olds: readonly number[];
  readonly news: readonly number[];
}

/** Undefined where the stream has no others. @param points that are named, of runs that are done */
export function taskChoiceOf(points: readonly KeptCheckpoint[], choice: LandscapeChoice): TaskChoice | undefined {
  const count = Math.max(0, ...points.map(({ of }) => tasksOf(of.run)));
  if (count < 3) return undefined;
  const last = Math.max(0, ...points.map(({ of, task }) => task ?? keptCheckpoints(of).at(-1)?.task ?? 0));
  const tasks = Array.from({ length: count }, (_, task) => task + 1);
  const newFor = (old: number) => newTaskOf({ ...choice, old }, last);
  const old = choice.old ?? 1;
  return {
    ...{ old, new: newFor(old) },
    olds: tasks.filter((task) => newFor(task) !== task && newFor(task) <= count),
    news: tasks.filter((task) => task !== old),
  };
}

const tasksOf = ({ state }: Run): number => state.started?.tasks.length ?? 0;

/** A reach as it was typed: undefined for what is usual, NaN for what is none. */
export function reachOf(text: string): number | undefined {
  if (text.trim() === '') return undefined;
  const reach = Number(text.trim().replace(',', '.'));
  return Number.isFinite(reach) && reach > 0 ? reach : NaN;
}

/** For the command line. */
export const settingsFor = (plane: Plane, choice: LandscapeChoice): string => JSON.stringify({ plane, ...choice });
