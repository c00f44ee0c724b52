import path from 'node:path';
import { isDatasetId, type DatasetId } from '../../core/datasets';
import type { Dataset } from '../contract/dataset';
import { DatasetError } from './dataset';
import { loadMnist } from './mnist';

const loaders: Record<DatasetId, (folder: string) => Dataset> = { mnist: loadMnist };

/** Loads a data set from its folder below `dataFolder`. @throws DatasetError when a file is missing or damaged */
export function loadDataset(id: string, dataFolder: string): Dataset {
  if (!isDatasetId(id))
    throw new DatasetError(`There is no data set "${id}" (there is: ${Object.keys(loaders).join(', ')}).`);
  return loaders[id](path.join(dataFolder, id));
}
