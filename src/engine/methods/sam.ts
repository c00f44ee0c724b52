import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { SamSettings } from '../../core/methods/sam';
import { l2Of } from '../../core/trainingSettings';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import { cosineOf, cosineViews, lengthOf, noCosines, TINY, withCosine } from './cosines';

/**
 * Sharpness-aware minimisation (Foret, Kleiner, Mobahi & Neyshabur 2021): a step takes the gradient at the point of the
 * neighbourhood of θ where the loss is highest to first order (eq. 2),
 *
 *     θ + ρ g / ‖g‖,   g the gradient at θ.
 *
 * As in the authors' code ‖g‖ is that of all parameters together, g holds what is added to the loss (the penalties of
 * other methods, an L2 weight decay), both gradients are of the same examples with the same dropout, and running statistics
 * are those of the pass at θ. Deviations: a gradient of 0 leads nowhere, where theirs is divided by 0; and their code
 * clips to a norm of 5 unless told otherwise, after the weight decay was added; here the recipe says whether, and it is before.
 */
export function createSam({ rho }: SamSettings): Method {
  let learner: Learner;
  return {
    id: 'sam',
    begin(own) {
      learner = own;
    },
    beforePhase({ phase }) {
      if (phase > 0) return;
      learner.carried.set('cosines', noCosines.values);
      learner.carried.set('rise', new Float32Array(2));
    },
    gradient(theta, differentiate) {
      const here = differentiate(theta);
      const l2 = l2Of(learner.training);
      const slope = l2 === 0 ? here.total : tf.add(here.total, tf.mul(theta, l2));
      const uphill = tf.mul(slope, tf.div(rho, tf.maximum(lengthOf(slope), TINY)));
      const there = differentiate(tf.add(theta, uphill));
      // The loss is that at θ, as in every other method, and so are running statistics.
      return {
        ...there,
        // The optimiser adds λ θ; at the point uphill it would be λ (θ + uphill).
        total: l2 === 0 ? there.total : tf.add(there.total, tf.mul(uphill, l2)),
        loss: here.loss,
        ...(here.buffers && { buffers: here.buffers }),
        notes: {
          ...there.notes,
          'sam cosine': cosineOf(here.total, there.total),
          'sam rise': tf.sub(there.loss, here.loss),
        },
      };
    },
    carries: () => ({ cosines: noCosines, rise: { shape: [2], values: new Float32Array(2) } }),
    carry: (_next, { notes }, { carried }) => ({
      cosines: withCosine(carried['cosines'] as tf.Tensor, notes?.['sam cosine'] as tf.Scalar, tf.scalar(0)),
      // Steps, and the sum over them.
      rise: tf.add(carried['rise'] as tf.Tensor, tf.stack([tf.scalar(1), notes?.['sam rise'] as tf.Scalar])),
    }),
    memoryBytes: () => 0,
    inspect: () => [
      ...riseViews(learner.carried.floats('rise')),
      ...cosineViews(learner.carried.floats('cosines'), {
        title: 'Gradient at the parameters and at the worst point near them',
        first: 'gradient',
        second: 'gradient uphill',
      }),
    ],
  };
}

/** How sharp the minimum was that steps went towards: by how much the loss of a batch is higher at its worst point nearby. */
function riseViews([steps = 0, sum = 0]: Float32Array): View[] {
  if (steps === 0) return [];
  return [
    {
      kind: 'layers',
      title: 'Sharpness: rise of the loss at the worst point near the parameters',
      quantity: 'mean rise over the steps',
      unit: '1',
      layers: [{ name: 'all parameters', value: Number.isFinite(sum) ? sum / steps : null }],
    },
  ];
}
