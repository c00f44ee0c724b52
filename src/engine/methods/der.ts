import * as tf from '@tensorflow/tfjs-core';
import type { DerSettings } from '../../core/methods/der';
import { placesIn } from '../buffers/buffer';
import { reservoirBuffer } from '../buffers/reservoir';
import type { Learner } from '../contract/learner';
import type { Batch, Method, Position } from '../contract/method';
import type { BatchTensors } from '../contract/step';
import { bytesOf, labelBytes, memoryView } from '../exampleBuffer';
import { samplePlaces } from '../random';

/**
 * Dark experience replay (Buzzega, Boschini, Porrello, Abati & Calderara 2020). A reservoir holds examples x′ met so far, each
 * with z′, the logits of the network in the step in which it was stored, before the update of that step. The loss of a batch B
 * becomes (eq. 5, algorithm 1)
 *
 *     L_B + α · mean ‖h_θ(x′) − z′‖²                                       DER
 *     L_B + α · mean ‖h_θ(x′) − z′‖² + β · mean CE(y″, f_θ(x″))            DER++ (eq. 6, algorithm 2)
 *
 * with x′ and x″ drawn from the buffer separately, each without replacement. As in the authors' code the squared differences
 * are averaged over examples and outputs, replay begins in the second step, on examples of the current task too, and the
 * logits are those of the network in training. Stored logits lie in what steps carry, [places, outputs], so that they are
 * written and read in the compiled step.
 *
 * Deviations: training for several passes offers each example to the buffer once, in the first (the authors train for one
 * on MNIST). In the task-incremental scenario the outputs of an example's own head count alone; the authors' task-incremental
 * numbers are of the class-incremental network, asked with the task known. Where outputs of classes still to come have no part
 * (`training.activeClasses`) the mean is over those of the classes met, which on old examples are held at what they were before
 * they were trained.
 *
 * @param beta weight of the third term; undefined: there is none, and labels are not stored
 */
export function createDer({ size, alpha, batchSize }: DerSettings, id = 'der', beta?: number): Method {
  const buffer = reservoirBuffer(size);
  /** Batches of a step: the lesson, of which some is stored, and what is replayed for the two terms. */
  const [MET, LOGITS, LABELS] = [`${id} met`, `${id} logits`, `${id} labels`];
  let learner: Learner;
  const drawn = (name: string, { task, phase, step }: Position): Batch => {
    const { indices, tasks } = buffer.stored(learner.memory);
    const count = batchSize ?? learner.training.batchSize;
    const places = samplePlaces(indices.length, count, learner.random(name, task, phase, step));
    return {
      indices: places.map((place) => indices[place] as number),
      tasks: places.map((place) => tasks[place] as number),
      weights: new Float32Array(places.length).fill(1 / places.length),
      columns: { place: places },
      term: true,
    };
  };
  const bytes = () => {
    const stored = buffer.stored(learner.memory);
    const labels = beta === undefined ? stored.indices.length * labelBytes(learner) : 0;
    return bytesOf(stored, learner) - labels + 4 * stored.indices.length * learner.stream.outputs;
  };

  return {
    id,
    begin(own) {
      learner = own;
    },
    keeps: () => buffer.keeps(learner),
    carries() {
      const shape = [placesIn(learner, size), learner.stream.outputs] as const;
      return { logits: { shape, values: new Float32Array(shape[0] * shape[1]) } };
    },
    batches(batches, position, lesson) {
      const place = buffer.placesOf(lesson, position, learner);
      const weights = new Float32Array(place.length).fill(1 / place.length);
      const isEmpty = buffer.stored(learner.memory).indices.length === 0;
      return {
        ...batches,
        ...(buffer.offers(position, learner) && { [MET]: { ...lesson, weights, columns: { place }, apart: true } }),
        ...(!isEmpty && { [LOGITS]: drawn(LOGITS, position) }),
        ...(!isEmpty && beta !== undefined && { [LABELS]: drawn(LABELS, position) }),
      };
    },
    met(lesson, position) {
      buffer.met(lesson, position, learner);
    },
    loss(plain, { logits }, batch, { batches, carried }) {
      if (batch === batches[LABELS]) return tf.mul(plain, beta ?? 0);
      if (batch !== batches[LOGITS]) return plain;
      const stored = tf.gather(carried['logits'] as tf.Tensor2D, batch.columns['place'] as tf.Tensor1D);
      return tf.mul(meanSquare(tf.sub(logits, stored), batch), alpha);
    },
    carry(_next, _slope, { theta, batches, carried, outputs }) {
      const [stored, met] = [carried['logits'] as tf.Tensor2D, batches[MET]];
      if (!met) return { logits: stored };
      const place = met.columns['place'] as tf.Tensor1D;
      const { logits } = outputs(theta, batches['current'] as BatchTensors);
      const own = tf.slice(logits, [0, 0], [place.size, logits.shape[1]]);
      return { logits: written(stored, own, place) };
    },
    memoryBytes: bytes,
    inspect: (task) => [
      {
        ...memoryView(buffer.stored(learner.memory), task, learner, { policy: 'reservoir', capacity: size }),
        bytes: bytes(),
      },
    ],
  };
}

/** Mean over examples, by their weights, and over the outputs that take part. */
function meanSquare(difference: tf.Tensor2D, { weights, active }: BatchTensors): tf.Scalar {
  const square = tf.square(difference);
  const ofEach = active
    ? tf.div(tf.sum(tf.mul(square, active), 1), tf.sum(active, 1))
    : tf.mean<tf.Tensor1D>(square, 1);
  return tf.sum(tf.mul(ofEach, weights));
}

/**
 * Rows put in their places among others, bit for bit.
 *
 * @param stored [size, outputs]
 * @param place of each row, int32 [rows]: none twice; −1 for none
 */
function written(stored: tf.Tensor2D, rows: tf.Tensor2D, place: tf.Tensor1D): tf.Tensor2D {
  // One 1 at most in each line: sums and products with 0 and 1 are exact.
  const goesTo = tf.cast(tf.oneHot(place, stored.shape[0]), 'float32') as tf.Tensor2D;
  const stays = tf.sub(1, tf.reshape(tf.sum(goesTo, 0), [-1, 1]));
  return tf.add(tf.mul(stored, stays), tf.matMul(goesTo, rows, true, false));
}
