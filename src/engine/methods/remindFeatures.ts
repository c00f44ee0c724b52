import * as tf from '@tensorflow/tfjs-core';
import { codebooksFor, type RemindSettings } from '../../core/methods/remind';
import { volumeOf, type ImageShape } from '../../core/recipe';
import type { Learner, RowFunction } from '../contract/learner';
import type { Stored } from '../contract/memory';
import type { ExampleList } from '../contract/method';
import type { CutNetwork, Network } from '../contract/network';
import { labelBytes } from '../exampleBuffer';
import { parametersOf } from '../networks/network';
import { MOST_POINTS_PER_CENTROID } from '../quantiser/kMeans';
import { codebooksOf } from '../quantiser/productQuantiser';
import { samplePlaces, type Random } from '../random';
import { valuesOf } from '../valuesOf';
import { drawnCrop, resizing } from './featureCrop';
import { codesOf, fromCodes } from './remindNetwork';
import type { ThereAndBack } from './remindViews';

/** Examples taken through the front at once. */
const CHUNK = 250;

/** What is stored of examples, row after row. */
export type StoredFeatures = Uint8Array | Float32Array;

/** What the front of a network makes of examples, and how it is stored: as codes of a product quantiser, or as it is. */
export class RemindFeatures {
  /** Parameters of the front: the first of θ. */
  readonly frontSize: number;
  /** Bytes of all codebooks. */
  readonly bookBytes: number;
  /** Values that are stored of an example. */
  readonly width: number;
  private readonly parts: number;
  private readonly channels: number;

  /** @throws Error where the channels cannot be cut into so many parts */
  constructor(
    private readonly settings: Pick<RemindSettings, 'quantise' | 'codebooks' | 'centroids' | 'crop'>,
    private readonly network: Pick<Network, 'views' | 'parameterCount' | 'statistics'>,
    private readonly cut: CutNetwork,
    private readonly learner: () => Learner,
  ) {
    const { shape, tensors } = cut;
    const [, , channels] = shape;
    this.channels = channels;
    this.parts = codebooksFor(settings, channels);
    if (settings.quantise && channels % this.parts !== 0)
      throw new Error(`${channels} channels cannot be cut into ${this.parts} equal parts`);
    this.frontSize = network.views[tensors]?.offset ?? network.parameterCount;
    this.bookBytes = settings.quantise ? 4 * settings.centroids * channels : 0;
    this.width = settings.quantise ? (volumeOf(shape) / channels) * this.parts : volumeOf(shape);
  }

  /** Height, width and channels of a feature map. */
  get shape(): ImageShape {
    return this.cut.shape;
  }

  /** Bytes of an example in memory: what is stored of its features, and its label. */
  get bytesEach(): number {
    return this.width * (this.settings.quantise ? 1 : 4) + labelBytes(this.learner());
  }

  /** How many examples so many bytes hold beside the codebooks. @throws Error where it is none */
  roomIn(bytes: number | undefined): number {
    if (bytes === undefined) return Infinity;
    const room = Math.floor((bytes - this.bookBytes) / this.bytesEach);
    if (room >= 1) return room;
    throw new Error(
      `a memory of ${bytes} bytes does not hold the codebooks (${this.bookBytes} bytes) and one example (${this.bytesEach})`,
    );
  }

  /** Codebooks of the features of some examples, [codebooks, centroids, width of a part]. */
  async codebooks(base: ExampleList): Promise<Float32Array> {
    const { settings, cut, channels, parts } = this;
    const { random, progress } = this.learner();
    const places = volumeOf(cut.shape) / channels;
    const images = Math.ceil((settings.centroids * MOST_POINTS_PER_CENTROID) / places);
    const drawn = samplePlaces(base.indices.length, images, random('remind quantiser')).sort();
    const values = (await this.taken(listAt(base, drawn), 'as it is')) as Float32Array;
    const count = values.length / channels;
    if (count < settings.centroids)
      throw new Error(
        `${settings.centroids} centroids need as many places of feature maps, and the base has ${count}: give fewer "centroids"`,
      );
    return codebooksOf(
      { count, width: channels, values },
      { parts, centroids: settings.centroids },
      (part) => random('remind codebook', part),
      (done) => progress('quantise', done / parts, `codebook ${done} of ${parts}`),
    );
  }

  /** What is stored of some examples, one after the other. */
  of(examples: ExampleList): Promise<StoredFeatures> {
    return this.taken(examples, this.settings.quantise ? 'codes' : 'as it is');
  }

  /** Nothing yet. */
  get none(): StoredFeatures {
    return this.settings.quantise ? new Uint8Array() : new Float32Array();
  }

  /** All that is stored. */
  get stored(): StoredFeatures {
    const { memory } = this.learner();
    return this.settings.quantise ? memory.bytes('features') : memory.floats('features');
  }

  /** What is stored in some rows. */
  at(rows: Int32Array): StoredFeatures {
    return rowsOf(this.stored, rows, this.width);
  }

  /** The same as a column of a batch. */
  columnAt(rows: Int32Array): Int32Array | Float32Array {
    const found = this.at(rows);
    return found instanceof Uint8Array ? Int32Array.from(found) : found;
  }

  /** What the back is given of some rows, [rows, values]: as they come back from their codes. */
  given(rows: Int32Array): tf.Tensor2D {
    return tf.tidy(() => {
      const stored = tf.tensor2d(this.columnAt(rows), [rows.length, this.width]);
      if (!this.settings.quantise) return stored;
      const { shape, values } = this.booksOf(this.learner().memory.floats('codebooks'));
      return fromCodes(stored, tf.tensor3d(values as Float32Array, [...shape] as [number, number, number]));
    });
  }

  /** How each of some maps is cut out, as columns of a batch; none where there is nothing to cut out. */
  cropsOf(count: number, random: () => Random): Readonly<Record<string, Float32Array>> {
    const [height, width] = this.cut.shape;
    const { crop } = this.settings;
    if (crop === 1 || Math.min(height, width) < 2) return {};
    const draws = random();
    const [down, across] = [new Float32Array(count * height * height), new Float32Array(count * width * width)];
    for (let i = 0; i < count; i++) {
      const drawn = drawnCrop(height, width, crop, draws);
      down.set(resizing(drawn.top, drawn.height, height), i * height * height);
      across.set(resizing(drawn.left, drawn.width, width), i * width * width);
    }
    return { down, across };
  }

  /** For the steps; empty as long as there are no codebooks. */
  constants(): Readonly<Record<string, Stored>> {
    if (!this.settings.quantise) return {};
    const values = this.learner().memory.floats('codebooks');
    return values.length === 0 ? {} : { codebooks: this.booksOf(values) };
  }

  /** Features of some examples of one task, and what comes back of them from their codes. Needs codebooks. */
  thereAndBack({ indices, tasks }: ExampleList): ThereAndBack {
    const features = this.ofChunk({ task: tasks[0] ?? 0, indices }, 'as it is') as Float32Array;
    const { parts, channels, cut, settings } = this;
    const back = valuesOf(() => {
      const values = this.learner().memory.floats('codebooks');
      const books = tf.tensor3d(values, [parts, settings.centroids, channels / parts]);
      return fromCodes(codesOf(tf.tensor2d(features, [indices.length, volumeOf(cut.shape)]), books), books);
    });
    return { features, back };
  }

  private booksOf(values: Float32Array): Stored {
    const { parts, channels } = this;
    return { shape: [parts, this.settings.centroids, channels / parts], values };
  }

  private async taken({ indices, tasks }: ExampleList, as: keyof RemindFeatures['functions']): Promise<StoredFeatures> {
    const { progress } = this.learner();
    const width = as === 'codes' ? this.width : volumeOf(this.cut.shape);
    const all = as === 'codes' ? new Uint8Array(indices.length * width) : new Float32Array(indices.length * width);
    let start = 0;
    while (start < indices.length) {
      const task = tasks[start] as number;
      let end = start + 1;
      while (end < indices.length && end < start + CHUNK && tasks[end] === task) end++;
      all.set(this.ofChunk({ task, indices: indices.subarray(start, end) }, as), start * width);
      start = end;
      await progress('features', start / indices.length);
    }
    return all;
  }

  private ofChunk(
    examples: { readonly task: number; readonly indices: Int32Array },
    as: keyof RemindFeatures['functions'],
  ): Int32Array | Float32Array {
    const learner = this.learner();
    const found = tf.tidy(() => {
      const { buffers, memory } = learner;
      const running = this.network.statistics && buffers ? [buffers] : [];
      const { shape, values } = as === 'codes' ? this.booksOf(memory.floats('codebooks')) : NO_BOOKS;
      const [taken] = learner.apply(this.functions[as], CHUNK, examples, [tf.tensor(values, [...shape]), ...running]);
      return taken as tf.Tensor;
    });
    const values = found.dataSync() as Int32Array | Float32Array;
    found.dispose();
    return values;
  }

  /** Always the same ones, so that each is compiled once. */
  private readonly functions = {
    'as it is': ((theta, x, _books, buffers) => [this.front(theta, x, buffers)]) as RowFunction,
    codes: ((theta, x, books, buffers) => [
      codesOf(this.front(theta, x, buffers), books as tf.Tensor3D),
    ]) as RowFunction,
  };

  private front(theta: tf.Tensor1D, x: tf.Tensor2D, buffers: tf.Tensor | undefined): tf.Tensor2D {
    const asked = { training: false, buffers: buffers as tf.Tensor1D | undefined, columns: {}, constants: {} };
    return this.cut.front(parametersOf(this.network, theta), x, asked).features;
  }
}

const NO_BOOKS: Stored = { shape: [1], values: new Float32Array(1) };

/** The examples of some rows. */
export const listAt = ({ indices, tasks }: ExampleList, rows: Int32Array): ExampleList => ({
  indices: rows.map((row) => indices[row] as number),
  tasks: rows.map((row) => tasks[row] as number),
});

/** Some rows of features behind others. */
export function concatenated(first: StoredFeatures, second: StoredFeatures): StoredFeatures {
  const size = first.length + second.length;
  const all = first instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function rowsOf(values: StoredFeatures, rows: Int32Array, width: number): StoredFeatures {
  const size = rows.length * width;
  const found = values instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  rows.forEach((row, i) => found.set(values.subarray(row * width, (row + 1) * width), i * width));
  return found;
}
