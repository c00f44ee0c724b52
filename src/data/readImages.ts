import { join } from 'node:path';
import { SHIPPED, type DatasetFacts } from '../core/datasets';
import { volumeOf } from '../core/recipe';
import { FileFault, openRegularFile } from '../runs/regularFile';
import type { Pixels } from './examples';
import { folderOf } from './record';

/** Where data sets are: the one that ships, and those of the user. */
export interface DataPlaces {
  readonly shipped: string;
  readonly own: string;
}

/** Bytes of one value, by what values are. */
const WIDTHS = [1, 4] as const;

/**
 * Images of a data set by their places, one after another: only these are read.
 *
 * @param places each below the number of examples of that part
 * @throws FileFault where the data set is not there, or its file is no longer one of so many images
 */
export async function readImages(
  dataset: string,
  part: 'train' | 'test',
  places: readonly number[],
  facts: Pick<DatasetFacts, 'shape' | 'train' | 'test'>,
  { shipped, own }: DataPlaces,
): Promise<Pixels> {
  const isShipped = dataset === SHIPPED;
  const file = isShipped
    ? join(shipped, dataset, `${part === 'test' ? 't10k' : part}-images-idx3-ubyte`)
    : join(folderOf(own, dataset), `${part}-images.npy`);
  const { opened, stats } = await openRegularFile(file, { follow: isShipped });
  try {
    const volume = volumeOf(facts.shape);
    const values = facts[part] * volume;
    // Both formats are a short header and the values, of which there are as many as of all examples.
    const width = WIDTHS.findLast((bytes) => stats.size > values * bytes);
    if (width === undefined) throw new FileFault(file, 'it does not have as many images as it should');
    const bytes = Buffer.alloc(places.length * volume * width);
    const begin = stats.size - values * width;
    for (const [i, place] of places.entries())
      await opened.read(bytes, i * volume * width, volume * width, begin + place * volume * width);
    return width === 1
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
      : Float32Array.from({ length: places.length * volume }, (_, i) => bytes.readFloatLE(4 * i));
  } finally {
    await opened.close();
  }
}
