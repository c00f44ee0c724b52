import * as tf from '@tensorflow/tfjs-core';
import type { Examples } from '../contract/dataset';
import { inputsOf } from '../data/dataset';
import { inputTensor } from '../data/inputTensor';
import { bytesFeed } from '../graph/bytes';
import { feedOf, type Feed } from '../graph/session';
import type { GraphData } from '../graph/trainingInput';
import type { ExampleList } from '../contract/method';
import type { BatchTensors } from '../contract/step';
import type { Stream } from '../contract/stream';
import type { StepBatch } from './batch';

const feeds = new WeakMap<Examples, Feed>();

/** The images in TensorFlow's memory, handed over once; they stay as long as the process. */
export function imagesFeed(examples: Examples, inputs: number): Feed {
  const known = feeds.get(examples) ?? bytesFeed(examples.images, [examples.count, inputs]);
  feeds.set(examples, known);
  return known;
}

/** The training examples with the label maps of their tasks, for eager steps and for compiled ones. */
export class TrainingData {
  /** One row for each class in each task: its target, and the outputs that take part; [tasks · classes, outputs]. */
  private readonly targets: Float32Array;
  /** The same for the loss: smoothed where that is asked for. */
  private readonly lossTargets: Float32Array;
  private readonly active: Float32Array;
  private graphData: GraphData | undefined;

  /**
   * @param masksOutputs only the outputs of the head of an example's task take part
   * @param smoothing ε: the loss has the targets (1 − ε) · one-hot + ε / K over the K outputs that take part
   */
  constructor(
    private readonly stream: Stream,
    readonly masksOutputs: boolean,
    smoothing = 0,
  ) {
    const { dataset, outputs, unitOf, heads, tasks } = stream;
    this.targets = new Float32Array(tasks.length * dataset.classes * outputs);
    this.active = new Float32Array(tasks.length * dataset.classes * outputs);
    unitOf.forEach((units, task) =>
      units.forEach((unit, label) => {
        const start = (task * dataset.classes + label) * outputs;
        if (unit >= 0) this.targets[start + unit] = 1;
        for (const own of heads[task] ?? []) this.active[start + own] = 1;
      }),
    );
    this.lossTargets = smoothing === 0 ? this.targets : this.smoothed(smoothing);
  }

  /** Inputs and outputs of the network. */
  get widths(): { readonly inputs: number; readonly outputs: number } {
    return { inputs: inputsOf(this.stream.dataset), outputs: this.stream.outputs };
  }

  /** Whether tasks see images each in their own way. */
  get hasViews(): boolean {
    return this.stream.views !== undefined;
  }

  tensorsOf(batch: StepBatch): BatchTensors {
    const { indices, weights, kept, columns = {} } = batch;
    const { train } = this.stream.dataset;
    const { inputs, outputs } = this.widths;
    const rows = indices.length;
    const labels = this.labelRows(batch);
    return {
      x: inputTensor(train, batch, inputs, this.stream.views),
      targets: tf.tensor2d(rowsOf(this.lossTargets, labels, outputs), [rows, outputs]),
      weights: tf.tensor1d(weights),
      ...(this.masksOutputs && { active: tf.tensor2d(rowsOf(this.active, labels, outputs), [rows, outputs]) }),
      ...(kept && { kept: tf.tensor2d(Float32Array.from(kept), [rows, kept.length / rows]) }),
      columns: Object.fromEntries(
        Object.entries(columns).map(([name, values]) => [name, tf.tensor(values, columnShape(rows, values.length))]),
      ),
    };
  }

  /** Examples that a step itself chose, each of the same weight. @param indices @param tasks int32 [rows] */
  chosen(indices: tf.Tensor1D, tasks: tf.Tensor1D): BatchTensors {
    const weights = new Float32Array(indices.size).fill(1 / indices.size);
    return this.tensorsOf({
      indices: Int32Array.from(indices.dataSync()),
      tasks: Int32Array.from(tasks.dataSync()),
      weights,
    });
  }

  /** One-hot targets of training examples, [n, outputs]. */
  targetsOf(examples: ExampleList): tf.Tensor2D {
    return this.rowsFor(examples, this.targets);
  }

  /** Targets as the loss has them, [n, outputs]. */
  lossTargetsOf(examples: ExampleList): tf.Tensor2D {
    return this.rowsFor(examples, this.lossTargets);
  }

  private rowsFor(examples: ExampleList, table: Float32Array): tf.Tensor2D {
    const { outputs } = this.stream;
    const labels = this.labelRows(examples);
    return tf.tensor2d(rowsOf(table, labels, outputs), [labels.length, outputs]);
  }

  private smoothed(smoothing: number): Float32Array {
    const { outputs } = this.stream;
    return this.targets.map((target, i) => {
      const start = i - (i % outputs);
      const active = this.masksOutputs ? this.active.subarray(start, start + outputs) : undefined;
      const count = active ? active.reduce((sum, one) => sum + one, 0) : outputs;
      const share = active && active[i - start] !== 1 ? 0 : smoothing / count;
      return (1 - smoothing) * target + share;
    });
  }

  /** Of each example its row in the tables of targets and of outputs that take part. */
  labelRows({ indices, tasks }: ExampleList): Int32Array {
    const { classes, train } = this.stream.dataset;
    return indices.map((index, i) => (tasks[i] as number) * classes + (train.labels[index] as number));
  }

  /** The data in TensorFlow's memory, where it stays as long as the process. */
  forGraphs(): GraphData {
    if (this.graphData) return this.graphData;
    const { dataset, tasks, views } = this.stream;
    const { inputs, outputs } = this.widths;
    const table = (values: Float32Array) =>
      feedOf(tf.keep(tf.tensor2d(values, [tasks.length * dataset.classes, outputs])));
    this.graphData = {
      images: imagesFeed(dataset.train, inputs),
      labels: bytesFeed(dataset.train.labels, [dataset.train.count]),
      classes: dataset.classes,
      targets: table(this.lossTargets),
      ...(this.masksOutputs && { active: table(this.active) }),
      ...(views && { views: feedOf(tf.keep(viewsTensor(views, inputs))) }),
    };
    return this.graphData;
  }
}

/** The shape of a column of a batch: one value for each row, or several. */
export const columnShape = (rows: number, values: number): number[] =>
  values === rows ? [rows] : [rows, values / rows];

function rowsOf(table: Float32Array, rows: Int32Array, width: number): Float32Array {
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => values.set(table.subarray(row * width, (row + 1) * width), i * width));
  return values;
}

function viewsTensor(views: readonly Int32Array[], inputs: number): tf.Tensor2D {
  const values = new Int32Array(views.length * inputs);
  views.forEach((view, task) => values.set(view, task * inputs));
  return tf.tensor2d(values, [views.length, inputs], 'int32');
}
