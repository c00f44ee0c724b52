import { angleDrawer } from './angle';
import { capacityDrawer } from './capacity';
import { distributionDrawer } from './distribution';
import type { Drawer } from './drawn';
import { imagesDrawer } from './images';
import { layersDrawer } from './layers';
import { memoryDrawer } from './memory';
import type { Kind } from './panels';
import { rasterDrawer } from './raster';
import { spectrumDrawer } from './spectrum';
import { treeDrawer } from './tree';

/** Each kind that is known, drawn once. */
const drawers: { readonly [K in Exclude<Kind, 'unknown'>]: Drawer<K> } = {
  layers: layersDrawer,
  memory: memoryDrawer,
  images: imagesDrawer,
  capacity: capacityDrawer,
  raster: rasterDrawer,
  distribution: distributionDrawer,
  angle: angleDrawer,
  spectrum: spectrumDrawer,
  tree: treeDrawer,
};

export const drawerOf = <K extends Exclude<Kind, 'unknown'>>(kind: K): Drawer<K> => drawers[kind];
