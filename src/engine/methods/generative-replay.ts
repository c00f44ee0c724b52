import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { GenerativeReplaySettings } from '../../core/methods/generative-replay';
import { volumeOf } from '../../core/recipe';
import type { Learner } from '../contract/learner';
import type { Method, Position } from '../contract/method';
import type { BatchTensors, Slope, Step, Tensors } from '../contract/step';
import { logitsOf, parametersOf } from '../networks/network';
import { createVae, decoded, initialVae, vaeSlope, type Vae } from '../networks/vae';
import { normalStream } from '../random';
import { adamStep } from '../steps/carriedAdam';
import { requireUnitInputs } from '../steps/unitInputs';
import { dreamLoss, replayedHeads } from './dreamLoss';
import { dreamView } from './dreamView';

/** The batch that the generator learns from, and the name of what is noted of a slope: the images that were replayed. */
const OWN = 'generative-replay';
/** Of an image that the generator made: what the network before the task says of it. */
const OLD = 'generative-replay old';

/**
 * Deep generative replay (Shin, Lee, Kim & Kim 2017) as in the code of van de Ven, Tuytelaars & Tolias 2022. Beside the
 * network a variational autoencoder learns to make images like those of all tasks so far (`createVae`). When the k-th task
 * begins both are kept as they are. In each step the kept decoder makes as many images x̃ as the batch has, out of z ~ N(0, I),
 * and the kept network says what they are: ỹ. Both train on the batch and on them,
 *
 *     L = 1/k L(x, y) + (1 − 1/k) L(x̃, ỹ)          the network
 *     L = 1/k L_VAE(x) + (1 − 1/k) L_VAE(x̃)        the generator, by Adam of its own, which goes on from task to task
 *
 * `targets` hard: ỹ is the class of the largest output. Soft: the whole softmax of logits / T, towards which the network's own
 * goes as in LwF (without a factor T²). Task-incremental each old head is asked about all x̃, and L(x̃, ỹ) is the mean over
 * heads. Where the loss is over the classes met (`training.activeClasses`, van de Ven & Tolias 2019) ỹ is among the old ones.
 *
 * The network is any that the experiment has; the generator has dense layers. Parameters and moments of the generator lie in what
 * steps carry. Where an experiment augments images, those for the generator are augmented anew.
 *
 * Deviations: none from that code on MNIST. Shin et al. have GANs (WGAN-GP), a share of replay that stands for how much old
 * tasks matter, and train generator and network one after the other.
 */
export function createGenerativeReplay(settings: GenerativeReplaySettings): Method {
  let learner: Learner;
  let vae: Vae;
  let initial: Float32Array | undefined;

  /** Numbers for each of some rows, standard normal, that depend on nothing but their place. */
  const normal = (what: string, rows: number, ...place: readonly number[]): Float32Array => {
    const next = normalStream(learner.random('generative-replay', what, ...place));
    return Float32Array.from({ length: rows * vae.latent }, next);
  };
  const hasOld = () => learner.memory.floats('decoder').length > 0;

  return {
    id: 'generative-replay',
    begin(own) {
      learner = own;
      requireUnitInputs(own.stream, 'generative replay takes inputs for probabilities, and');
      vae = createVae(volumeOf(own.stream.dataset.shape), settings.generatorHidden, settings.latent);
    },
    keeps: () => ({
      decoder: { initial: new Float32Array(), lengths: [0, vae.parameterCount - vae.decoderAt] },
      teacher: { initial: new Float32Array(), lengths: [0, learner.network.parameterCount] },
      ...(learner.network.statistics && { statistics: { initial: new Float32Array() } }),
    }),
    carries: () => {
      initial ??= initialVae(vae, learner.random('generative-replay', 'initial'));
      const shape = [vae.parameterCount];
      const zeros = new Float32Array(vae.parameterCount);
      return {
        theta: { shape, values: initial },
        m: { shape, values: zeros },
        v: { shape, values: zeros },
        count: { shape: [1], values: new Float32Array(1) },
        // Steps of the task, and the sum of the generator's losses over them.
        losses: { shape: [2], values: new Float32Array(2) },
      };
    },
    beforePhase({ task, phase }) {
      if (phase > 0) return;
      const { memory, carried, buffers, theta } = learner;
      carried.set('losses', new Float32Array(2));
      if (task === 0) return;
      memory.set('decoder', carried.floats('theta').slice(vae.decoderAt));
      memory.set('teacher', Float32Array.from(theta.dataSync()));
      if (buffers) memory.set('statistics', Float32Array.from(buffers.dataSync()));
    },
    grown(move) {
      const teacher = learner.memory.floats('teacher');
      if (teacher.length > 0) learner.memory.set('teacher', move(teacher));
    },
    batches(batches, { task, phase, step }: Position, lesson) {
      const rows = lesson.indices.length;
      const columns = {
        noise: normal('noise', rows, task, phase, step),
        ...(hasOld() && {
          z: normal('z', rows, task, phase, step),
          noiseOfDreams: normal('noise of dreams', rows, task, phase, step),
        }),
      };
      return { ...batches, [OWN]: { ...lesson, weights: new Float32Array(rows).fill(1 / rows), columns, apart: true } };
    },
    constants(): Tensors {
      if (!hasOld()) return {};
      const { memory, network, stream, task, training } = learner;
      return {
        share: tf.scalar(1 / (task + 1)),
        decoder: tf.tensor1d(memory.floats('decoder')),
        teacher: tf.tensor1d(memory.floats('teacher')),
        ...(network.statistics && { statistics: tf.tensor1d(memory.floats('statistics')) }),
        ...replayedHeads(stream, task, training.activeClasses),
      };
    },
    gradient(theta, differentiate, step) {
      const { share, decoder } = step.constants;
      const slope = differentiate(theta);
      if (!share || !decoder) return slope;
      const dreams = dreamsOf(learner, vae, step);
      const old = differentiate(theta, [dreams]);
      const both = <T extends tf.Tensor>(a: T, b: T) => tf.add<T>(tf.mul(a, share), tf.mul(b, tf.sub(1, share)));
      return {
        ...slope,
        loss: both(slope.loss, old.loss),
        task: both(slope.task, old.task),
        total: both(slope.total, old.total),
        notes: { ...slope.notes, [OWN]: dreams.x },
      };
    },
    loss: (plain, { logits }, { columns, weights }, { constants }) =>
      columns[OLD]
        ? dreamLoss(learner.network, { logits, old: columns[OLD] as tf.Tensor2D, weights }, constants, settings)
        : plain,
    carry(_next, slope, step) {
      const { theta, m, v, count, losses } = step.carried as Record<string, tf.Tensor1D>;
      if (!theta || !m || !v || !count || !losses) throw new Error('a step without its generator');
      const { loss, gradient } = vaeSlope(vae, theta, generatorBatch(slope, step));
      return {
        ...adamStep({ theta, m, v, count }, gradient, settings.generatorLearningRate),
        losses: tf.add(losses, tf.concat1d([tf.ones([1]), tf.reshape(loss, [1])])),
      };
    },
    // The generator as it is, and both as they were. Moments count as little as those of any optimiser.
    memoryBytes: () => learner.memory.size + Float32Array.BYTES_PER_ELEMENT * vae.parameterCount,
    inspect: () => [
      ...dreamView(learner, vae, learner.carried.floats('theta').subarray(vae.decoderAt), (rows) =>
        normal('shown', rows),
      ),
      ...lossView(learner.carried.floats('losses')),
    ],
  };
}

/** What the generator of before makes of the step's z, with what the network of before says of it. */
function dreamsOf({ network }: Learner, vae: Vae, { batches, constants }: Step): BatchTensors {
  const { columns, weights, kept } = batches[OWN] as BatchTensors;
  const { decoder, teacher, statistics } = constants as Record<string, tf.Tensor1D | undefined>;
  const x = decoded(vae, decoder as tf.Tensor1D, columns['z'] as tf.Tensor2D);
  const old = logitsOf(network, parametersOf(network, teacher as tf.Tensor1D), x, statistics);
  // The loss is told by what is old: these targets are those of nothing.
  return { x, targets: tf.zerosLike(old), weights, ...(kept && { kept }), columns: { [OLD]: old } };
}

/** The batch of the task and the images that were made, each with its share. */
function generatorBatch({ notes }: Slope, { batches, constants: { share } }: Step) {
  const { x, weights, columns } = batches[OWN] as BatchTensors;
  const noise = columns['noise'] as tf.Tensor2D;
  const made = notes?.[OWN] as tf.Tensor2D | undefined;
  if (!share) return { x, noise, weights };
  if (!made) throw new Error('a method beside generative replay has lost what it noted of the slope');
  return {
    x: tf.concat2d([x, made], 0),
    noise: tf.concat2d([noise, columns['noiseOfDreams'] as tf.Tensor2D], 0),
    weights: tf.concat1d([tf.mul<tf.Tensor1D>(weights, share), tf.mul<tf.Tensor1D>(weights, tf.sub(1, share))]),
  };
}

/** How well the generator knows what it is shown. */
function lossView([steps = 0, sum = 0]: Float32Array): View[] {
  if (steps === 0) return [];
  return [
    {
      kind: 'layers',
      title: 'Loss of the generator',
      quantity: 'negative evidence lower bound of a value, mean over the steps of the task',
      unit: 'nats',
      layers: [{ name: 'generator', value: Number.isFinite(sum) ? sum / steps : null }],
    },
  ];
}
