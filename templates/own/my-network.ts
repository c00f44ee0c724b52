import { defineNetwork, denseLayer, inputLayer, tf, z } from 'lethe';

/**
 * A network of your own to start from: one whose outputs are cosines.
 *
 * An output says how well the features h of an image point along the weights w of a class, whatever the length of either:
 *
 *     logit = η · cos(h, w)
 *
 * With plain outputs the classes that were learned last have the longest weights, and win. Here no class is louder than
 * another (Hou et al. 2019, CVPR: a cosine classifier for class-incremental learning). η is learned with the rest.
 */
export default defineNetwork({
  title: 'Cosines',
  summary: 'Two hidden layers, and outputs that are cosines between features and classes.',
  settings: z.object({
    width: z.int().min(1).max(8192).default(100).describe('Units of each hidden layer.'),
    scale: z.number().positive().default(10).describe('η at first: what a cosine is multiplied by.'),
  }),
  create({ width, scale }, { inputs: [height, columns, channels], outputs }) {
    const pixels = height * columns * channels;
    return {
      // What is learned, by name: weights are drawn and biases 0 unless "initial" says otherwise.
      parameters: {
        'layer1.weights': { shape: [pixels, width] },
        'layer1.bias': { role: 'bias', shape: [width] },
        'layer2.weights': { shape: [width, width] },
        'layer2.bias': { role: 'bias', shape: [width] },
        'head.scale': { role: 'scale', shape: [1], initial: scale },
        // The last axis is the outputs: methods treat a head by itself.
        'head.weights': { shape: [width, outputs], isHead: true },
      },

      // What it makes of some images, [rows, pixels]: a pure function of tensors.
      forward(p, x) {
        const first = inputLayer(x, p['layer1.weights'], p['layer1.bias'], true);
        const second = denseLayer(first, p['layer2.weights'], p['layer2.bias'], true);
        const cosines = denseLayer(unitLength(second, 1), unitLength(p['head.weights'], 0), undefined, false);
        return { logits: tf.mul(cosines, p['head.scale']), layers: { first, second } };
      },
    };
  },
});

/** Each row (axis 1) or column (axis 0) divided by its length. */
function unitLength(values: tf.Tensor2D, axis: 0 | 1): tf.Tensor2D {
  const squares = tf.sum(tf.square(values), axis, true);
  return tf.mul(values, tf.rsqrt(tf.add(squares, 1e-12)));
}
