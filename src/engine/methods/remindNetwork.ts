import * as tf from '@tensorflow/tfjs-core';
import type { Asked, CutNetwork, Network } from '../contract/network';
import type { Outputs } from '../contract/step';
import { withoutGradient } from '../networks/withoutGradient';
import { decoded, encoded } from '../quantiser/productQuantiser';
import { resized } from './featureCrop';

/**
 * A network whose front is followed by a product quantiser. It is asked in three ways.
 *
 * - Without the constant `codebooks`: as it is.
 * - With `codebooks`, [codebooks, centroids, width]: what its front passes on goes on to its back as it comes back from its
 *   codes. The gradient of the front is 0.
 * - With the column `stored` the front has no part, and rows are features: codes, or the features themselves where there are
 *   no codebooks. Rows may be cut out (`down`, `across`: see `resized`). With the column `share`, [rows], λ in every row, the
 *   first row is followed by P rows a and then P rows b; the back gets the first one and λ a + (1 − λ) b. What it makes of a
 *   pair stands in both their rows: with weights λ w and (1 − λ) w their losses are that of mixup.
 */
export function remindNetwork(whole: Network, cut: CutNetwork): Network {
  const { cut: _, ...network } = whole;
  return {
    ...network,
    forward(parameters, x, asked) {
      const codebooks = asked.constants['codebooks'] as tf.Tensor3D | undefined;
      if (asked.columns['stored']) return ofStored(cut, parameters, asked, codebooks);
      if (!codebooks) return whole.forward(parameters, x, asked);
      const { layers, features } = cut.front(parameters, x, { ...asked, training: false });
      const quantised = withoutGradient(parameters.slice(0, cut.tensors), () =>
        fromCodes(codesOf(features, codebooks), codebooks),
      );
      const back = cut.back(parameters, quantised, asked);
      return { ...back, layers: [...layers, ...back.layers] };
    },
  };
}

/** Of features [rows, places · channels] the codes of each place, int32 [rows, places · codebooks]. */
export function codesOf(features: tf.Tensor2D, codebooks: tf.Tensor3D): tf.Tensor2D {
  const [parts, , width] = codebooks.shape;
  const vectors = tf.reshape<tf.Rank.R2>(features, [-1, parts * width]);
  return tf.reshape(encoded(vectors, codebooks), [features.shape[0], -1]);
}

/** The inverse, as far as there is one. */
export function fromCodes(codes: tf.Tensor2D, codebooks: tf.Tensor3D): tf.Tensor2D {
  const vectors = decoded(tf.reshape(codes, [-1, codebooks.shape[0]]), codebooks);
  return tf.reshape(vectors, [codes.shape[0], -1]);
}

function ofStored(
  cut: CutNetwork,
  parameters: readonly tf.Tensor[],
  asked: Asked,
  codebooks: tf.Tensor3D | undefined,
): Outputs {
  const { stored, down, across, share } = asked.columns as Readonly<Record<string, tf.Tensor | undefined>>;
  const features = withoutGradient(parameters.slice(0, cut.tensors), () => {
    const found = codebooks ? fromCodes(stored as tf.Tensor2D, codebooks) : tf.clone(stored as tf.Tensor2D);
    if (!down || !across) return share ? mixed(found, share) : found;
    const [rows, values] = found.shape;
    const cropped = resized(tf.reshape<tf.Rank.R4>(found, [rows, ...cut.shape]), down, across);
    const all = tf.reshape<tf.Rank.R2>(cropped, [rows, values]);
    return share ? mixed(all, share) : all;
  });
  const [rows] = features.shape;
  const kept = asked.kept && tf.slice(asked.kept, [0, 0], [rows, asked.kept.shape[1]]);
  const { logits, layers, ...rest } = cut.back(parameters, features, { ...asked, kept });
  if (!share) return { logits, layers, ...rest };
  const inBoth = (made: tf.Tensor2D) => tf.concat2d([made, tf.slice(made, [1, 0], [rows - 1, made.shape[1]])], 0);
  return { logits: inBoth(logits), layers: layers.map(inBoth), ...rest };
}

/** [1 + 2P, values] → [1 + P, values]. */
function mixed(features: tf.Tensor2D, share: tf.Tensor): tf.Tensor2D {
  const [rows, values] = features.shape;
  const pairs = (rows - 1) / 2;
  const part = (start: number, count: number) => tf.slice(features, [start, 0], [count, values]);
  const lambda = tf.slice(share as tf.Tensor1D, [0], [1]);
  const between = tf.add<tf.Tensor2D>(
    tf.mul(part(1, pairs), lambda),
    tf.mul(part(1 + pairs, pairs), tf.sub(1, lambda)),
  );
  return tf.concat2d([part(0, 1), between], 0);
}
