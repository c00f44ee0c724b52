import type { Dataset } from '../contract/dataset';
import type { Stream } from '../contract/stream';
import { inputsOf } from '../data/dataset';
import type { PartTask } from './partTask';

/**
 * A stream of tasks with the label map of its scenario (van de Ven & Tolias 2019, arXiv 1904.07734).
 *
 * Class- and task-incremental: a unit for every class, in the order the stream meets them; in the task-incremental
 * scenario each task's units are its head. A class is one of the data set, looking one way: the same images in another
 * view are other classes, the same in the same view are those they were. Domain-incremental: unit = position of the class
 * in its task; there are as many as the largest task has classes, and a smaller one has the first of them.
 *
 * @param tasks with classes and examples of the data set
 */
export function streamFrom(
  dataset: Dataset,
  tasks: readonly PartTask[],
  setting: Pick<Stream, 'scenario' | 'blurry' | 'normalisation'>,
): Stream {
  const heads = setting.scenario === 'domain' ? tasks.map(({ classes }) => classes.map((_, i) => i)) : unitsOf(tasks);
  return {
    ...setting,
    dataset,
    tasks: tasks.map(({ name, classes, train, test }) => ({ name, classes, train, test })),
    outputs: heads.reduce((most, units) => units.reduce((max, unit) => Math.max(max, unit + 1), most), 0),
    unitOf: tasks.map(({ classes }, task) => unitOfEach(dataset.classes, classes, heads[task] ?? [])),
    heads,
    ...viewsOf(tasks, inputsOf(dataset)),
  };
}

/** The unit of each class of a data set; −1 where a task does not have it. */
function unitOfEach(count: number, classes: readonly number[], units: readonly number[]): number[] {
  const found = new Array<number>(count).fill(-1);
  classes.forEach((label, i) => (found[label] = units[i] ?? -1));
  return found;
}

/** Of each task the unit of each class: one that looks like an earlier one has its unit. */
function unitsOf(tasks: readonly PartTask[]): number[][] {
  const known = new Map<string, number>();
  return tasks.map(({ classes, look = '' }) =>
    classes.map((label) => {
      const key = `${look}/${label}`;
      const unit = known.get(key) ?? known.size;
      known.set(key, unit);
      return unit;
    }),
  );
}

/** Where one task has a view all have one. */
function viewsOf(tasks: readonly PartTask[], inputs: number): Pick<Stream, 'views'> {
  if (tasks.every(({ view }) => view === undefined)) return {};
  const asTheyLie = Int32Array.from({ length: inputs }, (_, input) => input);
  return { views: tasks.map(({ view = asTheyLie }) => view) };
}
