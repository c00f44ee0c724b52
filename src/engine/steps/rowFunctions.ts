import type * as tf from '@tensorflow/tfjs-core';
import type { RowFunction } from '../contract/learner';
import { inputsOf } from '../data/dataset';
import { examplesOf } from '../data/examplesOf';
import { inputTensor } from '../data/inputTensor';
import { CompiledRowFunction } from '../graph/rowFunction';
import type { Feed } from '../graph/session';
import type { Stream } from '../contract/stream';
import { imagesFeed } from './trainingData';

/** Graphs kept at a time: those that were used longest ago are let go. A run needs one for testing and a few for its method. */
const KEPT = 16;

/** Applies pure functions to examples as a task sees them: compiled on native TensorFlow, else one operation at a time. */
export class RowFunctions {
  /** Seconds that went into compiling. */
  compileSeconds = 0;
  /** By function and shapes; last used comes last. */
  private readonly graphs = new Map<string, CompiledRowFunction>();
  private readonly numbers = new WeakMap<RowFunction, number>();
  private numbered = 0;
  /** Functions that cannot be compiled. */
  private readonly eager = new WeakSet<RowFunction>();
  private readonly reasons = new Set<string>();

  /** @param onEager told when a function cannot be compiled: that one runs eagerly from then on. Each reason is told once. */
  constructor(
    private readonly stream: Stream,
    private readonly compile: boolean,
    private readonly onEager: (reason: string) => void,
  ) {}

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
    for (const graph of this.graphs.values()) graph.dispose();
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
    const known = this.graphs.get(key);
    if (known) {
      this.graphs.delete(key);
      this.graphs.set(key, known);
      return known;
    }
    const made = this.compiled(fn, rows, theta, images, more);
    if (!made) return undefined;
    this.graphs.set(key, made);
    this.trim();
    return made;
  }

  /** Its graph; undefined, and the function is known as eager, where there can be none. */
  private compiled(fn: RowFunction, rows: number, theta: tf.Tensor1D, images: Feed, more: readonly tf.Tensor[]) {
    const start = performance.now();
    try {
      return new CompiledRowFunction(fn, rows, images, this.stream.views !== undefined, theta, more);
    } catch (error) {
      this.eager.add(fn);
      this.tell(error instanceof Error ? error.message : String(error));
      return undefined;
    } finally {
      this.compileSeconds += (performance.now() - start) / 1000;
    }
  }

  /** A method that makes its function anew each time has one reason, and not one for each. */
  private tell(reason: string): void {
    if (this.reasons.has(reason)) return;
    this.reasons.add(reason);
    this.onEager(reason);
  }

  private trim(): void {
    for (const [key, graph] of this.graphs) {
      if (this.graphs.size <= KEPT) return;
      graph.dispose();
      this.graphs.delete(key);
    }
  }

  private numberOf(fn: RowFunction): number {
    const number = this.numbers.get(fn) ?? this.numbered++;
    this.numbers.set(fn, number);
    return number;
  }
}
