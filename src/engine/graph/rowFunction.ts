import * as tf from '@tensorflow/tfjs-core';
import type { RowFunction } from '../contract/learner';
import { nativeBackend, tensorOf } from './binding';
import { Emitter } from './emitter';
import { dataTypes } from './model';
import { gatherInputs } from './inputs';
import { GraphSession, feedOf, type Feed } from './session';
import { trace } from './trace';

/** A function of examples as one graph, which gathers the examples by index from the bytes of their images. */
export class CompiledRowFunction {
  private readonly session: GraphSession;
  private readonly fetches: readonly string[];

  /**
   * @param rows examples it is called with
   * @param hasView whether it is told which value of an image stands at each input
   * @param more tensors of the shapes and types it is called with
   * @throws TraceError
   */
  constructor(
    fn: RowFunction,
    rows: number,
    inputs: number,
    private readonly hasView: boolean,
    theta: tf.Tensor1D,
    more: readonly tf.Tensor[],
  ) {
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
    const view = hasView ? graph.placeholder('view', int32, [inputs]) : undefined;
    const args = [
      graph.placeholder('theta', float32, theta.shape),
      gatherInputs(graph, images, indices, view === undefined ? undefined : { places: view, each: 'the same' }),
      ...more.map((tensor, i) => graph.placeholder(`more${i}`, feedOf(tensor).dtype, tensor.shape)),
    ];
    this.fetches = graph.results(program, args);
    this.session = new GraphSession({ nodes: graph.nodes, functions: [] });
  }

  /** The results belong to the caller (or its tidy). */
  call(
    theta: tf.Tensor1D,
    images: Feed,
    { indices, view }: { readonly indices: Int32Array; readonly view?: Int32Array | undefined },
    more: readonly tf.Tensor[],
  ): tf.Tensor[] {
    const { binding } = nativeBackend();
    const made: number[] = [];
    const feed = (values: Int32Array): Feed => {
      const id = binding.createTensor([values.length], dataTypes.int32, values);
      made.push(id);
      return { id, shape: [values.length], dtype: dataTypes.int32 };
    };
    try {
      const feeds: Record<string, Feed> = { theta: feedOf(theta), images, indices: feed(indices) };
      if (this.hasView && view) feeds['view'] = feed(view);
      more.forEach((tensor, i) => (feeds[`more${i}`] = feedOf(tensor)));
      return this.session.run(feeds, this.fetches).map(tensorOf);
    } finally {
      made.forEach((id) => binding.deleteTensor(id));
    }
  }

  dispose(): void {
    this.session.dispose();
  }
}
