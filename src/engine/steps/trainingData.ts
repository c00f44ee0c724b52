import * as tf from '@tensorflow/tfjs-core';
import { inputsOf, type Examples } from '../data/dataset';
import { inputTensor } from '../data/inputTensor';
import { bytesFeed } from '../graph/inputs';
import { feedOf, type Feed } from '../graph/session';
import type { GraphData } from '../graph/trainingGraph';
import type { Stream } from '../streams/split';
import type { BatchTensors, Step } from './batch';

const feeds = new WeakMap<Examples, Feed>();

/** The images in TensorFlow's memory, handed over once; they stay as long as the process. */
export function imagesFeed(examples: Examples, inputs: number): Feed {
  const known = feeds.get(examples) ?? bytesFeed(examples.images, [examples.count, inputs]);
  feeds.set(examples, known);
  return known;
}

/** The training examples with the label map of their scenario, for eager steps and for compiled ones. */
export class TrainingData {
  /** One row for each class: its target, and the outputs that take part; [classes, outputs]. */
  private readonly targets: Float32Array;
  private readonly active: Float32Array;
  private graphData: GraphData | undefined;

  /** @param masksOutputs only the outputs of the head of an example's task take part */
  constructor(
    private readonly stream: Stream,
    readonly masksOutputs: boolean,
  ) {
    const { dataset, outputs, unitOf, taskOf, heads } = stream;
    this.targets = new Float32Array(dataset.classes * outputs);
    this.active = new Float32Array(dataset.classes * outputs);
    for (let label = 0; label < dataset.classes; label++) {
      this.targets[label * outputs + (unitOf[label] ?? 0)] = 1;
      for (const unit of heads[taskOf[label] ?? 0] ?? []) this.active[label * outputs + unit] = 1;
    }
  }

  /** Inputs and outputs of the network. */
  get widths(): { readonly inputs: number; readonly outputs: number } {
    return { inputs: inputsOf(this.stream.dataset), outputs: this.stream.outputs };
  }

  tensorsOf({ indices, weights, kept }: Step): BatchTensors {
    const { train } = this.stream.dataset;
    const { inputs, outputs } = this.widths;
    const rows = indices.length;
    return {
      x: inputTensor(train, indices, inputs),
      targets: this.targetsOf(indices),
      weights: tf.tensor1d(weights),
      ...(this.masksOutputs && { active: tf.tensor2d(this.rowsOf(this.active, indices), [rows, outputs]) }),
      ...(kept && { kept: tf.tensor2d(Float32Array.from(kept), [rows, kept.length / rows]) }),
    };
  }

  /** One-hot targets of training examples, [n, outputs]. */
  targetsOf(indices: Int32Array): tf.Tensor2D {
    return tf.tensor2d(this.rowsOf(this.targets, indices), [indices.length, this.stream.outputs]);
  }

  /** The data in TensorFlow's memory, where it stays as long as the process. */
  forGraphs(): GraphData {
    if (this.graphData) return this.graphData;
    const { classes, train } = this.stream.dataset;
    const { inputs, outputs } = this.widths;
    const table = (values: Float32Array) => feedOf(tf.keep(tf.tensor2d(values, [classes, outputs])));
    this.graphData = {
      images: imagesFeed(train, inputs),
      labels: bytesFeed(train.labels, [train.count]),
      targets: table(this.targets),
      active: table(this.active),
    };
    return this.graphData;
  }

  private rowsOf(table: Float32Array, indices: Int32Array): Float32Array {
    const { outputs } = this.stream;
    const values = new Float32Array(indices.length * outputs);
    indices.forEach((index, row) => {
      const label = this.stream.dataset.train.labels[index] as number;
      values.set(table.subarray(label * outputs, (label + 1) * outputs), row * outputs);
    });
    return values;
  }
}
