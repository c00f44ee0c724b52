import { classesText } from '../src/core/classNames';
import type { DashboardView } from '../src/core/messages';
import type { Run } from '../src/core/run';

type Classes = readonly (readonly number[])[];

/** The classes of each task: as the file has them, else as runs report them. Undefined while nobody knows. */
export const taskClasses = (view: Pick<DashboardView, 'tasks' | 'seeds'>, runs: readonly Run[]): Classes | undefined =>
  view.tasks ?? classesOf(runs, view.seeds.length);

/** What runs report; with a class order of its own for each seed only when there is a single seed. */
function classesOf(runs: readonly Run[], seeds: number): Classes | undefined {
  const orders = runs.flatMap((run) =>
    run.state.started ? [run.state.started.tasks.map((task) => task.classes)] : [],
  );
  const [first] = orders;
  if (!first || seeds > new Set(runs.map((run) => run.manifest.seed)).size) return undefined;
  return orders.every((order) => JSON.stringify(order) === JSON.stringify(first)) ? first : undefined;
}

/** What tasks are called where they have names; empty where they are told apart by numbers. */
export function taskNames(
  { names, classNames, ...view }: Pick<DashboardView, 'tasks' | 'seeds' | 'names' | 'classNames'>,
  runs: readonly Run[],
): readonly string[] {
  if (names) return names;
  const classes = classNames && taskClasses(view, runs);
  return classes?.map((own) => classesText(own.map((label) => classNames?.[label] ?? String(label)))) ?? [];
}

/** A task by its number, and by its name where it has one: 2, "2 (Pullover / Dress)". */
export function numberAndName(task: number, names: readonly string[]): string | number {
  const name = names[task];
  return name === undefined ? task + 1 : `${task + 1} (${name})`;
}

/** Whether naming their classes tells tasks apart: where all have the same ones, as permuted images do, it does not. */
export const tellTasksApart = (classes: Classes): boolean =>
  classes.length < 2 || new Set(classes.map((own) => own.join())).size > 1;
