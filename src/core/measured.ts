/** Which of the two accuracies: the scenario's own, or the one given the task. */
export type AccuracyKind = 'accuracy' | 'taskAware';

/** Accuracies of some tasks. */
export interface Measured {
  readonly accuracy: readonly (number | null)[];
  readonly taskAware: readonly (number | null)[];
  /** Which tasks these are, ascending; 0, 1, 2, … where it is left out. */
  readonly tasks?: readonly number[] | undefined;
}

/** The areas under ROC curves of a row of the matrix in the place of accuracies: they are of the same tasks. */
export const areasOf = ({
  rocAuc = [],
  tasks,
}: Pick<Measured, 'tasks'> & { readonly rocAuc?: readonly (number | null)[] | undefined }): Measured => ({
  accuracy: rocAuc,
  taskAware: rocAuc,
  ...(tasks && { tasks }),
});

/** The tasks that were measured, ascending. */
export const tasksOf = ({ tasks, accuracy, taskAware }: Measured): readonly number[] =>
  tasks ?? Array.from({ length: Math.max(accuracy.length, taskAware.length) }, (_, task) => task);

/** Each measured task with its accuracy, null where that is not defined. What was not measured is not among them. */
export const entriesOf = (measured: Measured, kind: AccuracyKind): (readonly [task: number, value: number | null])[] =>
  measured[kind].map((value, i) => [measured.tasks?.[i] ?? i, value] as const);

/** Accuracy on a task: null where it is not defined, undefined where it was not measured. */
export function valueOn(measured: Measured, kind: AccuracyKind, task: number): number | null | undefined {
  const { tasks } = measured;
  return measured[kind][tasks ? placeOf(task, tasks) : task];
}

/** Where a task stands in an ascending list; −1 where it does not. */
function placeOf(task: number, tasks: readonly number[]): number {
  let [low, high] = [0, tasks.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = tasks[middle] ?? Infinity;
    if (found === task) return middle;
    if (found < task) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
