import type * as tf from '@tensorflow/tfjs-core';
import type { RowFunction } from '../contract/learner';
import { inputsOf } from '../data/dataset';
import { examplesOf } from '../data/examplesOf';
import { inputTensor } from '../data/inputTensor';
import { CompiledRowFunction } from '../graph/rowFunction';
import type { Feed } from '../graph/session';
import type { Stream } from '../contract/stream';
import { imagesFeed } from './trainingData';

/** Applies pure functions to examples as a task sees them: compiled on native TensorFlow, else one operation at a time. */
export class RowFunctions {
  /** Seconds that went into compiling. */
  compileSeconds = 0;
  private readonly compiled = new Map<RowFunction, Map<string, CompiledRowFunction>>();

  /** @param onEager told once when a function cannot be compiled */
  constructor(
    private readonly stream: Stream,
    private compile: boolean,
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

  private graphOf(fn: RowFunction, rows: number, theta: tf.Tensor1D, images: Feed, more: readonly tf.Tensor[]) {
    const graphs = this.compiled.get(fn) ?? new Map<string, CompiledRowFunction>();
    this.compiled.set(fn, graphs);
    const key = JSON.stringify([rows, ...more.map(({ shape, dtype }) => [shape, dtype])]);
    const known = graphs.get(key);
    if (known) return known;
    const start = performance.now();
    try {
      const made = new CompiledRowFunction(fn, rows, images, this.stream.views !== undefined, theta, more);
      graphs.set(key, made);
      this.compileSeconds += (performance.now() - start) / 1000;
      return made;
    } catch (error) {
      this.compile = false;
      this.onEager(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}
