import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import { beginAnew } from './beginAnew';

/**
 * A network for each task ("SepN" of van de Ven, Tuytelaars & Tolias 2022): when a task ends its network is put away, with
 * its running statistics, and the next task starts from the initial weights with a fresh optimiser. A task is tested with
 * its own network, so its logits never change again, bit for bit; one that has not come yet with the untrained one. Each
 * task trains its own head alone.
 *
 * Deviations from van de Ven's code: all networks start from the same initial weights, those that other methods have too;
 * each is as large as the experiment's (theirs have 100 units a layer, to have as many parameters together as one of 400).
 */
export function createSeparate(): Method {
  let learner: Learner;
  /** The present network is the one after those that were put away. */
  const size = () => learner.network.parameterCount;
  const present = () => learner.memory.floats('networks').length / size();

  return {
    id: 'separate',
    taskAwareOnly: true,
    begin(own) {
      learner = own;
    },
    keeps() {
      const { network, stream } = learner;
      const upTo = (values: number) => stream.tasks.map((_, count) => count * values);
      const { initial } = network.statistics ?? {};
      return {
        networks: { initial: new Float32Array(), lengths: upTo(network.parameterCount) },
        ...(initial && { statistics: { initial: new Float32Array(), lengths: upTo(initial.length) } }),
      };
    },
    beforePhase({ task, phase }) {
      if (task === 0 || phase > 0) return;
      const { memory, theta, buffers } = learner;
      memory.set('networks', joined(memory.floats('networks'), theta));
      if (buffers) memory.set('statistics', joined(memory.floats('statistics'), buffers));
      beginAnew(learner);
    },
    parametersFor(task, theta) {
      const [own, first] = [present(), learner.beginning.theta];
      if (task === own) return theta;
      return tf.tensor1d(task < own ? partOf(learner.memory.floats('networks'), task, size()) : first);
    },
    statisticsFor(task, statistics) {
      const [own, first] = [present(), learner.beginning.buffers];
      if (task === own || !first) return statistics;
      return tf.tensor1d(task < own ? partOf(learner.memory.floats('statistics'), task, first.length) : first);
    },
    inspect: (task): View[] => [
      {
        kind: 'capacity',
        title: 'Weights of the network of each task',
        unit: 'weights',
        layers: learner.network.views
          .filter(({ role }) => role === 'weights')
          .map((view) => ({ name: view.name, free: 0, perTask: new Array<number>(task + 1).fill(view.size) })),
      },
    ],
  };
}

const partOf = (all: Float32Array, at: number, size: number) => all.subarray(at * size, (at + 1) * size);

function joined(before: Float32Array, next: tf.Tensor1D): Float32Array<ArrayBuffer> {
  const all = new Float32Array(before.length + next.size);
  all.set(before);
  all.set(next.dataSync(), before.length);
  return all;
}
