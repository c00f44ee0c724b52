import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { HatSettings } from '../../core/methods/hat';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import type { LayeredNetwork } from '../contract/network';
import type { Step } from '../contract/step';
import { blocksOf, widthsOf } from '../networks/blocks';
import { gatedNetwork } from '../networks/gated';
import { requireLayers } from '../networks/network';
import { hasOwnHeads } from './ownHeads';

/** Bounds of s e in the compensation, and of e after a step, as in the authors' code. */
const MOST_STEEP = 50;
const MOST_EMBEDDING = 6;
/** From here on a gate counts as open. */
const OPEN = 0.5;

/**
 * Hard attention to the task (Serrà, Surís, Miron & Karatzoglou 2018). Each task learns which hidden units it uses, a gate
 * a = σ(s e) for each (`gatedNetwork`), together with the weights. What all tasks so far use is their element-wise maximum
 * a^(≤t) with s at its largest (eq. 2), and a step changes a weight the less the more both its ends are used (eq. 3):
 *
 *     Δw_ij ← [1 − min(a_i^(≤t), a_j^(≤t))] Δw_ij
 *
 * In each pass over the data s rises from 1/s_max to s_max (eq. 4), so that gates learn first and close then; at test it is
 * s_max. The gradient of the embeddings is freed of s (eq. 5), and they stay within ±6:
 *
 *     q ← s_max (cosh(s e) + 1) / (s (cosh(e) + 1)) q
 *
 * The loss grows by c times the share of what is still free that the task's gates take (eq. 6):
 *
 *     R = Σ a (1 − a^(<t)) / Σ (1 − a^(<t))
 *
 * The optimiser starts anew with each task; heads and embeddings of other tasks stay as they are, bit for bit.
 *
 * Deviations: the factor of eq. 3 multiplies what the optimiser makes of the gradient, which lets neither momentum, Adam nor
 * weight decay move what is used. For SGD without momentum it is the same unless gradients are clipped: the authors clip the
 * masked gradient, here the whole one is clipped and masked then. A task of fewer steps than a pass anneals over those it
 * takes. Where steps are no whole number of passes, training ends in mid-anneal and not at s_max.
 */
export function createHat({ maxSlope, compressibility }: HatSettings): Method {
  let learner: Learner;
  let base: LayeredNetwork;
  const planned = new Map<number, number>();

  const oneHot = (task: number) => learner.stream.tasks.map((_, other) => Number(other === task));
  /** Steps over which s rises. */
  const stretch = (task: number) => {
    const inPass = Math.floor((learner.examples[task]?.length ?? 0) / learner.training.batchSize);
    return Math.max(1, Math.min(inPass, planned.get(task) ?? inPass));
  };
  const slopeAt = (task: number, step: number) => {
    const steps = stretch(task);
    if (steps === 1) return maxSlope;
    return 1 / maxSlope + (maxSlope - 1 / maxSlope) * ((step % steps) / (steps - 1));
  };
  const used = () => learner.memory.floats('used');
  const units = () => widthsOf(base).reduce((sum, width) => sum + width, 0);

  return {
    id: 'hat',
    taskAwareOnly: true,
    network(experiment, _architecture, { tasks }) {
      base = requireLayers(experiment, 'HAT');
      return gatedNetwork(base, tasks.length);
    },
    begin(own) {
      learner = own;
      if (own.stream.tasks.length > 1 && !hasOwnHeads(own))
        throw new Error('HAT needs a head per task: classes come again here');
    },
    keeps: () => ({
      used: { initial: new Float32Array(units()), lengths: [units()] },
      claimed: { initial: new Int32Array(units()), lengths: [units()], below: learner.stream.tasks.length + 1 },
    }),
    phases(task, steps) {
      planned.set(task, steps);
      return [{ name: 'train', steps }];
    },
    beforePhase() {
      learner.resetOptimizer();
    },
    batches({ current, ...others }, { task, step }) {
      const rows = [...current.tasks];
      const columns = {
        task: Float32Array.from(rows.flatMap(oneHot)),
        slope: new Float32Array(rows.length).fill(slopeAt(task, step)),
      };
      return { ...others, current: { ...current, columns } };
    },
    columnsAt: (task) => ({ task: oneHot(task), slope: [maxSlope] }),
    constants() {
      const free = used().map((gate) => 1 - gate);
      const all = free.reduce((sum, value) => sum + value, 0);
      return {
        plastic: tf.tensor1d(plasticity(base, learner, used())),
        share: tf.tensor1d(free.map((value) => (all === 0 ? 0 : value / all))),
      };
    },
    penalty(theta, { batches, constants: { share } }) {
      const { task, slope } = ofFirstRow(batches);
      const embeddings = tf.reshape<tf.Rank.R2>(embeddingsIn(theta, base), [-1, units()]);
      const open = tf.sigmoid(tf.mul(tf.matMul(task, embeddings), slope));
      const each = tf.mul(share as tf.Tensor1D, compressibility);
      const closing = tf.mul(tf.mul(open, tf.sub(1, open)), slope);
      const gradient = tf.matMul(tf.transpose(task), tf.mul<tf.Tensor2D>(closing, each));
      return {
        value: tf.sum(tf.mul(open, each)),
        gradient: tf.concat1d([tf.zeros([base.parameterCount]), tf.reshape<tf.Rank.R1>(gradient, [-1])]),
      };
    },
    gradient(theta, differentiate, { batches }) {
      const found = differentiate(theta);
      const { slope } = ofFirstRow(batches);
      const e = embeddingsIn(theta, base);
      const steep = tf.clipByValue<tf.Tensor1D>(tf.mul(e, slope), -MOST_STEEP, MOST_STEEP);
      const factor = tf.div(tf.mul(cosh1(steep), maxSlope), tf.mul(cosh1(e), slope));
      const weights = tf.slice(found.total, [0], [base.parameterCount]);
      const total = tf.concat1d([weights, tf.mul<tf.Tensor1D>(embeddingsIn(found.total, base), factor)]);
      return { ...found, total };
    },
    update(proposed, _slope, { theta, constants: { plastic } }) {
      const weights = tf.slice(proposed.theta, [0], [base.parameterCount]);
      const e = tf.clipByValue(embeddingsIn(proposed.theta, base), -MOST_EMBEDDING, MOST_EMBEDDING);
      const step = tf.sub(tf.concat1d([weights, e]), theta);
      return { theta: tf.add(theta, tf.mul<tf.Tensor1D>(step, plastic as tf.Tensor1D)) };
    },
    afterTask(task) {
      const open = gatesOf(task, learner, base, maxSlope);
      const claimed = learner.memory.integers('claimed');
      learner.memory.set(
        'claimed',
        claimed.map((owner, unit) => (owner === 0 && (open[unit] ?? 0) > OPEN ? task + 1 : owner)),
      );
      learner.memory.set(
        'used',
        used().map((gate, unit) => Math.max(gate, open[unit] ?? 0)),
      );
    },
    inspect: (task) => [claimsView(base, learner), opennessView(base, gatesOf(task, learner, base, maxSlope))],
  };
}

/** The task and the slope of a step: the same for all its rows. */
function ofFirstRow(batches: Step['batches']): { readonly task: tf.Tensor2D; readonly slope: tf.Tensor1D } {
  const { task, slope } = batches['current']?.columns ?? {};
  return {
    task: tf.slice(task as tf.Tensor2D, [0, 0], [1, -1]),
    slope: tf.slice(slope as tf.Tensor1D, [0], [1]),
  };
}

/** The part of a vector over θ that belongs to the embeddings, task by task. */
const embeddingsIn = (vector: tf.Tensor1D, base: LayeredNetwork): tf.Tensor1D =>
  tf.slice(vector, [base.parameterCount], [-1]);

/** cosh(x) + 1. */
const cosh1 = (x: tf.Tensor1D): tf.Tensor1D => tf.add(tf.mul(tf.add(tf.exp(x), tf.exp(tf.neg(x))), 0.5), 1);

/** A task's gates at their steepest. */
function gatesOf(task: number, { theta }: Learner, base: LayeredNetwork, slope: number): Float32Array {
  const units = widthsOf(base).reduce((sum, width) => sum + width, 0);
  const start = base.parameterCount + task * units;
  return Float32Array.from(theta.dataSync().subarray(start, start + units), (e) => 1 / (1 + Math.exp(-slope * e)));
}

/**
 * How far each parameter may move in the present task, 0 … 1: weights and biases by what is used at their ends, where inputs
 * are always used; of heads and embeddings the task's own alone.
 */
export function plasticity(
  base: LayeredNetwork,
  { network, stream, task }: Pick<Learner, 'network' | 'stream' | 'task'>,
  used: Float32Array,
): Float32Array<ArrayBuffer> {
  const plastic = new Float32Array(network.parameterCount);
  const widths = widthsOf(base);
  const starts = widths.map((_, layer) => widths.slice(0, layer).reduce((sum, width) => sum + width, 0));
  const usedIn = (layer: number, unit: number) => (layer < 0 ? 1 : (used[(starts[layer] ?? 0) + unit] ?? 0));
  const own = new Set(stream.heads[task]);
  for (const { layer, isBias, offset, places, inputs, outputs } of blocksOf(base)) {
    const isHead = layer === widths.length;
    let at = offset;
    for (let place = 0; place < places; place++)
      for (let input = 0; input < inputs; input++)
        for (let output = 0; output < outputs; output++, at++)
          plastic[at] = isHead
            ? Number(own.has(output))
            : 1 - Math.min(usedIn(layer, output), isBias ? 1 : usedIn(layer - 1, input));
  }
  const units = used.length;
  const start = base.parameterCount + task * units;
  return plastic.fill(1, start, start + units);
}

/** Of each hidden layer: how many units each task was the first to use, and how many nobody does. */
function claimsView(base: LayeredNetwork, { memory, stream }: Learner): View {
  const claimed = memory.integers('claimed');
  return {
    kind: 'capacity',
    title: 'Units that each task was the first to use',
    unit: 'units',
    layers: layersOver(base, claimed).map(({ name, values }) => {
      const counts = new Array<number>(stream.tasks.length + 1).fill(0);
      for (const owner of values) counts[owner] = (counts[owner] ?? 0) + 1;
      const [free = 0, ...perTask] = counts;
      return { name, free, perTask };
    }),
  };
}

const opennessView = (base: LayeredNetwork, open: Float32Array): View => ({
  kind: 'layers',
  title: 'Share of its units that the task uses',
  quantity: 'mean gate',
  unit: '1',
  layers: layersOver(base, open).map(({ name, values }) => ({
    name,
    value: values.reduce((sum, gate) => sum + gate, 0) / values.length,
  })),
});

/** What there is of each unit, by hidden layer. */
function layersOver(base: LayeredNetwork, all: Float32Array | Int32Array) {
  let at = 0;
  return widthsOf(base).map((width, layer) => {
    const values = [...all.subarray(at, at + width)];
    at += width;
    return { name: base.views[layer * (base.spec.bias ? 2 : 1)]?.name.split('.')[0] ?? '', values };
  });
}
