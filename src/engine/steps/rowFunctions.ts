import type * as tf from '@tensorflow/tfjs-core';
import type { RowFunction } from '../contract/learner';
import { examplesOf } from '../data/examplesOf';
import { KeptGraphs } from '../graph/keptGraphs';
import { CompiledRowFunction } from '../graph/rowFunction';
import type { Feed } from '../graph/session';
import type { Stream } from '../contract/stream';
import { StreamInputs } from './streamInputs';

/** Graphs kept at a time: those that were used longest ago are let go. A run needs one for testing and a few for its method. */
const KEPT = 16;

/** Applies pure functions to examples as a task sees them: compiled on native TensorFlow, else one operation at a time. */
export class RowFunctions {
  private readonly graphs: KeptGraphs<CompiledRowFunction>;
  private readonly images: StreamInputs;
  private readonly numbers = new WeakMap<RowFunction, number>();
  private numbered = 0;
  /** Functions that cannot be compiled. */
  private readonly eager = new WeakSet<RowFunction>();

  /** @param onEager told when a function cannot be compiled: that one runs eagerly from then on. Each reason is told once. */
  constructor(
    private readonly stream: Stream,
    private readonly compile: boolean,
    onEager: (reason: string) => void,
  ) {
    this.graphs = new KeptGraphs(KEPT, onEager);
    this.images = new StreamInputs(stream);
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
    const { images } = this;
    const examples = this.stream.dataset[part];
    const graph =
      this.compile && indices.length === rows ? this.graphOf(fn, rows, theta, images.feed(examples), more) : undefined;
    if (graph) return graph.call(theta, images.feed(examples), { indices, view: images.views?.[task] }, more);
    return fn(theta, images.tensor(examples, examplesOf(task, indices)), ...more);
  }

  /** What some examples are to the network, [n, inputs]. */
  inputs(
    part: 'train' | 'test',
    { task, indices }: { readonly task: number; readonly indices: Int32Array },
  ): tf.Tensor2D {
    return this.images.tensor(this.stream.dataset[part], examplesOf(task, indices));
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
    const { facts, views } = this.images;
    const hasView = views !== undefined;
    const graph = this.graphs.get(key, () => new CompiledRowFunction(fn, rows, images, facts, hasView, theta, more));
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
