import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { McSgdSettings } from '../../core/methods/mc-sgd';
import { perClassBuffer } from '../buffers/index';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import type { BatchTensors, Slope } from '../contract/step';
import { bytesOf, drawnFrom, memoryView } from '../exampleBuffer';
import { cosineOf, cosineViews, noCosines, withCosine } from './cosines';

/** The second phase of a task, after that which seeks its own minimum. */
const LINE = 1;

/**
 * Mode connectivity SGD (Mirzadeh, Farajtabar, Gorur, Pascanu & Ghasemzadeh 2021). A task is learned in two phases: "minimum"
 * goes from the minimum w̄ of the tasks before to one of the new task, ŵ, as without a remedy; "line" begins at
 * w̄ + α (ŵ − w̄) and seeks the point w from which straight lines of low loss lead to both (eq. 6),
 *
 *     ∫₀¹ L_old(w̄ + s (w − w̄)) + L_new(ŵ + s (w − ŵ)) ds
 *
 * which is the w̄ of the next task, and what is tested. L_old is the loss of stored examples. The integrals are means over
 * s = 1/n, 2/n, …, 1, and by the chain rule the gradient at a point counts s: what is asked at s = 0 does not depend on w.
 *
 * Deviations from the authors' code (CL-Gym). Each step of the second phase has a batch of the memory and one of the task; the
 * authors take one step, once a task, with sizes of both that do not depend on each other (500 of the task, 10 of each old one).
 * They leave out the factor s, and so s = 0 counts: they add up n + 1 gradients and divide by the number of samples,
 * where the mean of s g is taken here. They normalise batches by running statistics in that phase, and take plain SGD of a
 * constant step size (0.05) with the recipe's momentum; here the phase has the recipe's optimiser, L2 and clipping, and its step
 * size goes through warm-up, schedule and the decay from task to task. There is no dropout in that phase, as there.
 *
 * Where the best parameters of validation are restored, that phase ends with the best of its passes on the new task's own
 * validation set.
 */
export function createMcSgd({
  perClass,
  batchSize,
  points,
  start,
  lineSteps,
  lineLearningRate,
}: McSgdSettings): Method {
  const buffer = perClassBuffer(perClass);
  const shares = Array.from({ length: points }, (_, i) => 1 - i / points);
  let learner: Learner;
  /** At its end first: so the running statistics that a step keeps are those at w itself. */
  const meanOver = (
    slopeAt: (share: number) => Slope,
  ): { readonly here: Slope; readonly loss: tf.Scalar; readonly gradient: tf.Tensor1D } => {
    const slopes = shares.map(slopeAt);
    return {
      here: slopes[0] as Slope,
      loss: tf.mul(tf.addN(slopes.map(({ loss }) => loss)), 1 / points),
      gradient: tf.addN(slopes.map(({ total }, i) => tf.mul(total, (shares[i] as number) / points))),
    };
  };
  return {
    id: 'mc-sgd',
    begin(own) {
      learner = own;
    },
    keeps: () => {
      const minimum = { initial: new Float32Array(), lengths: [0, learner.network.parameterCount] };
      return { ...buffer.keeps(learner), before: minimum, reached: minimum };
    },
    phases: (task, steps) => [
      { name: 'minimum', steps },
      ...(task === 0
        ? []
        : [
            {
              name: 'line',
              steps: Math.max(1, Math.round(lineSteps * steps)),
              learningRate: lineLearningRate ?? learner.training.learningRate,
            },
          ]),
    ],
    beforePhase({ task, phase }) {
      if (task === 0) return;
      const { memory, theta } = learner;
      const now = Float32Array.from(theta.dataSync());
      learner.resetOptimizer();
      memory.set('before', phase === LINE ? memory.floats('before') : now);
      memory.set('reached', phase === LINE ? now : new Float32Array());
      if (phase !== LINE) return;
      const before = memory.floats('before');
      learner.setTheta(now.map((value, i) => (1 - start) * (before[i] as number) + start * value));
      learner.carried.set('cosines', noCosines.values);
    },
    batches(batches, { task, phase, step }) {
      if (phase !== LINE) return batches;
      const memory = drawnFrom(buffer.stored(learner.memory), batchSize, learner.random('mc-sgd', task, phase, step));
      const { length } = memory.indices;
      return { ...batches, memory: { ...memory, weights: new Float32Array(length).fill(1 / length), apart: true } };
    },
    constants() {
      const [before, reached] = [learner.memory.floats('before'), learner.memory.floats('reached')];
      return reached.length === 0 ? {} : { before: tf.tensor1d(before), reached: tf.tensor1d(reached) };
    },
    carries: () => ({ cosines: noCosines }),
    gradient(theta, differentiate, { batches: { current, memory }, constants: { before, reached } }) {
      if (!current || !memory || !before || !reached) return differentiate(theta);
      const alongLine = (from: tf.Tensor, [name, batch]: [string, BatchTensors]) =>
        meanOver((share) => differentiate(onLine(from, theta, share), [withoutDropout(name, batch)]));
      const toNew = alongLine(reached, ['current', current]);
      const toOld = alongLine(before, ['memory', memory]);
      const total = tf.add<tf.Tensor1D>(toNew.gradient, toOld.gradient);
      return {
        ...toNew.here,
        loss: tf.add(toNew.loss, toOld.loss),
        task: total,
        total,
        notes: { 'mc-sgd cosine': cosineOf(toNew.gradient, toOld.gradient) },
      };
    },
    carry(_next, { notes }, { carried }) {
      const [cosines, cosine] = [carried['cosines'] as tf.Tensor, notes?.['mc-sgd cosine'] as tf.Scalar | undefined];
      return { cosines: cosine ? withCosine(cosines, cosine, tf.scalar(0)) : cosines };
    },
    afterTask: (task) => buffer.taskEnded(task, learner),
    memoryBytes: () =>
      bytesOf(buffer.stored(learner.memory), learner) +
      ['before', 'reached'].reduce((sum, name) => sum + learner.memory.floats(name).byteLength, 0),
    inspect: (task) => [
      memoryView(buffer.stored(learner.memory), task, learner, { policy: 'per-class' }),
      ...cosineViews(learner.carried.floats('cosines'), {
        title: 'Gradients along the lines to the new minimum and to that of before',
        first: 'to the new minimum',
        second: 'to the minimum of before',
      }),
      ...wayView(learner),
    ],
  };
}

/** w itself at its end, so that what is asked there is seen to be asked at the step's θ. */
const onLine = (from: tf.Tensor, w: tf.Tensor1D, share: number): tf.Tensor1D =>
  share === 1 ? w : tf.add(tf.mul(from, 1 - share), tf.mul(w, share));

/** By its name where nothing is dropped. */
function withoutDropout(name: string, batch: BatchTensors): string | BatchTensors {
  if (!batch.kept) return name;
  const { kept: _, ...whole } = batch;
  return whole;
}

/** How far from the minimum of before the one came to lie that is joined to both, in shares of the way to the new one. */
function wayView({ network, memory, theta }: Learner): View[] {
  const [before, reached] = [memory.floats('before'), memory.floats('reached')];
  if (reached.length === 0) return [];
  const now = theta.dataSync();
  return [
    {
      kind: 'layers',
      title: 'Where the joined minimum lies between those of before and of the new task',
      quantity: 'distance from before as a share of the distance between both',
      unit: '1',
      layers: network.views.map(({ name, offset, size }) => {
        let [gone, whole] = [0, 0];
        for (let i = offset; i < offset + size; i++) {
          gone += ((now[i] as number) - (before[i] as number)) ** 2;
          whole += ((reached[i] as number) - (before[i] as number)) ** 2;
        }
        return { name, value: whole === 0 ? null : Math.sqrt(gone / whole) };
      }),
    },
  ];
}
