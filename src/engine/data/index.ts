import path from 'node:path';
import { SHIPPED } from '../../core/datasets';
import type { RunSpec } from '../../core/manifest';
import { dataFolder } from '../../data/place';
import type { Dataset } from '../contract/dataset';
import { loadMnist } from './mnist';
import { loadOwn } from './own';

/**
 * Loads the data set of a run: what ships from the folder of its name below `shipped`, any other from the user's.
 *
 * @throws DatasetError when a file is missing or damaged, or is not what the run was planned with
 */
export function loadDataset(
  { stream, data }: Pick<RunSpec, 'data'> & { readonly stream: Pick<RunSpec['stream'], 'dataset'> },
  shipped: string,
  own = dataFolder(),
): Dataset {
  const { dataset } = stream;
  return dataset === SHIPPED ? loadMnist(path.join(shipped, dataset)) : loadOwn(dataset, own, data?.[dataset]);
}
