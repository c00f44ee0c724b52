import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, type DecodedPng } from 'fast-png';
import { volumeOf, type ImageShape } from '../../core/recipe';
import { visibleText } from '../../core/visibleText';
import type { RawParts } from '../assemble';
import { DataError } from '../dataError';
import { shapeText, type RawExamples } from '../examples';
import { readWhole } from '../files';
import { MOST_EXAMPLES, refuseTooLarge } from '../limits';

/** Of an image that is read: as large as networks here can take. */
const LONGEST_SIDE = 4096;
const MOST_CLASS_FOLDERS = 65_536;
/** What a PNG may hold beside its pixels (bytes), such as a colour profile. */
const BESIDE = 65_536;

/**
 * Reads a folder of PNG images: one folder for each class, or such folders in `train` and `test`. All images must be of
 * one size; grey images have one channel, others three. Links are not followed.
 *
 * @param onRead told how many images of how many are read
 * @throws DataError that names the first file that does not fit; FileFault; the signal's reason
 */
export async function readImageFolder(
  folder: string,
  signal?: AbortSignal,
  onRead?: (done: number, total: number) => void,
): Promise<RawParts> {
  const names = await foldersIn(folder);
  const test = ['test', 'val', 'validation'].find((name) => names.includes(name));
  const hasParts = names.includes('train');
  const found = hasParts
    ? await Promise.all(['train', test].flatMap((part) => (part ? [imagesIn(folder, [part])] : [])))
    : [await imagesIn(folder, [])];
  const total = found.reduce((sum, list) => sum + list.length, 0);
  let done = 0;
  const state: { shape?: ImageShape; first: string } = { first: '' };
  const read = async (images: readonly LabelledFile[]): Promise<RawExamples> => {
    let pixels: Uint8Array | undefined;
    for (const [i, { file, shown }] of images.entries()) {
      signal?.throwIfAborted();
      const image = decoded(await readWhole(file), shown);
      state.shape ??= image.shape;
      state.first ||= shown;
      if (shapeText(image.shape) !== shapeText(state.shape))
        throw new DataError(
          `${shown} is ${shapeText(image.shape)} (height × width × channels), and ${state.first} ${shapeText(state.shape)}: all images must be of one size.`,
        );
      const size = volumeOf(state.shape);
      if (!pixels) {
        refuseTooLarge(size * images.length, folder);
        pixels = new Uint8Array(size * images.length);
      }
      pixels.set(image.pixels, i * size);
      onRead?.((done += 1), total);
    }
    return {
      shape: state.shape ?? [1, 1, 1],
      images: pixels ?? new Uint8Array(0),
      labels: images.map(({ label }) => label),
    };
  };
  const [train = [], others] = found;
  if (train.length === 0) throw new DataError(`${folder} holds no PNG images in folders named by their class.`);
  return { train: await read(train), test: others && (await read(others)) };
}

interface LabelledFile {
  readonly file: string;
  /** As messages name it. */
  readonly shown: string;
  readonly label: string;
}

/** Images of the class folders below a part of the folder, in the order of their names. */
async function imagesIn(folder: string, part: readonly string[]): Promise<LabelledFile[]> {
  const classes = await foldersIn(join(folder, ...part));
  if (classes.length > MOST_CLASS_FOLDERS)
    throw new DataError(`${folder} has more than ${MOST_CLASS_FOLDERS} folders: it is not read.`);
  const found: LabelledFile[] = [];
  for (const label of classes) {
    const below = join(folder, ...part, label);
    for (const name of (await readdir(below)).filter(isOfInterest).sort(byCode)) {
      const shown = visibleText([...part, label, name].join('/'));
      if (!/\.png$/i.test(name))
        throw new DataError(`${shown} is no PNG file: only PNG images are read, one folder for each class.`);
      found.push({ file: join(below, name), shown, label });
      if (found.length > MOST_EXAMPLES)
        throw new DataError(`${folder} has more than ${MOST_EXAMPLES.toLocaleString('en')} images: it is not read.`);
    }
  }
  return found;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const kept = entries.filter(({ name }) => isOfInterest(name));
  const other = kept.find((entry) => !entry.isDirectory());
  if (other)
    throw new DataError(
      `${join(folder, visibleText(other.name))} is ${other.isSymbolicLink() ? 'a link' : 'no folder'}: there must be one folder for each class, and nothing else.`,
    );
  return kept.map(({ name }) => name).sort(byCode);
}

/** What file managers leave behind is none of the data. */
const isOfInterest = (name: string): boolean => !name.startsWith('.') && name !== 'Thumbs.db' && name !== 'desktop.ini';
const byCode = (a: string, b: string): number => (a < b ? -1 : 1);

interface Decoded {
  readonly shape: ImageShape;
  readonly pixels: Uint8Array;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Samples of a pixel, by colour type. */
const samples = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

/**
 * The pixels of a PNG image. What does not show is left out: an alpha channel that is opaque everywhere.
 *
 * @param name for messages
 * @throws DataError for what is no PNG, is damaged, has see-through pixels, or more than 8 bits a sample
 */
export function decoded(bytes: Buffer, name: string): Decoded {
  const { width, height, depth, colour } = headerOf(bytes, name);
  if (depth > 8) throw new DataError(`${name} has ${depth} bits a sample: 8 are read.`);
  // A small file that unpacks to very much is no image of the size that it says.
  const raw = height * (1 + Math.ceil((width * depth * (samples.get(colour) ?? 4)) / 8));
  if (bytes.length > 1.1 * raw + BESIDE)
    throw new DataError(
      `${name} has ${bytes.length} bytes, which is too much for ${height} × ${width} pixels: it is not read.`,
    );
  return pixelsOf(bytes, name);
}

function headerOf(bytes: Buffer, name: string) {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(SIGNATURE) || bytes.toString('latin1', 12, 16) !== 'IHDR')
    throw new DataError(`${name} is no PNG image, whatever its name says.`);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  if (width === 0 || height === 0 || width > LONGEST_SIDE || height > LONGEST_SIDE)
    throw new DataError(`${name} is ${height} × ${width} pixels; images of 1 to ${LONGEST_SIDE} a side are read.`);
  return { width, height, depth: bytes[24] ?? 0, colour: bytes[25] ?? 0 };
}

function pixelsOf(bytes: Buffer, name: string): Decoded {
  let image: DecodedPng;
  try {
    image = decode(bytes, { checkCrc: true });
  } catch (error) {
    throw new DataError(`${name} is damaged: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const { width, height, channels, palette, transparency } = image;
  const count = width * height;
  const data = image.depth < 8 ? samplesOf(image) : image.data;
  if (data.length !== count * channels)
    throw new DataError(`${name} is damaged: ${data.length} samples where ${count * channels} are announced.`);
  if (transparency) throw new DataError(`${name} has a see-through colour: save it without an alpha channel.`);
  const read = palette
    ? coloured(data, palette, name)
    : { channels, values: image.depth < 8 ? scaled(data, image.depth) : data };
  const isSeeThrough = read.channels === 2 || read.channels === 4;
  const kept = isSeeThrough ? opaque(read.values, read.channels, name) : Uint8Array.from(read.values);
  return { shape: [height, width, isSeeThrough ? read.channels - 1 : read.channels], pixels: kept };
}

/** Samples of fewer than 8 bits, which share bytes; each row begins with a byte of its own. */
function samplesOf({ data, width, height, depth }: DecodedPng): Uint8Array {
  const row = Math.ceil((width * depth) / 8);
  const most = 2 ** depth - 1;
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * row + (bit >> 3)] ?? 0;
    return (byte >> (8 - depth - (bit & 7))) & most;
  });
}

const scaled = (data: ArrayLike<number>, depth: number): Uint8Array =>
  Uint8Array.from(data, (value) => Math.round((255 * value) / (2 ** depth - 1)));

function coloured(data: ArrayLike<number>, palette: readonly (readonly number[])[], name: string) {
  const channels = palette[0]?.length ?? 3;
  const values = new Uint8Array(data.length * channels);
  for (let i = 0; i < data.length; i++) {
    const colour = palette[data[i] as number];
    if (!colour) throw new DataError(`${name} is damaged: it has a colour that its palette does not have.`);
    values.set(colour, i * channels);
  }
  return { channels, values };
}

/** The channels before the last, which must be 255 everywhere. */
function opaque(values: ArrayLike<number>, channels: number, name: string): Uint8Array {
  const kept = new Uint8Array((values.length / channels) * (channels - 1));
  for (let from = 0, to = 0; from < values.length; from++) {
    if ((from + 1) % channels !== 0) kept[to++] = values[from] as number;
    else if (values[from] !== 255)
      throw new DataError(`${name} is see-through in places: save it without an alpha channel.`);
  }
  return kept;
}
