import * as tf from '@tensorflow/tfjs-core';
import type { RowFunction } from '../contract/learner';
import { tensorOf } from './binding';
import { Emitter } from './emitter';
import { inputsAt } from './inputs';
import { dataTypes } from './model';
import { deleteFeeds, feedFrom, feedOf, GraphSession, type Feed } from './session';
import { trace } from './trace';

const { float32, int32, uint8 } = dataTypes;

/** A function of examples as one graph, which gathers the examples by index from the bytes of their images. */
export class CompiledRowFunction {
  private readonly session: GraphSession;
  private readonly fetches: readonly string[];

  /**
   * @param rows examples it is called with
   * @param images bytes [examples, inputs]; it may be called with more or fewer
   * @param view whether it is told which value of an image stands at each input, and whether that may be none (−1)
   * @param more tensors of the shapes and types it is called with
   * @throws TraceError
   */
  constructor(
    fn: RowFunction,
    rows: number,
    images: Feed,
    private readonly view: 'none' | 'whole' | 'with gaps',
    theta: tf.Tensor1D,
    more: readonly tf.Tensor[],
  ) {
    const inputs = images.shape[1] ?? 0;
    const hasView = view !== 'none';
    const zeros = [rows, ...(hasView ? [inputs] : [])].map((length) => tf.zeros([length], 'int32'));
    const recording = trace(
      ([parameters, bytes, ...rest]) => {
        const [indices, places] = rest as [tf.Tensor, tf.Tensor];
        const x = inputsAt({ tensor: bytes as tf.Tensor }, indices, hasView ? places : undefined, view === 'with gaps');
        return fn(parameters as tf.Tensor1D, x, ...rest.slice(zeros.length));
      },
      [theta, images, ...zeros, ...more],
    );
    tf.dispose(zeros);
    const graph = new Emitter();
    this.fetches = graph.results(recording, [
      graph.placeholder('theta', float32, theta.shape),
      graph.placeholder('images', uint8, [-1, inputs]),
      graph.placeholder('indices', int32, [rows]),
      ...(hasView ? [graph.placeholder('view', int32, [inputs])] : []),
      ...more.map((tensor, i) => graph.placeholder(`more${i}`, feedOf(tensor).dtype, tensor.shape)),
    ]);
    this.session = new GraphSession({ nodes: graph.nodes, functions: [] });
  }

  /** The results belong to the caller (or its tidy). */
  call(
    theta: tf.Tensor1D,
    images: Feed,
    { indices, view }: { readonly indices: Int32Array; readonly view?: Int32Array | undefined },
    more: readonly tf.Tensor[],
  ): tf.Tensor[] {
    const made: Feed[] = [];
    const feed = (values: Int32Array): Feed => {
      const one = feedFrom(values, { shape: [values.length], dtype: int32 });
      made.push(one);
      return one;
    };
    try {
      const feeds: Record<string, Feed> = { theta: feedOf(theta), images, indices: feed(indices) };
      if (this.view !== 'none' && view) feeds['view'] = feed(view);
      more.forEach((tensor, i) => (feeds[`more${i}`] = feedOf(tensor)));
      return this.session.run(feeds, this.fetches).map(tensorOf);
    } finally {
      deleteFeeds(made);
    }
  }

  dispose(): void {
    this.session.dispose();
  }
}
