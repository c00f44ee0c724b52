import * as tf from '@tensorflow/tfjs-core';
import { volumeOf, type ImageShape } from '../../core/recipe';
import type { Examples } from '../contract/dataset';
import type { ExampleList } from '../contract/method';
import type { Stream } from '../contract/stream';
import type { Cut, Cuts } from '../data/augmentation';
import { inputTensor } from '../data/inputTensor';
import { scalingOf } from '../data/scaling';
import { valuesFeed } from '../graph/bytes';
import type { ImageFacts } from '../graph/inputs';
import type { Feed } from '../graph/session';

/** Images in TensorFlow's memory. */
const feeds = new Map<Examples, Feed>();

/** Forgets the images of all examples but some, which are in TensorFlow's memory still. @returns theirs */
export function keepFeedsOf(examples: readonly Examples[]): Feed[] {
  for (const one of feeds.keys()) if (!examples.includes(one)) feeds.delete(one);
  return [...feeds.values()];
}

/** How the examples of a stream become inputs: for eager steps, and for graphs. */
export class StreamInputs {
  /** Of the network. */
  readonly width: number;
  readonly facts: ImageFacts;
  /** Of each task, as graphs have it: where nothing stands is a place after the values of an image. */
  readonly views: readonly Int32Array[] | undefined;

  /** @throws RangeError where a view is none of such images */
  constructor(private readonly stream: Stream) {
    const { dataset, views, normalisation } = stream;
    const { shape } = dataset;
    this.width = volumeOf(shape);
    views?.forEach((view, task) => requireView(view, task, shape));
    const viewsHaveGaps = views?.some((view) => view.includes(-1)) ?? false;
    const [, , channels] = shape;
    this.views = viewsHaveGaps
      ? views?.map((view) => view.map((from, i) => (from < 0 ? this.width + (i % channels) : from)))
      : views;
    const scaling = scalingOf(dataset.train, normalisation);
    this.facts = { shape, ...(scaling && { scaling }), ...(viewsHaveGaps && { viewsHaveGaps }) };
  }

  /** [rows, inputs], an operation at a time. */
  tensor(examples: Examples, list: ExampleList, augmented?: { readonly cuts: Cuts; readonly cut: Cut }): tf.Tensor2D {
    return inputTensor(examples, list, this.width, this.stream.views, { scaling: this.facts.scaling, augmented });
  }

  /** The images in TensorFlow's memory, handed over once; they stay until the run is over at least. [examples, inputs] */
  feed(examples: Examples): Feed {
    const known = feeds.get(examples) ?? valuesFeed(examples.images, [examples.count, this.width]);
    feeds.set(examples, known);
    return known;
  }

  /** The views in TensorFlow's memory: int32 [tasks, inputs]. */
  viewsTensor(): tf.Tensor2D | undefined {
    if (!this.views) return undefined;
    const values = new Int32Array(this.views.length * this.width);
    this.views.forEach((view, task) => values.set(view, task * this.width));
    return tf.tensor2d(values, [this.views.length, this.width], 'int32');
  }
}

function requireView(view: Int32Array, task: number, shape: ImageShape): void {
  const inputs = volumeOf(shape);
  if (view.length !== inputs)
    throw new RangeError(
      `the view of task ${task + 1} has ${view.length} places, and the first layer ${inputs} inputs (${shape.join(' × ')})`,
    );
  const outside = view.find((from) => from < -1 || from >= inputs);
  if (outside !== undefined)
    throw new RangeError(
      `the view of task ${task + 1} has a place ${outside}: images have 0 to ${inputs - 1}, −1 is none`,
    );
}
