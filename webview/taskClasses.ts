import { classesText } from '../src/core/classNames';
import type { DashboardView } from '../src/core/messages';
import type { Run } from '../src/core/run';
import { t } from './strings';

type Classes = readonly (readonly number[])[];

/** The classes of each task: as the file has them, else as runs report them. Undefined while nobody knows. */
export const taskClasses = (view: Pick<DashboardView, 'tasks' | 'seeds'>, runs: readonly Run[]): Classes | undefined =>
  view.tasks ?? classesOf(runs, view.seeds.length);

/** What runs report; with a class order of its own for each seed only when there is a single seed. */
const classesOf = (runs: readonly Run[], seeds: number): Classes | undefined =>
  seeds > new Set(runs.map((run) => run.manifest.seed)).size ? undefined : agreed(runs, ({ classes }) => classes);

/** Something of each task, where all runs report the same. */
function agreed<T>(runs: readonly Run[], of: (task: StartedTask) => T): readonly T[] | undefined {
  const reports = runs.flatMap((run) => (run.state.started ? [run.state.started.tasks.map(of)] : []));
  const [first] = reports;
  return reports.every((report) => JSON.stringify(report) === JSON.stringify(first)) ? first : undefined;
}
type StartedTask = NonNullable<Run['state']['started']>['tasks'][number];

/** What tasks are called where they have names; empty where they are told apart by numbers. */
export function taskNames(
  {
    names,
    namedByRuns,
    classNames,
    ...view
  }: Pick<DashboardView, 'tasks' | 'seeds' | 'names' | 'namedByRuns' | 'classNames'>,
  runs: readonly Run[],
): readonly string[] {
  if (names) return names;
  if (namedByRuns) return agreed(runs, ({ name }) => name) ?? [];
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

/** Classes without names: "2, 3", for "2 / 3" is a fraction. */
export const labelsText = (labels: readonly number[]): string => labels.join(', ');

/** What tells tasks apart: their names, or their classes where these differ. */
export function taskLabels(
  names: readonly string[],
  view: Pick<DashboardView, 'tasks' | 'seeds'>,
  runs: readonly Run[],
): readonly string[] {
  if (names.length > 0) return names;
  const classes = taskClasses(view, runs);
  return classes && tellTasksApart(classes) ? classes.map(labelsText) : [];
}

/** "task 2 (2, 3)". */
export const taskText = (task: number, labels: readonly string[]): string =>
  t(labels[task] === undefined ? 'taskLower' : 'taskLowerClasses', { n: task + 1, classes: labels[task] ?? '' });
