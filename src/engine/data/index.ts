import path from 'node:path';
import type { DatasetId } from '../../core/experiment';
import { DatasetError, type Dataset } from './dataset';
import { loadMnist } from './mnist';

const loaders: Record<DatasetId, (folder: string) => Dataset> = { mnist: loadMnist };

/** Loads a data set from its folder below `dataFolder`. @throws DatasetError when a file is missing or damaged */
export function loadDataset(id: string, dataFolder: string): Dataset {
  if (!isDataset(id))
    throw new DatasetError(`There is no data set "${id}" (there is: ${Object.keys(loaders).join(', ')}).`);
  return loaders[id](path.join(dataFolder, id));
}

const isDataset = (id: string): id is DatasetId => Object.hasOwn(loaders, id);
