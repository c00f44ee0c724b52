import { join } from 'node:path';
import * as z from 'zod';
import { isDatasetName } from '../core/datasets';
import { dataFolder } from '../runs/userFolders';
import { dataFiles, folderOf, readOwnText } from './record';

const schema = z.object({
  side: z.int().min(1).max(256),
  channels: z.literal([1, 3]),
  classes: z.record(z.string(), z.array(z.string())),
});

/** Six of 200 classes, three channels of 32 × 32. */
const LARGEST = 8_000_000;

/** The example images of an added data set; undefined where it has none. */
export function readThumbnails(name: string, root = dataFolder()): z.output<typeof schema> | undefined {
  const text = isDatasetName(name) ? readOwnText(join(folderOf(root, name), dataFiles.thumbnails), LARGEST) : undefined;
  try {
    return text === undefined ? undefined : schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
