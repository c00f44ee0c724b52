import * as tf from '@tensorflow/tfjs-core';

/**
 * Counts the floating-point operations of the matrix products and convolutions that some work runs, one operation at a time:
 * two for each product that is added up. What goes element by element (activations, losses, the optimiser's turn) is left
 * out: where a network is not tiny it is a small part.
 */
export function countingFlops<T>(work: () => T): { readonly result: T; readonly flops: number } {
  const engine = tf.engine();
  const runKernel = engine.runKernel.bind(engine);
  let flops = 0;
  // An own property of the engine hides the method of its class until it is gone.
  Object.assign(engine, {
    runKernel(name: string, inputs: tf.NamedTensorMap, attributes?: tf.NamedAttrMap) {
      const before = flops;
      const output = runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attributes);
      // A kernel may run others: then it is the whole of them.
      const own = flopsOf(name, inputs, attributes ?? {}, output);
      if (own !== undefined) flops = before + own;
      return output;
    },
  });
  try {
    return { result: work(), flops };
  } finally {
    Reflect.deleteProperty(engine, 'runKernel');
  }
}

/** Undefined of other kernels. */
function flopsOf(
  name: string,
  { a, filter, dy }: tf.NamedTensorMap,
  { transposeA, filterShape }: tf.NamedAttrMap,
  output: tf.Tensor | tf.Tensor[],
): number | undefined {
  const { size = 0 } = Array.isArray(output) ? {} : output;
  switch (name) {
    case tf.BatchMatMul:
    case tf._FusedMatMul:
      return 2 * size * (a?.shape.at(transposeA ? -2 : -1) ?? 0);
    case tf.Conv2D:
    case tf.FusedConv2D:
      return 2 * size * weightsOf(filter?.shape);
    case tf.Conv2DBackpropInput:
      return 2 * (dy?.size ?? 0) * weightsOf(filter?.shape);
    case tf.Conv2DBackpropFilter:
      return 2 * (dy?.size ?? 0) * weightsOf(filterShape as readonly number[]);
    default:
      return undefined;
  }
}

/** How many weights one filter has; they are [height, width, channels, filters]. */
const weightsOf = ([height = 0, width = 0, channels = 0]: readonly number[] = []): number => height * width * channels;
