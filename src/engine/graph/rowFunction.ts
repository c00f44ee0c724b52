import * as tf from '@tensorflow/tfjs-core';
import { nativeBackend, tensorOf } from './binding';
import { Emitter } from './emitter';
import { dataTypes } from './model';
import { gatherInputs } from './inputs';
import { GraphSession, feedOf, type Feed } from './session';
import { trace } from './trace';

/** A pure function of θ, the inputs of some examples (0..1, [rows, inputs]) and further tensors. */
export type RowFunction = (theta: tf.Tensor1D, x: tf.Tensor2D, ...more: tf.Tensor[]) => tf.Tensor[];

/** Such a function as one graph, which gathers the examples by index from the bytes of their images. */
export class CompiledRowFunction {
  private readonly session: GraphSession;
  private readonly fetches: readonly string[];

  /**
   * @param rows examples it is called with
   * @param more tensors of the shapes and types it is called with
   * @throws TraceError
   */
  constructor(fn: RowFunction, rows: number, inputs: number, theta: tf.Tensor1D, more: readonly tf.Tensor[]) {
    const x = tf.zeros<tf.Rank.R2>([rows, inputs]);
    const program = trace(
      ([parameters, examples, ...rest]) => fn(parameters as tf.Tensor1D, examples as tf.Tensor2D, ...rest),
      [theta, x, ...more],
    );
    x.dispose();
    const { float32, int32, uint8 } = dataTypes;
    const graph = new Emitter();
    const images = graph.placeholder('images', uint8, [-1, inputs]);
    const indices = graph.placeholder('indices', int32, [rows]);
    const args = [
      graph.placeholder('theta', float32, theta.shape),
      gatherInputs(graph, images, indices),
      ...more.map((tensor, i) => graph.placeholder(`more${i}`, feedOf(tensor).dtype, tensor.shape)),
    ];
    this.fetches = graph.results(program, args);
    this.session = new GraphSession({ nodes: graph.nodes, functions: [] });
  }

  /** The results belong to the caller (or its tidy). */
  call(theta: tf.Tensor1D, images: Feed, indices: Int32Array, more: readonly tf.Tensor[]): tf.Tensor[] {
    const { binding } = nativeBackend();
    const id = binding.createTensor([indices.length], dataTypes.int32, indices);
    try {
      const feeds: Record<string, Feed> = {
        theta: feedOf(theta),
        images,
        indices: { id, shape: [indices.length], dtype: dataTypes.int32 },
      };
      more.forEach((tensor, i) => (feeds[`more${i}`] = feedOf(tensor)));
      return this.session.run(feeds, this.fetches).map(tensorOf);
    } finally {
      binding.deleteTensor(id);
    }
  }

  dispose(): void {
    this.session.dispose();
  }
}
