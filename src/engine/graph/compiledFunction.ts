import type * as tf from '@tensorflow/tfjs-core';
import { tensorOf } from './binding';
import { Emitter } from './emitter';
import { GraphSession, feedOf } from './session';
import { trace } from './trace';

/** A pure function of tensors as one graph. */
export class CompiledFunction {
  private readonly session: GraphSession;
  private readonly fetches: readonly string[];

  /** @param examples tensors of the shapes and types it will be called with @throws TraceError */
  constructor(fn: (inputs: tf.Tensor[]) => tf.Tensor[], examples: readonly tf.Tensor[]) {
    const recording = trace(fn, examples);
    const graph = new Emitter();
    const args = recording.args.map(({ shape, dtype }, i) => graph.placeholder(`x${i}`, dtype, shape));
    this.fetches = graph.results(recording, args);
    this.session = new GraphSession({ nodes: graph.nodes, functions: [] });
  }

  /** The results are the caller's to dispose (or a tidy's). */
  call(inputs: readonly tf.Tensor[]): tf.Tensor[] {
    return this.session
      .run(Object.fromEntries(inputs.map((input, i) => [`x${i}`, feedOf(input)])), this.fetches)
      .map(tensorOf);
  }

  dispose(): void {
    this.session.dispose();
  }
}
