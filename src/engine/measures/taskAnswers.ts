import * as tf from '@tensorflow/tfjs-core';
import type { RowFunction } from '../contract/learner';
import type { Network } from '../contract/network';
import { maskLogits } from '../networks/layers';
import { logitsOf, parametersOf } from '../networks/network';
import { perNetwork } from '../networks/perNetwork';
import { plainLoss } from '../steps/gradient';

/**
 * Of some rows, with the network as at test, the sum of their losses and how many are answered right: (θ, x, targets of the
 * loss, 0/1 of the outputs that take part where some do not, running statistics if any). The same object for a network.
 */
export const taskAnswersOf = perNetwork((network) => ({
  plain: answersOf(network, false),
  masked: answersOf(network, true),
}));

const answersOf =
  (network: Network, masks: boolean): RowFunction =>
  (theta, x, ...more) => {
    const targets = more[0] as tf.Tensor2D;
    const active = masks ? (more[1] as tf.Tensor2D) : undefined;
    const buffers = network.statistics && (more.at(-1) as tf.Tensor1D);
    const logits = logitsOf(network, parametersOf(network, theta), x, buffers);
    const weights = tf.ones<tf.Rank.R1>([x.shape[0]]);
    const loss = plainLoss(network, logits, { targets, weights, ...(active && { active }) });
    // As an evaluation has it: of equal outputs the first.
    const compared = network.output === 'relu' ? tf.relu(logits) : logits;
    const answers = tf.argMax(active ? maskLogits(compared, active) : compared, 1);
    return [loss, tf.sum(tf.cast(tf.equal(answers, tf.argMax(targets, 1)), 'float32'))];
  };
