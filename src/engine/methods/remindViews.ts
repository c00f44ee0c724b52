import { MOST_IMAGE_BYTES, type View } from '../../core/mechanism';
import { volumeOf, type ImageShape } from '../../core/recipe';
import type { ExampleList } from '../contract/method';
import type { Stream } from '../contract/stream';

/** Examples of all groups together whose features are looked at, and at most of each. */
const MOST_EXAMPLES = 512;
const MOST_OF_EACH = 20;
/** Feature maps that are shown, and pixels of their longer side. */
const SHOWN = 8;
const LONGEST_SIDE = 64;
/** Of an image, as views of the event protocol may have it. */
const LONGEST_IMAGE = 256;

/** Features of some examples, row after row, and what comes back of them from their codes. */
export interface ThereAndBack {
  readonly features: Float32Array;
  readonly back: Float32Array;
}

/** Some examples that belong together. */
interface Group extends ExampleList {
  readonly name: string;
}

/**
 * What is lost to the codes: how far features come back from where they were, in all groups so far, and some images with
 * their feature maps beside what comes back of these. Groups are classes or, where classes come again, tasks. Of training examples.
 *
 * @param examples of each task
 * @param thereAndBack what becomes of some of them
 */
export function lossToCodes(
  { stream, examples }: { readonly stream: Stream; readonly examples: readonly Int32Array[] },
  task: number,
  shape: ImageShape,
  thereAndBack: (examples: ExampleList) => ThereAndBack,
): View[] {
  const all = groupsOf(stream, examples.slice(0, task + 1));
  if (all.length === 0 || all.length > MOST_EXAMPLES) return [];
  const each = Math.min(MOST_OF_EACH, Math.floor(MOST_EXAMPLES / all.length));
  const groups = all.map((group) => firstOf(group, each));
  const found = groups.map(thereAndBack);
  return [
    {
      kind: 'layers',
      title: 'Error of features that come back from their codes',
      quantity: 'squared distance, as a share of the squared length',
      unit: '1',
      layers: groups.map(({ name }, i) => ({ name, value: errorOf(found[i]) })),
    },
    ...imagesView(groups.slice(-SHOWN), stream.dataset),
    mapsView(groups.slice(-SHOWN), found.slice(-SHOWN), shape),
  ];
}

/** Of each class its examples, in the order in which classes are met; of each task where classes come again. */
function groupsOf({ tasks, dataset }: Stream, examples: readonly Int32Array[]): Group[] {
  const classes = tasks.flatMap((own) => own.classes);
  if (new Set(classes).size < classes.length)
    return examples.map((indices, task) => ({ ...inTask(indices, task), name: `task ${task + 1}` }));
  return examples.flatMap((indices, task) =>
    (tasks[task]?.classes ?? []).map((label) => ({
      ...inTask(
        indices.filter((index) => dataset.train.labels[index] === label),
        task,
      ),
      name: `class ${label}`,
    })),
  );
}

const inTask = (indices: Int32Array, task: number): ExampleList => ({
  indices,
  tasks: new Int32Array(indices.length).fill(task),
});

const firstOf = ({ indices, tasks, name }: Group, count: number): Group => ({
  name,
  indices: indices.subarray(0, count),
  tasks: tasks.subarray(0, count),
});

/** Σ ‖z − ẑ‖² / Σ ‖z‖²; null where there is nothing. */
export function errorOf(found: ThereAndBack | undefined): number | null {
  let [error, length] = [0, 0];
  found?.features.forEach((value, i) => {
    error += (value - (found.back[i] as number)) ** 2;
    length += value ** 2;
  });
  const share = error / length;
  return Number.isFinite(share) ? share : null;
}

/** The first example of each group, as it lies in the data set; nothing where that has no pictures, or large ones. */
function imagesView(groups: readonly Group[], { shape, train }: Stream['dataset']): View[] {
  const [height, width, channels] = shape;
  const { images } = train;
  const size = volumeOf(shape);
  if (!(images instanceof Uint8Array) || (channels !== 1 && channels !== 3)) return [];
  if (Math.max(height, width) > LONGEST_IMAGE || size * groups.length > MOST_IMAGE_BYTES) return [];
  const bytesOf = ({ indices: [first = 0] }: Group) => images.subarray(first * size, (first + 1) * size);
  return [
    {
      kind: 'images',
      title: 'Images that the features below are of',
      ...{ height, width, channels },
      rows: [
        {
          name: 'images',
          images: groups.map((group) => Buffer.from(bytesOf(group)).toString('base64')),
          captions: groups.map(({ name }) => name),
        },
      ],
    },
  ];
}

/** The first example of each group: all its channels, side by side in a square, before and after. */
function mapsView(groups: readonly Group[], found: readonly ThereAndBack[], shape: ImageShape): View {
  const firsts = (of: 'features' | 'back') => found.map((one) => one[of].subarray(0, volumeOf(shape)));
  const brightest = firsts('features').reduce((most, one) => one.reduce((a, b) => Math.max(a, b), most), 0);
  const captions = groups.map(({ name }) => name);
  const [height, width] = sidesOf(shape);
  const row = (name: string, of: 'features' | 'back') => ({
    name,
    images: firsts(of).map((one) => Buffer.from(mosaicOf(one, shape, brightest)).toString('base64')),
    captions,
  });
  return {
    kind: 'images',
    title: 'Features, and what comes back from their codes: all channels side by side',
    height,
    width,
    channels: 1,
    rows: [row('features', 'features'), row('from codes', 'back')],
  };
}

/** Channels in a row of the square. */
function perRow([height, width, channels]: ImageShape): number {
  const room = Math.max(1, Math.floor(LONGEST_SIDE / Math.max(height, width)));
  return Math.min(Math.ceil(Math.sqrt(channels)), room);
}

const sidesOf = (shape: ImageShape): [number, number] => [
  Math.min(shape[0], LONGEST_SIDE) * perRow(shape),
  Math.min(shape[1], LONGEST_SIDE) * perRow(shape),
];

/** Bytes of an image that has the channels of a map side by side, as many as fit, 0 black and `brightest` white. */
export function mosaicOf(values: Float32Array, shape: ImageShape, brightest: number): Uint8Array {
  const [, mapWidth, channels] = shape;
  const [height, width] = sidesOf(shape);
  const across = perRow(shape);
  const [tileHeight, tileWidth] = [height / across, width / across];
  const bytes = new Uint8Array(height * width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const channel = Math.floor(y / tileHeight) * across + Math.floor(x / tileWidth);
      if (channel >= channels) continue;
      const value = values[((y % tileHeight) * mapWidth + (x % tileWidth)) * channels + channel] as number;
      bytes[y * width + x] = brightest > 0 ? Math.round(255 * Math.min(1, Math.max(0, value / brightest))) : 0;
    }
  return bytes;
}
