import * as tf from '@tensorflow/tfjs-core';
import type { Augmentation } from '../../core/augment';
import { boxesOf, cutsOf, type Cuts } from '../data/augmentation';
import { valuesFeed } from '../graph/bytes';
import { feedFrom, feedOf } from '../graph/session';
import { dataTypes } from '../graph/model';
import type { GraphData } from '../graph/trainingInput';
import type { ExampleList } from '../contract/method';
import type { BatchTensors } from '../contract/step';
import type { Stream } from '../contract/stream';
import type { StepBatch } from './batch';
import { StreamInputs } from './streamInputs';

/** Tables of more bytes than this as floats are handed over as they are: bytes become numbers row by row. */
const LARGE = 1 << 25;

/** Rows of numbers; bytes where all are 0 or 1. */
type Table = Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/** The training examples with the label maps of their tasks, for eager steps and for compiled ones. */
export class TrainingData {
  /** One row for each class in each task, 0 or 1: its target, and the outputs that take part; [tasks · classes, outputs]. */
  private readonly targets: Uint8Array<ArrayBuffer>;
  /** The same for the loss: smoothed where that is asked for. */
  private readonly lossTargets: Table;
  private readonly active: Uint8Array<ArrayBuffer>;
  private graphData: GraphData | undefined;
  private readonly images: StreamInputs;
  private readonly cuts: Cuts | undefined;

  /**
   * @param masksOutputs only the outputs of the head of an example's task take part
   * @param augmentation of the examples that are met in steps
   * @param smoothing ε: the loss has the targets (1 − ε) · one-hot + ε / K over the K outputs that take part
   */
  constructor(
    private readonly stream: Stream,
    readonly masksOutputs: boolean,
    augmentation?: Augmentation,
    smoothing = 0,
  ) {
    this.images = new StreamInputs(stream);
    this.cuts = augmentation && cutsOf(stream.dataset.shape, augmentation);
    const { dataset, outputs, unitOf, heads, tasks } = stream;
    const size = tasks.length * dataset.classes * outputs;
    this.targets = new Uint8Array(size);
    this.active = new Uint8Array(masksOutputs ? size : 0);
    unitOf.forEach((units, task) =>
      units.forEach((unit, label) => {
        const start = (task * dataset.classes + label) * outputs;
        if (unit >= 0) this.targets[start + unit] = 1;
        if (masksOutputs) for (const own of heads[task] ?? []) this.active[start + own] = 1;
      }),
    );
    this.lossTargets = smoothing === 0 ? this.targets : this.smoothed(smoothing);
  }

  /** Inputs and outputs of the network. */
  get widths(): { readonly inputs: number; readonly outputs: number } {
    return { inputs: this.images.width, outputs: this.stream.outputs };
  }

  /** Whether tasks see images each in their own way. */
  get hasViews(): boolean {
    return this.stream.views !== undefined;
  }

  tensorsOf(batch: StepBatch): BatchTensors {
    const { indices, weights, kept, cut, columns = {} } = batch;
    const { outputs } = this.stream;
    const rows = indices.length;
    const labels = this.labelRows(batch);
    return {
      x: this.images.tensor(this.stream.dataset.train, batch, this.cuts && cut && { cuts: this.cuts, cut }),
      targets: tf.tensor2d(rowsOf(this.lossTargets, labels, outputs), [rows, outputs]),
      weights: tf.tensor1d(weights),
      ...(this.masksOutputs && { active: tf.tensor2d(rowsOf(this.active, labels, outputs), [rows, outputs]) }),
      ...(kept && { kept: tf.tensor2d(Float32Array.from(kept), [rows, kept.length / rows]) }),
      columns: Object.fromEntries(
        Object.entries(columns).map(([name, values]) => [name, tf.tensor(values, columnShape(rows, values.length))]),
      ),
    };
  }

  /** Examples that a step itself chose, each of the same weight and not augmented. @param indices @param tasks int32 [rows] */
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
  lossTargetsOf(examples: ExampleList, part: 'train' | 'test' = 'train'): tf.Tensor2D {
    return this.rowsFor(examples, this.lossTargets, part);
  }

  private rowsFor(examples: ExampleList, table: Table, part: 'train' | 'test' = 'train'): tf.Tensor2D {
    const { outputs } = this.stream;
    const labels = this.labelRows(examples, part);
    return tf.tensor2d(rowsOf(table, labels, outputs), [labels.length, outputs]);
  }

  private smoothed(smoothing: number): Float32Array<ArrayBuffer> {
    const { outputs } = this.stream;
    const values = new Float32Array(this.targets.length);
    for (let start = 0; start < values.length; start += outputs) {
      const active = this.masksOutputs ? this.active.subarray(start, start + outputs) : undefined;
      const count = active?.reduce((sum, one) => sum + one, 0) ?? outputs;
      for (let i = 0; i < outputs; i++) {
        const share = active?.[i] === 0 ? 0 : smoothing / count;
        values[start + i] = (1 - smoothing) * (this.targets[start + i] as number) + share;
      }
    }
    return values;
  }

  /** Of each example its row in the tables of targets and of outputs that take part. */
  labelRows({ indices, tasks }: ExampleList, part: 'train' | 'test' = 'train'): Int32Array {
    const { classes, [part]: examples } = this.stream.dataset;
    return indices.map((index, i) => (tasks[i] as number) * classes + (examples.labels[index] as number));
  }

  /** How the images of a batch are cut out and mirrored in graphs: [rows, 4]. */
  boxesOf({ cut }: StepBatch): Float32Array {
    return this.cuts && cut ? boxesOf(this.cuts, cut) : new Float32Array();
  }

  /** The data in TensorFlow's memory, where it stays until the run is over. */
  forGraphs(): GraphData {
    if (this.graphData) return this.graphData;
    const { dataset, tasks, outputs } = this.stream;
    const { train } = dataset;
    const shape: [number, number] = [tasks.length * dataset.classes, outputs];
    const table = (values: Table) =>
      4 * values.length > LARGE
        ? valuesFeed(values, shape)
        : feedOf(tf.keep(tf.tensor2d(Float32Array.from(values), shape)));
    const views = this.images.viewsTensor();
    this.graphData = {
      images: this.images.feed(train),
      facts: this.images.facts,
      labels: feedFrom(Int32Array.from(train.labels), { shape: [train.count], dtype: dataTypes.int32 }),
      classes: dataset.classes,
      targets: table(this.lossTargets),
      ...(this.masksOutputs && { active: table(this.active) }),
      ...(views && { views: feedOf(tf.keep(views)) }),
      ...(this.cuts && { areCutOut: true }),
    };
    return this.graphData;
  }
}

/** The shape of a column of a batch: one value for each row, or several. */
export const columnShape = (rows: number, values: number): number[] =>
  values === rows ? [rows] : [rows, values / rows];

function rowsOf(table: Table, rows: Int32Array, width: number): Float32Array {
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => values.set(table.subarray(row * width, (row + 1) * width), i * width));
  return values;
}
