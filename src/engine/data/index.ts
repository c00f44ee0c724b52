import path from 'node:path';
import type { DatasetId } from '../../core/experiment';
import type { Dataset } from './dataset';
import { loadMnist } from './mnist';

const loaders: Record<DatasetId, (folder: string) => Dataset> = { mnist: loadMnist };

/** Loads a data set from its folder below `dataFolder`. @throws DatasetError when a file is missing or damaged */
export const loadDataset = (id: DatasetId, dataFolder: string): Dataset => loaders[id](path.join(dataFolder, id));
