import * as tf from '@tensorflow/tfjs-core';
import type { IcarlSettings } from '../../core/methods/icarl';
import type { Learner } from '../contract/learner';
import type { ExampleList, Method } from '../contract/method';
import type { BatchTensors } from '../contract/step';
import { keptExamples, store, storedExamples } from '../buffers/buffer';
import { chosenOfEach } from '../coresets/chosen';
import { joinedLists, listsInTask, listsOf, type ExemplarList } from '../coresets/exemplarLists';
import { featuresIn, featuresOf, meanOf, normalised, unitRows, type FeaturesOf } from '../coresets/features';
import { bytesOf, memoryView, withOld } from '../exampleBuffer';
import { unitMask, weightedBinaryCrossEntropy } from '../networks/layers';
import { parametersOf } from '../networks/network';
import { unitsMet } from '../steps/activeOutputs';

/** Added to what stands for a class that has no mean: no distance of unit vectors is as large. */
const UNKNOWN = -1e9;

/**
 * iCaRL (Rebuffi, Kolesnikov, Sperl & Lampert 2017). φ is what the last hidden layer passes on, divided by its length.
 *
 * - Training (algorithm 3): a task's examples and all exemplars together. With sigmoid outputs g_y and g^old those of the
 *   network before the task, the loss is the mean binary cross-entropy of all outputs, for every example: towards the
 *   label where the class is of this task or a later one, towards g^old_y(x) where it is older. (The paper sums over the
 *   classes so far.)
 * - Exemplars (algorithms 4 and 5): m of each class, by herding. With `in-all` m = ⌊K / classes so far⌋, and the lists of
 *   old classes keep their first m.
 * - Test (algorithm 1): the class whose mean of exemplars μ_y is nearest to φ(x), with μ_y the mean of φ over its
 *   exemplars, divided by its length, at the present parameters.
 *
 * By default as in the authors' code, where outputs of classes still to come take part from the first task on, and old
 * targets are sigmoids without a temperature. Van de Ven's code for it leaves those outputs out (`activeClasses`
 * "all-so-far", here or in `training`) and has σ(z/2) as targets (`temperature`). `mirrored` as in the authors' code for
 * CIFAR, where μ_y is the mean over exemplars and mirrored exemplars; that for ImageNet has none.
 *
 * In the middle of a task its classes have no exemplars yet: there the first m of their training examples stand for them.
 * Deviations: m is rounded down, as in van de Ven's code, so that never more than K are kept (the authors' rounds up);
 * a mean of features is divided by its length where classes are told apart, and not in herding, as in the authors' code
 * (van de Ven's does both); herding chooses no example twice (coresets/herding.ts). Van de Ven's code stores a random sample,
 * in truth: it computes the features in a shuffled order, and takes the images at the places found of the unshuffled class.
 */
export function createIcarl(settings: IcarlSettings): Method {
  let learner: Learner;

  const exemplars = (): ExampleList => storedExamples(learner.memory);
  const lists = (): ExemplarList[] => listsOf(exemplars(), learner.stream.dataset.train.labels);

  /** m, of each class, after a task. */
  const perClass = (task: number): number => {
    if (settings.budget === 'per-class') return settings.perClass;
    const classes = learner.stream.tasks.slice(0, task + 1).reduce((sum, one) => sum + one.classes.length, 0);
    return Math.floor(settings.size / classes);
  };

  /** Whether outputs of classes still to come have no part. */
  const isAmongMet = () => settings.activeClasses === 'all-so-far' || learner.training.activeClasses === 'all-so-far';

  /** The training examples of the classes of a task. */
  const examplesByClass = (task: number): ExemplarList[] => listsInTask(learner, task, learner.examples[task]);

  /** What stands for each class that was met: exemplars, or while it is learned some of its examples. */
  const representatives = (): ExemplarList[] => {
    const known = lists();
    const { task } = learner;
    if (known.some((list) => list.task === task)) return known;
    const most = perClass(task);
    return [...known, ...examplesByClass(task).map((list) => ({ ...list, indices: list.indices.subarray(0, most) }))];
  };

  /** μ_y of a class, [width]. */
  const meanFor = ({ task, indices }: ExemplarList, tested: Pick<FeaturesOf, 'theta' | 'statistics'>): Float64Array => {
    const means = (settings.mirrored ? [false, true] : [false]).map((mirrored) =>
      meanOf(normalised(featuresOf(learner, { task, indices, mirrored, ...tested }))),
    );
    const mean = means[0]?.map((_, i) => means.reduce((sum, one) => sum + (one[i] as number), 0)) ?? new Float64Array();
    const length = Math.sqrt(mean.reduce((sum, value) => sum + value * value, 0));
    return length > 0 ? mean.map((value) => value / length) : mean;
  };

  return {
    id: 'icarl',
    begin(own) {
      learner = own;
      requireRoom(own, settings);
      if (settings.mirrored && own.stream.views)
        throw new Error('Mirrored exemplars need images as they lie: "mirrored": false suits this stream.');
    },
    keeps: () => ({
      ...keptExamples(learner),
      /** θ before the task, and the running statistics. */
      old: { initial: new Float32Array(), lengths: [0, learner.network.parameterCount] },
      statistics: { initial: new Float32Array(), lengths: [0, learner.buffers?.size ?? 0] },
    }),
    lesson: (task) => withOld(task, learner.examples[task] ?? new Int32Array(), exemplars()),
    beforePhase({ task, phase }) {
      if (task === 0 || phase > 0) return;
      learner.memory.set('old', Float32Array.from(learner.theta.dataSync()));
      if (learner.buffers) learner.memory.set('statistics', Float32Array.from(learner.buffers.dataSync()));
    },
    grown(move) {
      const old = learner.memory.floats('old');
      if (old.length > 0) learner.memory.set('old', move(old));
    },
    constants() {
      const [old, statistics] = [learner.memory.floats('old'), learner.memory.floats('statistics')];
      const { task, stream } = learner;
      const unitsOf = (tasks: number) => unitMask([unitsMet(stream, tasks)], stream.outputs);
      return {
        ...(isAmongMet() && { isMet: unitsOf(task + 1) }),
        ...(old.length > 0 && { old: tf.tensor1d(old), isOld: unitsOf(task) }),
        ...(statistics.length > 0 && { statistics: tf.tensor1d(statistics) }),
      };
    },
    loss(plain, { logits }, batch, { constants: { old, statistics, isOld, isMet } }) {
      const { x, targets, weights, columns } = batch;
      const ofMet = isMet ? tf.add<tf.Scalar>(plain, withoutOthers(logits, batch, isMet as tf.Tensor2D)) : plain;
      if (!old || !isOld) return ofMet;
      const { network } = learner;
      const asked = { training: false, columns, constants: {}, buffers: statistics as tf.Tensor1D | undefined };
      const before = network.forward(parametersOf(network, old as tf.Tensor1D), x, asked);
      // The cross-entropy of a sigmoid is log(1 + e^z) − target · z: another target changes it by (label − target) · z.
      const change = tf.mul(
        tf.mul(tf.sub(targets, tf.sigmoid(tf.div(before.logits, settings.temperature))), isOld),
        logits,
      );
      const perExample = tf.div(tf.sum(change, 1), learner.stream.outputs);
      return tf.add(ofMet, tf.sum(tf.mul(perExample, weights)));
    },
    async afterTask(task) {
      const most = perClass(task);
      const chosen = await chosenOfEach(learner, settings.selection, examplesByClass(task), most);
      store(joinedLists([...lists(), ...chosen], most), learner.memory);
    },
    templates(theta, statistics) {
      const { outputs, unitOf } = learner.stream;
      const known = representatives().map((list) => ({
        unit: unitOf[list.task]?.[list.label] as number,
        mean: meanFor(list, { theta, statistics }),
      }));
      const width = known[0]?.mean.length ?? 0;
      const means = new Float32Array(width * outputs);
      const without = new Float32Array(outputs).fill(UNKNOWN);
      for (const { unit, mean } of known) {
        mean.forEach((value, i) => (means[i * outputs + unit] = value));
        without[unit] = 0;
      }
      return { means: tf.tensor2d(means, [width, outputs]), without: tf.tensor2d(without, [1, outputs]) };
    },
    scores: (outputs, { means, without }) =>
      tf.add(minusSquaredDistances(unitRows(featuresIn(outputs)), means as tf.Tensor2D), without as tf.Tensor2D),
    memoryBytes: () =>
      bytesOf(exemplars(), learner) +
      learner.memory.floats('old').byteLength +
      learner.memory.floats('statistics').byteLength,
    inspect: (task) => [
      memoryView(exemplars(), task, learner, {
        policy: settings.selection,
        ...(settings.budget === 'in-all' && { capacity: settings.size }),
      }),
    ],
  };
}

/**
 * What the loss changes by where outputs of classes that were not met leave it: those of the others stay, each with the weight
 * that it has among all.
 */
function withoutOthers(logits: tf.Tensor2D, batch: BatchTensors, isMet: tf.Tensor2D): tf.Scalar {
  const { targets, weights, active } = batch;
  const ofMet = weightedBinaryCrossEntropy(logits, targets, tf.mul(weights, tf.mean(isMet)), isMet);
  return tf.sub(ofMet, weightedBinaryCrossEntropy(logits, targets, weights, active));
}

/** −‖φ − μ‖² of each row of features [rows, width] and each column of means [width, outputs]. */
function minusSquaredDistances(features: tf.Tensor2D, means: tf.Tensor2D): tf.Tensor2D {
  const squares = tf.add<tf.Tensor2D>(tf.sum(tf.square(features), 1, true), tf.sum(tf.square(means), 0, true));
  return tf.sub(tf.mul(tf.matMul(features, means), 2), squares);
}

/** @throws Error when K exemplars are fewer than the classes of the stream */
function requireRoom({ stream }: Learner, { budget, size }: IcarlSettings): void {
  const classes = stream.tasks.reduce((sum, one) => sum + one.classes.length, 0);
  if (budget === 'in-all' && size < classes)
    throw new Error(
      `The stream has ${classes} classes, and "size": ${size} exemplars in all leave none for some of them.`,
    );
}
