import path from 'node:path';
import { SHIPPED } from '../../core/datasets';
import type { RunSpec } from '../../core/manifest';
import { datasetsOf } from '../../core/streamTasks';
import { dataFolder } from '../../data/place';
import type { Dataset } from '../contract/dataset';
import { loadMnist } from './mnist';
import { loadOwn } from './own';

/**
 * Loads the data sets of a run, each once, in the order its stream meets them: what ships from the folder of its name
 * below `shipped`, any other from the user's.
 *
 * @param loaded some that are in memory already: where one is what the run needs it is taken
 * @throws DatasetError when a file is missing or damaged, or is not what the run was planned with
 */
export const loadDatasets = (
  { stream, data }: Pick<RunSpec, 'stream' | 'data'>,
  shipped: string,
  own = dataFolder(),
  loaded: readonly Dataset[] = [],
): Dataset[] =>
  datasetsOf(stream).map((name) => {
    const known = loaded.find(({ id }) => id === name);
    return loadDataset(name, shipped, own, data?.[name], known);
  });

/**
 * @param expected SHA-256 of each file, as the run was planned with; undefined where that is not known
 * @param loaded the data set of this name as it was loaded before
 */
export function loadDataset(
  name: string,
  shipped: string,
  own = dataFolder(),
  expected?: Readonly<Record<string, string>>,
  loaded?: Dataset,
): Dataset {
  // What ships does not change.
  if (name === SHIPPED) return loaded ?? loadMnist(path.join(shipped, name));
  return loadOwn(name, own, { expected, loaded });
}

/** @returns a function that throws RangeError for a data set that is not among these */
export const factsAmong =
  (datasets: readonly Dataset[]) =>
  (name: string): Dataset => {
    const found = datasets.find(({ id }) => id === name);
    if (!found) throw new RangeError(`no data set ${name}`);
    return found;
  };
