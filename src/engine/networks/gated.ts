import * as tf from '@tensorflow/tfjs-core';
import type { LayeredNetwork, Network, TensorView } from '../contract/network';
import { normalStream } from '../random';
import { widthsOf } from './blocks';
import { passesOf } from './network';
import { splitColumns } from './splitColumns';

/**
 * A network of layers in a row whose hidden units (of convolutions filters) have a gate for each task (Serrà et al. 2018,
 * equation 1):
 *
 *     h_l ← a ⊙ h_l,    a = σ(s e)
 *
 * The embeddings e [tasks, units] are parameters, drawn from N(0, 1), and stand after those of the network. It is asked with
 * the columns `task`, each row's task as one-hot [rows, tasks], and `slope`, s [rows].
 */
export function gatedNetwork(base: LayeredNetwork, tasks: number): Network {
  const widths = widthsOf(base);
  const units = widths.reduce((sum, width) => sum + width, 0);
  const size = tasks * units;
  const gates: TensorView = { name: GATES, role: 'scale', shape: [tasks, units], offset: base.parameterCount, size };
  return {
    architecture: { kind: 'gated', of: base.architecture, tasks },
    output: base.output,
    views: [...base.views, gates],
    parameterCount: base.parameterCount + size,
    dropout: base.dropout,
    initial(random) {
      const theta = new Float32Array(base.parameterCount + size);
      theta.set(base.initial(random));
      const normal = normalStream(random);
      for (let i = base.parameterCount; i < theta.length; i++) theta[i] = normal();
      return theta;
    },
    forward(parameters, x, { kept, columns: { task, slope } }) {
      const embeddings = tf.matMul(task as tf.Tensor2D, parameters.at(-1) as tf.Tensor2D);
      const open = tf.sigmoid(tf.mul<tf.Tensor2D>(embeddings, tf.reshape(slope as tf.Tensor1D, [-1, 1])));
      const dropout = kept && tf.split<tf.Tensor2D>(kept, [...base.dropout.units], 1);
      const passes = passesOf(base, parameters.slice(0, -1), x, dropout, splitColumns(open, widths));
      const layers = passes.map(({ output }) => output);
      return { logits: layers.at(-1) as tf.Tensor2D, layers };
    },
  };
}

/** What the view of the embeddings is called. */
export const GATES = 'gates';
