import type * as tf from '@tensorflow/tfjs-core';
import type { RowFunction } from '../contract/learner';
import { inputsOf } from '../data/dataset';
import { examplesOf } from '../data/examplesOf';
import { haveGaps, inputTensor } from '../data/inputTensor';
import { KeptGraphs } from '../graph/keptGraphs';
import { CompiledRowFunction } from '../graph/rowFunction';
import type { Feed } from '../graph/session';
import type { Stream } from '../contract/stream';
import { imagesFeed } from './trainingData';

/** Graphs kept at a time: those that were used longest ago are let go. A run needs one for testing and a few for its method. */
const KEPT = 16;

/** Applies pure functions to examples as a task sees them: compiled on native TensorFlow, else one operation at a time. */
export class RowFunctions {
  private readonly graphs: KeptGraphs<CompiledRowFunction>;
  private readonly numbers = new WeakMap<RowFunction, number>();
  private numbered = 0;
  /** Functions that cannot be compiled. */
  private readonly eager = new WeakSet<RowFunction>();
  private readonly view: 'none' | 'whole' | 'with gaps';

  /** @param onEager told when a function cannot be compiled: that one runs eagerly from then on. Each reason is told once. */
  constructor(
    private readonly stream: Stream,
    private readonly compile: boolean,
    onEager: (reason: string) => void,
  ) {
    this.graphs = new KeptGraphs(KEPT, onEager);
    const { views } = stream;
    this.view = views ? (haveGaps(views) ? 'with gaps' : 'whole') : 'none';
  }

  /** Seconds that went into compiling. */
  get compileSeconds(): number {
    return this.graphs.seconds;
  }

  /**
   * The function's results for some examples; they belong to the caller (or its tidy). With `rows` examples it is
   * compiled, with fewer, as at the end of a list, not: a graph is made for one number of rows.
   *
   * @param fn one that is used again is the same object
   */
  apply(
    fn: RowFunction,
    rows: number,
    theta: tf.Tensor1D,
    part: 'train' | 'test',
    { task, indices }: { readonly task: number; readonly indices: Int32Array },
    more: readonly tf.Tensor[] = [],
  ): tf.Tensor[] {
    const { dataset, views } = this.stream;
    const examples = dataset[part];
    const inputs = inputsOf(dataset);
    const graph =
      this.compile && indices.length === rows
        ? this.graphOf(fn, rows, theta, imagesFeed(examples, inputs), more)
        : undefined;
    if (graph) return graph.call(theta, imagesFeed(examples, inputs), { indices, view: views?.[task] }, more);
    return fn(theta, inputTensor(examples, examplesOf(task, indices), inputs, views), ...more);
  }

  dispose(): void {
    this.graphs.clear();
  }

  private graphOf(fn: RowFunction, rows: number, theta: tf.Tensor1D, images: Feed, more: readonly tf.Tensor[]) {
    if (this.eager.has(fn)) return undefined;
    const key = JSON.stringify([
      this.numberOf(fn),
      rows,
      theta.size,
      ...more.map(({ shape, dtype }) => [shape, dtype]),
    ]);
    const graph = this.graphs.get(key, () => new CompiledRowFunction(fn, rows, images, this.view, theta, more));
    if (!graph) this.eager.add(fn);
    this.graphs.trim(graph);
    return graph;
  }

  private numberOf(fn: RowFunction): number {
    const number = this.numbers.get(fn) ?? this.numbered++;
    this.numbers.set(fn, number);
    return number;
  }
}
