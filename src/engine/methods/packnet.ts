import * as tf from '@tensorflow/tfjs-core';
import type { ViewOf } from '../../core/mechanism';
import { GROW_BY, type PacknetSettings } from '../../core/methods/packnet';
import type { Learner } from '../contract/learner';
import type { Method, Phase } from '../contract/method';
import { narrowed } from '../networks/wider';
import { GrowingNetwork, type Room } from './packnetGrowth';

/** Owner of a parameter that no task needs; task k (from 0) owns the parameters with owner k + 1. */
const FREE = 0;
const RETRAIN = 1;

/**
 * PackNet (Mallya & Lazebnik, CVPR 2018). Every parameter has an owner.
 *
 * A task takes over all free weights of the hidden layers and trains them with its own head (phase "train"); then, layer
 * by layer, the `prune` share of its weights with the smallest magnitude is set to zero and freed, and the rest is
 * trained on alone (phase "retrain", at a tenth of the learning rate). Nothing else ever changes: a step's result is kept
 * only where the task is the owner, and the optimiser's state starts anew in each phase, so that old moments move
 * nothing. A task is tested with the weights of the tasks up to it, and its head: once learned, its logits never change
 * again, bit for bit.
 *
 * As in the paper freed weights start at zero, the last task is not pruned, and heads (the columns of the output layer
 * of the task's classes) are not pruned. Biases of hidden layers are trained with the first task and frozen after it
 * (the paper's are frozen after its pre-training task). Deviations: the amount of retraining is a share of the training
 * steps, where the paper has fixed numbers of epochs; it runs warm-up and schedule anew, from a tenth of the step size, where
 * the authors' step size is 1e-4 (after ImageNet for five passes, then a tenth of it); and what is pruned is the last step's,
 * where the authors take the pass that was best on the test set.
 *
 * Batch normalisation: scales and shifts count as biases do, and running statistics too: they are measured in the first task
 * (its retraining included) and stay as they are from then on, and later tasks are trained as they are tested, normalised by
 * them (in the authors' code `train_nobn`, after its pre-training task).
 *
 * Not in the paper: where `growBelow` is set a layer of which less than that is free when a task begins gets wider. Its new
 * units are drawn as at first and not heard by old units and heads yet (these weights start at 0), so the network stays the same
 * function; their biases are trained with the task and frozen after it. All other freed weights start at 0, so pruning by
 * magnitude prefers to free these and to keep those into new units. A task is tested with the network as wide as it was then, so its logits stay the same to
 * the bit.
 */
export function createPacknet(settings: PacknetSettings): Method {
  let learner: Learner;
  let growing: GrowingNetwork | undefined;
  const { growBelow: below, growBy: by = GROW_BY } = settings;
  const room: Room | undefined = below === undefined ? undefined : { below, by };

  const pruneShare = (task: number) => {
    if (task === learner.stream.tasks.length - 1) return 0;
    return Array.isArray(settings.prune) ? (settings.prune[task] ?? 0) : settings.prune;
  };
  /** At least one where retraining is asked for: pruning happens before its first step. */
  const retrainSteps = (task: number, steps: number) =>
    pruneShare(task) === 0 || settings.retrain === 0 ? 0 : Math.max(1, Math.round(steps * settings.retrain));

  const ownersOf = () => learner.memory.bytes('owner');
  const ownersTensor = () => tf.tensor1d(Int32Array.from(ownersOf()), 'int32');

  const prune = async (task: number) => {
    const theta = new Float32Array(learner.theta.dataSync());
    const owner = ownersOf();
    const left = owner.slice();
    for (const { role, isHead, offset, size } of learner.network.views) {
      if (role !== 'weights' || isHead) continue;
      for (const i of smallest(theta, owner, task + 1, offset, size, pruneShare(task))) {
        left[i] = FREE;
        theta[i] = 0;
      }
    }
    learner.memory.set('owner', left);
    learner.setTheta(theta);
    await learner.progress('prune', 1);
  };

  /** Without retraining: the first task's statistics were measured with weights that are gone. */
  const measureAgain = (task: number) => {
    const [indices] = learner.examples;
    if (task > 0 || learner.network.statistics === undefined || !indices) return;
    const { batchSize } = learner.training;
    learner.setBuffers(learner.measuredBuffers(learner.theta, { task, indices }, Math.min(batchSize, indices.length)));
  };

  return {
    id: 'packnet',
    taskAwareOnly: true,
    begin(own) {
      learner = own;
      requireOwnHeads(own);
      if (room) growing = new GrowingNetwork(own);
    },
    keeps: () => ({
      owner: {
        initial: initialOwners(learner),
        lengths: [learner.network.parameterCount],
        below: learner.stream.tasks.length + 1,
      },
      ...growing?.keeps(),
    }),
    phases(task, steps) {
      const retrain = retrainSteps(task, steps);
      const first: Phase = { name: 'train', steps };
      if (retrain === 0) return [first];
      return [
        first,
        {
          name: 'retrain',
          steps: retrain,
          learningRate: settings.retrainLearningRate ?? learner.training.learningRate / 10,
        },
      ];
    },
    freezesStatistics: (task) => task > 0,
    async beforePhase({ task, phase }) {
      if (phase === RETRAIN) await prune(task);
      else {
        if (room) await growing?.makeRoom(task, ownersOf(), room);
        learner.memory.set(
          'owner',
          ownersOf().map((own) => (own === FREE ? task + 1 : own)),
        );
      }
      learner.resetOptimizer();
    },
    grown(move) {
      learner.memory.set('owner', movedOwners(learner, Uint8Array.from(move(Float32Array.from(ownersOf()), FREE))));
    },
    /** Lets steps change what the task owns, and nothing else. */
    constants: () => ({ trainable: tf.equal(ownersTensor(), learner.task + 1) }),
    update: (proposed, _slope, { theta, constants: { trainable } }) =>
      trainable ? { theta: tf.where(trainable, proposed.theta, theta) } : {},
    async afterTask(task) {
      // A retraining of no steps never came to pruning.
      if (pruneShare(task) === 0 || settings.retrain > 0) return;
      await prune(task);
      measureAgain(task);
    },
    ...(room && { networkFor: (task: number) => growing?.of(task) ?? learner.network }),
    parametersFor: (task, theta) =>
      tf.tidy(() => {
        const of = ownersTensor();
        const visible = tf.logicalAnd(tf.notEqual(of, FREE), tf.lessEqual(of, task + 1));
        const all = tf.where(visible, theta, tf.zerosLike(theta));
        return growing ? narrowed(growing.present, growing.of(task), all) : all;
      }),
    inspect: () => [
      {
        kind: 'capacity',
        title: 'Weights owned by each task',
        unit: 'weights',
        layers: occupancy(learner, ownersOf()),
      },
      ...(growing ? [growing.view()] : []),
    ],
  };
}

/** A unit has one owner. @throws Error when classes of a task are those of another */
function requireOwnHeads({ stream }: Learner): void {
  const units = stream.heads.flat();
  if (new Set(units).size < units.length) throw new Error('PackNet needs a head per task: classes come again here');
}

/** Hidden weights are free; heads belong to their task, biases of hidden layers to the first one. */
function initialOwners({ network, stream }: Learner): Uint8Array<ArrayBuffer> {
  const owner = new Uint8Array(network.parameterCount);
  const unitOwner = new Uint8Array(stream.outputs);
  stream.heads.forEach((units, task) => units.forEach((unit) => (unitOwner[unit] = task + 1)));
  for (const { role, isHead, offset, size } of network.views) {
    if (isHead) for (let i = 0; i < size; i++) owner[offset + i] = unitOwner[i % stream.outputs] ?? FREE;
    else if (role !== 'weights') owner.fill(1, offset, offset + size);
  }
  return owner;
}

/** Owners after the network grew: new places in heads are the tasks' own, new biases the task's that is about to begin. */
function movedOwners(learner: Learner, owner: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const first = initialOwners(learner);
  for (const { role, isHead, offset, size } of learner.network.views) {
    for (let i = offset; i < offset + size; i++)
      if (isHead) owner[i] = first[i] ?? FREE;
      else if (role !== 'weights' && owner[i] === FREE) owner[i] = learner.task + 1;
  }
  return owner;
}

/**
 * Indices of the `share` smallest magnitudes among the weights of an owner in one layer. As in the authors' code the
 * cut is the k-th smallest magnitude, and ties with it go too.
 */
export function smallest(
  theta: Float32Array,
  owner: Uint8Array,
  own: number,
  offset: number,
  size: number,
  share: number,
): number[] {
  const owned: number[] = [];
  for (let i = offset; i < offset + size; i++) if (owner[i] === own) owned.push(i);
  const k = Math.round(share * owned.length);
  if (k === 0) return [];
  const magnitudes = Float32Array.from(owned, (i) => Math.abs(theta[i] as number)).sort();
  const cutoff = magnitudes[k - 1] as number;
  return owned.filter((i) => Math.abs(theta[i] as number) <= cutoff);
}

/** Per layer of weights: how many each task owns, and how many are free. */
function occupancy({ network, stream }: Learner, owner: Uint8Array): ViewOf<'capacity'>['layers'] {
  return network.views
    .filter(({ role }) => role === 'weights')
    .map(({ name, offset, size }) => {
      const counts = new Array<number>(stream.tasks.length + 1).fill(0);
      for (const own of owner.subarray(offset, offset + size)) counts[own] = (counts[own] ?? 0) + 1;
      const [free = 0, ...perTask] = counts;
      return { name, free, perTask };
    });
}
