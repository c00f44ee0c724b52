import { classesText } from './classNames';
import { datasets, isDatasetId, type DatasetFacts } from './datasets';
import { isOwnStream, type RecordedStream } from './stream';
import { partOfEachTask } from './streamTasks';

/** Names of the classes of a data set, in the order of their labels; undefined where there is nothing but their numbers. */
export type ClassNamesOf = (dataset: string) => readonly string[] | undefined;

/** Of known data sets. */
export const knownClassNames: ClassNamesOf = (dataset) =>
  isDatasetId(dataset) ? (datasets[dataset] as DatasetFacts).classNames : undefined;

/** A task of a split stream is called by the labels of its classes, in a list of parts after the name of its data set. */
const SPLIT_NAME = /^(.* )?(\d+(?:\/\d+)*)$/;

/**
 * The names of a stream's tasks, with classes by their names where the data set has some: "Trouser / Pullover" for "1/2".
 * For people to read: logs keep the numbers. A stream of the user's own names its tasks itself.
 */
export function withClassNames(
  names: readonly string[],
  stream: RecordedStream,
  classNamesOf: ClassNamesOf = knownClassNames,
): string[] {
  if (isOwnStream(stream)) return [...names];
  const parts = partOfEachTask(stream);
  return names.map((name, task) => {
    const part = parts[task];
    const known = part?.kind === 'split' ? classNamesOf(part.dataset) : undefined;
    const [, dataset = '', labels] = (known && SPLIT_NAME.exec(name)) ?? [];
    if (!known || labels === undefined) return name;
    return dataset + classesText(labels.split('/').map((label) => known[Number(label)] ?? label));
  });
}
