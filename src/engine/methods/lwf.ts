import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { LwfSettings } from '../../core/methods/lwf';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import type { BatchTensors, Tensors } from '../contract/step';
import type { Stream } from '../contract/stream';
import { maskLogits, unitMask, weightedCrossEntropy, weightedDistillation } from '../networks/layers';
import { logitsOf, parametersOf } from '../networks/network';
import { unitsMet } from '../steps/activeOutputs';
import { TINY } from './cosines';

/**
 * Learning without forgetting (Li & Hoiem 2016). When a task begins the network is kept as it is; while the task is learned,
 * its outputs on the new images are to stay what the old network says of them, with softmaxes of logits / T:
 *
 *     L = L_new + λ Σ_old L_old,   L_old = − Σ_i y'_i log ŷ'_i,   y' of the old network, ŷ' of the present one
 *
 * L_old is a mean over the batch and has no factor T², in the authors' code as in those of van de Ven 2022 and Buzzega. In
 * that of van de Ven & Tolias 2019 it has one: their preset has it as λ = 4, with T = 2. In the first version of that code,
 * of April 2019, it is a mean over the outputs i, too ("meanOverOutputs"); since May 2019 it is their sum.
 *
 * Which outputs are old, and what L_old counts in the k-th task, differs from code to code (`outputs`, `weighting`: see the
 * card). Task-incremental each old head has a softmax of its own, and "per-task" is their sum, as in the paper.
 *
 * Class-incremental L_new is a softmax over all outputs, as in van de Ven 2022; with `activeClasses` "all-so-far", here or in
 * `training`, over those of the classes met, as in van de Ven & Tolias 2019 and in Buzzega's code.
 *
 * With `warmUp` the head of the new task is first trained alone, by the loss of its own outputs (phase "warm-up"), as the
 * paper asks for and Buzzega's code does; van de Ven's has none. The optimiser starts anew in both phases then.
 *
 * The old network is asked at each step, as at test. Deviations: Li & Hoiem and Buzzega note its answers once for each
 * image; where images are not augmented that is the same. The code of Li & Hoiem takes a step of its own for each of the two
 * losses; here their sum makes one, as the paper's equation has it. In the warm-up the rest of the network is as in
 * training (with dropout, and running statistics move).
 */
export function createLwf(settings: LwfSettings): Method {
  const { temperature, weighting, warmUp } = settings;
  let learner: Learner;
  return {
    id: 'lwf',
    begin(own) {
      learner = own;
    },
    keeps: () => ({
      teacher: { initial: new Float32Array(), lengths: [0, learner.network.parameterCount] },
      ...(learner.network.statistics && { statistics: { initial: new Float32Array() } }),
      ...(warmUp > 0 && { warming: { initial: Uint8Array.of(0), lengths: [1], below: 2 } }),
    }),
    beforePhase({ task, phase }) {
      if (task === 0) return;
      const { memory, buffers, theta } = learner;
      if (phase === 0) {
        memory.set('teacher', Float32Array.from(theta.dataSync()));
        if (buffers) memory.set('statistics', Float32Array.from(buffers.dataSync()));
      }
      if (warmUp === 0) return;
      memory.set('warming', Uint8Array.of(phase === 0 ? 1 : 0));
      learner.resetOptimizer();
    },
    constants() {
      const { memory, network, stream, task } = learner;
      const teacher = memory.floats('teacher');
      if (teacher.length === 0) return metOutputs(learner, settings);
      if (warmUp > 0 && memory.bytes('warming')[0] === 1) return newHead(learner);
      return {
        ...metOutputs(learner, settings),
        teacher: tf.tensor1d(teacher),
        ...(network.statistics && { statistics: tf.tensor1d(memory.floats('statistics')) }),
        ...oldOutputs(stream, task, settings),
      };
    },
    loss(plain, { logits }, batch, { constants }) {
      const { newUnits, met, teacher, statistics } = constants;
      if (newUnits) return lossAmong(logits, newUnits as tf.Tensor2D, batch);
      const ofTask = met ? tf.add<tf.Scalar>(plain, withoutOthers(logits, met as tf.Tensor2D, batch)) : plain;
      if (!teacher) return ofTask;
      const { network } = learner;
      const parameters = parametersOf(network, teacher as tf.Tensor1D);
      const old = logitsOf(network, parameters, batch.x, statistics as tf.Tensor1D | undefined);
      const kept = distillation(logits, old, batch.weights, { ...(constants as unknown as OldOutputs), temperature });
      return tf.add(weighting === 'balanced' ? tf.mul(ofTask, constants['newShare'] as tf.Scalar) : ofTask, kept);
    },
    ...(warmUp > 0 && {
      phases: (task: number, steps: number) =>
        task === 0
          ? [{ name: 'train', steps }]
          : [
              { name: 'warm-up', steps: Math.max(1, Math.round(warmUp * steps)) },
              { name: 'train', steps },
            ],
      update: (proposed, _slope, { theta, constants: { trainable } }) =>
        trainable ? { theta: tf.where(trainable, proposed.theta, theta) } : {},
    }),
    inspect: () => changeViews(learner),
  } satisfies Method;
}

// ---- the old outputs

/** The heads that are asked what the old network says, as constants of a step. */
interface OldOutputs {
  /** 0/1, [heads, outputs]: of each head the outputs over which the old network's softmax is. */
  readonly asked: tf.Tensor2D;
  /** 0/1, [heads, outputs]: those over which the present one's is. */
  readonly answering: tf.Tensor2D;
  /** What the loss of each counts, [heads]. */
  readonly shares: tf.Tensor1D;
}

/** The old outputs in a task (from 0; not the first one), and what the loss of the task itself counts, `newShare`. */
export function oldOutputs(
  stream: Pick<Stream, 'scenario' | 'heads' | 'outputs'>,
  task: number,
  {
    lambda,
    weighting,
    outputs: which,
    meanOverOutputs,
  }: Pick<LwfSettings, 'lambda' | 'weighting' | 'outputs' | 'meanOverOutputs'>,
): OldOutputs & { readonly newShare: tf.Scalar } {
  const { scenario, heads, outputs } = stream;
  const tasks = task + 1;
  const whole = lambda * { 'per-task': task, once: 1, balanced: 1 - 1 / tasks }[weighting];
  const newShare = tf.scalar(1 / tasks);
  const parts = (units: readonly number[]) => (meanOverOutputs ? units.length : 1);
  if (scenario === 'task') {
    const own = unitMask(heads, outputs);
    // All heads, so that every task has the same shapes.
    const shares = tf.tensor1d(heads.map((units, head) => (head < task ? whole / task / parts(units) : 0)));
    return { asked: own, answering: tf.clone(own), shares, newShare };
  }
  const all = Array.from({ length: outputs }, (_, unit) => unit);
  const isOpen = scenario === 'class' && which !== 'all';
  const answering = isOpen ? unitsMet(stream, which === 'seen' ? tasks : task) : all;
  return {
    asked: unitMask([isOpen ? unitsMet(stream, task) : all], outputs),
    answering: unitMask([answering], outputs),
    shares: tf.tensor1d([whole / parts(answering)]),
    newShare,
  };
}

/**
 * Σ over heads of their share of Σ_rows weight · cross-entropy between the old softmax and the present one, both of
 * logits / T.
 *
 * @param logits of the present network, [rows, outputs]; the gradient flows to them alone
 * @param old logits of the old network, [rows, outputs]
 * @param weights of each example in the loss, [rows]
 */
export function distillation(
  logits: tf.Tensor2D,
  old: tf.Tensor2D,
  weights: tf.Tensor1D,
  { asked, answering, shares, temperature }: OldOutputs & { readonly temperature: number },
): tf.Scalar {
  const outputs = logits.shape[1];
  const perHead = (values: tf.Tensor2D, units: tf.Tensor2D) => {
    const ofHeads = maskLogits(tf.expandDims(tf.div(values, temperature), 1), units);
    return tf.reshape<tf.Rank.R2>(ofHeads, [-1, outputs]);
  };
  const each = tf.reshape<tf.Rank.R1>(tf.mul(tf.expandDims(weights, 1), tf.expandDims(shares, 0)), [-1]);
  return weightedDistillation(perHead(logits, answering), perHead(old, asked), each);
}

// ---- the loss of the task itself

/** The outputs of the classes met, 0/1 [1, outputs], where the loss of the task is to be among them and is not yet. */
function metOutputs({ stream, task, training }: Learner, { activeClasses }: LwfSettings): Tensors {
  const isAmongThem =
    stream.scenario === 'class' && activeClasses === 'all-so-far' && training.activeClasses !== activeClasses;
  return isAmongThem ? { met: unitMask([unitsMet(stream, task + 1)], stream.outputs) } : {};
}

type Labelled = Pick<BatchTensors, 'targets' | 'weights'>;

/** What the loss of a batch changes by where only some outputs take part. */
const withoutOthers = (logits: tf.Tensor2D, units: tf.Tensor2D, batch: Labelled): tf.Scalar =>
  tf.sub(lossAmong(logits, units, batch), weightedCrossEntropy(logits, batch.targets, batch.weights));

/** The loss of a batch with a softmax over some units alone; what its targets have elsewhere has no part in it. */
function lossAmong(logits: tf.Tensor2D, units: tf.Tensor2D, { targets, weights }: Labelled): tf.Scalar {
  const ofUnits = tf.mul(targets, units);
  const share = tf.sum<tf.Tensor2D>(ofUnits, 1, true);
  const own = tf.div<tf.Tensor2D>(ofUnits, tf.maximum(share, TINY));
  return weightedCrossEntropy(maskLogits(logits, units), own, tf.mul(weights, tf.squeeze(share, [1])));
}

// ---- the warm-up

/** Lets steps change the head of the present task, and nothing else. */
function newHead({ network, stream, task }: Learner): Tensors {
  const { outputs } = stream;
  const units = new Set(stream.heads[task]);
  const trainable = new Uint8Array(network.parameterCount);
  for (const { isHead, offset, size } of network.views)
    if (isHead) for (let i = 0; i < size; i++) if (units.has(i % outputs)) trainable[offset + i] = 1;
  return {
    trainable: tf.tensor1d(trainable, 'bool'),
    newUnits: unitMask([[...units]], outputs),
  };
}

// ---- for the record

/** How far the parameters went from those of the old network; nothing in the first task. */
function changeViews({ network, memory, theta }: Learner): View[] {
  const teacher = memory.floats('teacher');
  if (teacher.length === 0) return [];
  const now = theta.dataSync();
  return [
    {
      kind: 'layers',
      title: 'Distance from the network whose outputs are kept',
      quantity: '‖θ − θ_old‖',
      unit: '1',
      layers: network.views.map(({ name, offset, size }) => {
        let sum = 0;
        for (let i = offset; i < offset + size; i++) sum += ((now[i] as number) - (teacher[i] as number)) ** 2;
        return { name, value: Math.sqrt(sum) };
      }),
    },
  ];
}
