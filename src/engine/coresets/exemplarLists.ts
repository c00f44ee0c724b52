import type { Learner } from '../contract/learner';
import type { ExampleList } from '../contract/method';

/** Examples of one class of one task, in the order of their choice. */
export interface ExemplarList {
  readonly task: number;
  readonly label: number;
  readonly indices: Int32Array;
}

/** Of each class of a task those of its examples that are among these. */
export function listsInTask({ stream }: Learner, task: number, among: Int32Array = new Int32Array()): ExemplarList[] {
  const { labels } = stream.dataset.train;
  const { classes = [] } = stream.tasks[task] ?? {};
  return classes.map((label) => ({ task, label, indices: among.filter((index) => labels[index] === label) }));
}

/** The lists of all classes in a list in which the examples of each stand in the order of their choice. */
export function listsOf({ indices, tasks }: ExampleList, labels: ArrayLike<number>): ExemplarList[] {
  const lists = new Map<string, { task: number; label: number; indices: number[] }>();
  indices.forEach((index, i) => {
    const [task, label] = [tasks[i] as number, labels[index] as number];
    const list = lists.get(`${task} ${label}`) ?? { task, label, indices: [] };
    lists.set(`${task} ${label}`, list);
    list.indices.push(index);
  });
  return [...lists.values()].map((list) => ({ ...list, indices: Int32Array.from(list.indices) }));
}

/** One list of them all, each shortened to its first `most`: those that were chosen last go first. */
export function joinedLists(lists: readonly ExemplarList[], most: number): ExampleList {
  const short = lists.map((list) => ({ ...list, indices: list.indices.subarray(0, most) }));
  return {
    indices: Int32Array.from(short.flatMap(({ indices }) => [...indices])),
    tasks: Int32Array.from(short.flatMap(({ task, indices }) => [...indices].map(() => task))),
  };
}
