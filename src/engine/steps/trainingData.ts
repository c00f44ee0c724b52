import * as tf from '@tensorflow/tfjs-core';
import type { Augmentation } from '../../core/augment';
import type { ActiveOf } from './activeOutputs';
import { boxesOf, cutsOf, type Cuts } from '../data/augmentation';
import { valuesFeed } from '../graph/bytes';
import { deleteFeeds, feedFrom, feedOf } from '../graph/session';
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

/** What the loss has of each class in each task: rows of [tasks · classes, outputs]. */
interface Tables {
  /** 0 or 1, or smoothed where that is asked for. */
  readonly targets: Table;
  /** 0 or 1: the outputs that take part; undefined where all do. */
  readonly active: Uint8Array<ArrayBuffer> | undefined;
}

/** The training examples with the label maps of their tasks, for eager steps and for compiled ones. */
export class TrainingData {
  /** One row for each class in each task, 0 or 1: its target; [tasks · classes, outputs]. */
  private readonly targets: Uint8Array<ArrayBuffer>;
  private ofLoss: Tables;
  private graphData: GraphData | undefined;
  private readonly images: StreamInputs;
  private readonly cuts: Cuts | undefined;

  /**
   * @param activeOf outputs that take part; where that changes, `renew` has to be told
   * @param augmentation of the examples that are met in steps
   * @param smoothing ε: the loss has the targets (1 − ε) · one-hot + ε / K over the K outputs that take part
   */
  constructor(
    private readonly stream: Stream,
    private readonly activeOf: ActiveOf = () => undefined,
    augmentation?: Augmentation,
    private readonly smoothing = 0,
  ) {
    this.images = new StreamInputs(stream);
    this.cuts = augmentation && cutsOf(stream.dataset.shape, augmentation);
    const { dataset, outputs, unitOf, tasks } = stream;
    this.targets = new Uint8Array(tasks.length * dataset.classes * outputs);
    unitOf.forEach((units, task) =>
      units.forEach((unit, label) => {
        if (unit >= 0) this.targets[(task * dataset.classes + label) * outputs + unit] = 1;
      }),
    );
    this.ofLoss = this.tables();
  }

  /** Other outputs take part than before. */
  renew(): void {
    this.ofLoss = this.tables();
    if (!this.graphData) return;
    const { targets, active } = this.graphData;
    const feeds = this.tableFeeds();
    this.graphData.targets = feeds.targets;
    if (feeds.active) this.graphData.active = feeds.active;
    deleteFeeds([targets, active].filter((one) => one !== undefined));
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
    const { targets, active } = this.ofLoss;
    const rows = indices.length;
    const labels = this.labelRows(batch);
    return {
      x: this.images.tensor(this.stream.dataset.train, batch, this.cuts && cut && { cuts: this.cuts, cut }),
      targets: tf.tensor2d(rowsOf(targets, labels, outputs), [rows, outputs]),
      weights: tf.tensor1d(weights),
      ...(active && { active: tf.tensor2d(rowsOf(active, labels, outputs), [rows, outputs]) }),
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
    return this.rowsFor(examples, this.ofLoss.targets, part);
  }

  private rowsFor(examples: ExampleList, table: Table, part: 'train' | 'test' = 'train'): tf.Tensor2D {
    const { outputs } = this.stream;
    const labels = this.labelRows(examples, part);
    return tf.tensor2d(rowsOf(table, labels, outputs), [labels.length, outputs]);
  }

  private tables(): Tables {
    const active = this.activeRows();
    return { targets: this.smoothing === 0 ? this.targets : this.smoothed(active), active };
  }

  private activeRows(): Uint8Array<ArrayBuffer> | undefined {
    const { dataset, outputs, tasks } = this.stream;
    if (this.activeOf(0) === undefined) return undefined;
    const rows = new Uint8Array(this.targets.length);
    const ofTask = dataset.classes * outputs;
    tasks.forEach((_, task) => {
      for (const unit of this.activeOf(task) ?? [])
        for (let at = task * ofTask + unit; at < (task + 1) * ofTask; at += outputs) rows[at] = 1;
    });
    return rows;
  }

  private smoothed(active: Uint8Array | undefined): Float32Array<ArrayBuffer> {
    const { smoothing } = this;
    const { outputs } = this.stream;
    const values = new Float32Array(this.targets.length);
    for (let start = 0; start < values.length; start += outputs) {
      const own = active?.subarray(start, start + outputs);
      const count = own?.reduce((sum, one) => sum + one, 0) ?? outputs;
      for (let i = 0; i < outputs; i++) {
        const share = own?.[i] === 0 ? 0 : smoothing / count;
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

  /** The data in TensorFlow's memory, where it stays until the run is over; its tables are others after `renew`. */
  forGraphs(): GraphData {
    if (this.graphData) return this.graphData;
    const { dataset } = this.stream;
    const { train } = dataset;
    const views = this.images.viewsTensor();
    this.graphData = {
      images: this.images.feed(train),
      facts: this.images.facts,
      labels: feedFrom(Int32Array.from(train.labels), { shape: [train.count], dtype: dataTypes.int32 }),
      classes: dataset.classes,
      ...this.tableFeeds(),
      ...(views && { views: feedOf(tf.keep(views)) }),
      ...(this.cuts && { areCutOut: true }),
    };
    return this.graphData;
  }

  private tableFeeds(): Pick<GraphData, 'targets' | 'active'> {
    const { dataset, tasks, outputs } = this.stream;
    const { targets, active } = this.ofLoss;
    const feed = (values: Table) =>
      valuesFeed(4 * values.length > LARGE ? values : Float32Array.from(values), [
        tasks.length * dataset.classes,
        outputs,
      ]);
    return { targets: feed(targets), ...(active && { active: feed(active) }) };
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
