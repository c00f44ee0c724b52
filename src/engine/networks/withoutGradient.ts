import * as tf from '@tensorflow/tfjs-core';

/** What is made of some parameters, and of what else `make` uses: the same numbers, and the gradient of these parameters is 0. */
export function withoutGradient<T extends tf.Tensor>(
  parameters: readonly tf.Tensor[],
  make: (parameters: readonly tf.Tensor[]) => T,
): T {
  const op = tf.customGrad((...args) => {
    const own = args.slice(0, -1) as unknown as tf.Tensor[];
    return { value: make(own), gradFunc: () => own.map((one) => tf.zerosLike(one)) };
  });
  return op(...parameters);
}
