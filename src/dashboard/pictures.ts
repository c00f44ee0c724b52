import { factsIn } from '../core/catalogue';
import type { DatasetFacts } from '../core/datasets';
import type { RunManifest } from '../core/manifest';
import type { Images, RequestOf } from '../core/messages';
import { volumeOf, type ImageShape } from '../core/recipe';
import { rotatedView } from '../core/rotatedView';
import { isOwnStream } from '../core/stream';
import { datasetsOf, foreseenTasks } from '../core/streamTasks';
import { readCatalogue } from '../data/catalogue';
import type { Pixels } from '../data/examples';
import { readImages, type DataPlaces } from '../data/readImages';
import { Refused, refuseFault } from './requestDesk';

/** A picture has at most so many values, and those of one request together. */
const MOST_VALUES = 256 * 256 * 3;
const MOST_BYTES = 8_000_000;

/**
 * Examples of the stream of a run as pictures: turned as their task turns them. Those of a stream of one's own, which may
 * have made them, are nowhere but in it.
 *
 * @throws Refused where there are none
 */
export async function picturesOf(
  manifest: RunManifest,
  { part, index, task }: RequestOf<'images'>,
  places: DataPlaces,
): Promise<Images> {
  if (manifest.trainer !== 'lethe' || isOwnStream(manifest.spec.stream)) throw new Refused('not there');
  const { stream, data = {} } = manifest.spec;
  const catalogue = readCatalogue(places.own);
  const names = datasetsOf(stream);
  const known = names.every((name) => catalogue.get(name)?.present && isSame(catalogue.get(name), data[name]));
  if (!known) throw new Refused('not there');
  const factsOf = factsIn(catalogue);
  const shape = pictureShape(factsOf(names[0] ?? '').shape);
  const volume = volumeOf(shape);
  if (volume * index.length > MOST_BYTES) throw new Refused('invalid');
  const bytes = new Uint8Array(volume * index.length);
  for (const { dataset, wanted } of byDataset(index, part, names, factsOf)) {
    const images = await readImages(
      dataset,
      part,
      wanted.map(({ place }) => place),
      factsOf(dataset),
      places,
    ).catch(refuseFault);
    wanted.forEach(({ at }, i) => bytes.set(asBytes(images.subarray(i * volume, (i + 1) * volume)), at * volume));
  }
  const looks = foreseenTasks(stream, factsOf).map(({ look }) => look);
  turn(
    bytes,
    shape,
    (task ?? index.map(() => 0)).map((of) => looks[of] ?? 0),
  );
  const [height, width, channels] = shape;
  const isDrawn = looks.includes('drawn');
  return { height, width, channels: channels === 3 ? 3 : 1, bytes, ...(isDrawn && { unchanged: true as const }) };
}

/** Under the same name may be something else by now than what the run was planned with. */
const isSame = (facts: DatasetFacts | undefined, planned: Readonly<Record<string, string>> = {}): boolean =>
  Object.entries(planned).every(([file, sum]) => facts?.files?.[file] === sum);

function pictureShape(shape: ImageShape): ImageShape {
  const [height, width, channels] = shape;
  const isPicture = height > 1 && width > 1 && (channels === 1 || channels === 3);
  if (!isPicture || volumeOf(shape) > MOST_VALUES) throw new Refused('not there');
  return shape;
}

interface Wanted {
  /** Place in its data set, and in what was asked for. */
  readonly place: number;
  readonly at: number;
}

/** Where a stream has several data sets the examples of one follow those of the one before. */
function byDataset(
  index: readonly number[],
  part: 'train' | 'test',
  names: readonly string[],
  factsOf: (name: string) => DatasetFacts,
): { readonly dataset: string; readonly wanted: readonly Wanted[] }[] {
  const found = names.map((dataset) => ({ dataset, wanted: [] as Wanted[] }));
  index.forEach((joined, at) => {
    let place = joined;
    const own = found.find(({ dataset }) => {
      const count = factsOf(dataset)[part];
      if (place < count) return true;
      place -= count;
      return false;
    });
    if (!own) throw new Refused('not there');
    own.wanted.push({ place, at });
  });
  return found.filter(({ wanted }) => wanted.length > 0);
}

/** Bytes are shown as they are, other numbers from the smallest to the largest of the picture. */
function asBytes(pixels: Pixels): Uint8Array {
  if (pixels instanceof Uint8Array) return pixels;
  const [low, high] = [pixels.reduce((a, b) => Math.min(a, b)), pixels.reduce((a, b) => Math.max(a, b))];
  const scale = high > low ? 255 / (high - low) : 0;
  return Uint8Array.from(pixels, (value) => Math.round((value - low) * scale));
}

type Look = ReturnType<typeof foreseenTasks>[number]['look'];

/** Each as its task has it. */
function turn(bytes: Uint8Array, shape: ImageShape, looks: readonly Look[]): void {
  const volume = volumeOf(shape);
  const views = new Map<number, Int32Array>();
  looks.forEach((look, i) => {
    if (look === 'drawn' || look === 0) return;
    const view = views.get(look) ?? rotatedView(shape, look);
    views.set(look, view);
    const image = bytes.subarray(i * volume, (i + 1) * volume);
    image.set(Uint8Array.from(view, (from) => (from < 0 ? 0 : (image[from] ?? 0))));
  });
}
