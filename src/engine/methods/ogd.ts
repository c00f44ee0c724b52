import * as tf from '@tensorflow/tfjs-core';
import { mostDirections, type OgdSettings } from '../../core/methods/ogd';
import type { Learner, RowFunction } from '../contract/learner';
import type { Method } from '../contract/method';
import type { Network } from '../contract/network';
import { bytesOf, joined } from '../exampleBuffer';
import { flatten, logitsOf, parametersOf } from '../networks/network';
import { sample } from '../random';
import { valuesOf } from '../valuesOf';
import { cosineOf, cosineViews, noCosines, withCosine } from './cosines';
import { OrthonormalBasis } from './orthonormal';
import { hasOwnHeads } from './ownHeads';

/** Examples of one task whose gradients are stored. */
interface Chosen {
  readonly task: number;
  readonly indices: Int32Array;
}

/** Examples that one graph differentiates, one after the other. */
const AT_ONCE = 8;

/**
 * Orthogonal gradient descent (Farajtabar, Azizan, Mott & Li 2020, algorithm 1). When a task ends, for some of its examples
 * x the gradient of an output f(x; θ) (a logit, not the loss, whose gradient vanishes where the task is learned) goes into
 * an orthonormal set S by Gram–Schmidt, and steps of later tasks take of their gradient g
 *
 *     g̃ = g − Σ_{v ∈ S} (g · v) v
 *
 * so that to first order no stored output changes. `variant` says which outputs: of the true class (OGD-GTL), each one
 * (OGD-ALL), or their mean (OGD-AVE). S stays as it is, whatever θ becomes, but for OGD+ (Abbana Bennani, Doan & Sugiyama
 * 2020), which keeps the examples too and takes their gradients again whenever a task ends: `plus` "anew" makes S of these
 * alone, as its authors' code does; "added" adds them to S.
 *
 * What is projected is the gradient with all penalties. Where each task has a head of its own only what tasks share is
 * stored and projected, as in the code of OGD+. Deviations: the outputs of OGD-ALL and OGD-AVE are those that can be told
 * apart in the task; a gradient that lies within S to rounding adds nothing; after the last task nothing is stored, since
 * nothing follows.
 */
export function createOgd({ variant, perTask, plus }: OgdSettings): Method {
  let learner: Learner;
  const functions = new WeakMap<Network, RowFunction>();

  /** Of each of at most `AT_ONCE` examples the gradient of an output. @param weights of its logits, [examples · outputs] */
  const gradientsOf = ({ task, indices }: Chosen, weights: Float32Array): Float32Array[] => {
    const { network, buffers, stream } = learner;
    const fn = functions.get(network) ?? outputGradients(network);
    functions.set(network, fn);
    const values = valuesOf(() => {
      const more = [tf.tensor2d(weights, [indices.length, stream.outputs]), ...(buffers ? [buffers] : [])];
      return learner.apply(fn, AT_ONCE, { task, indices }, more)[0] as tf.Tensor;
    });
    const { parameterCount, views } = network;
    const isOwn = hasOwnHeads(learner);
    return Array.from(indices, (_, i) => {
      const gradient = values.slice(i * parameterCount, (i + 1) * parameterCount);
      if (isOwn) for (const { isHead, offset, size } of views) if (isHead) gradient.fill(0, offset, offset + size);
      return gradient;
    });
  };

  /** Of each output whose gradient is stored, how much of which logits it is of each example: [examples · outputs]. */
  const outputsFor = ({ task, indices }: Chosen): Float32Array[] => {
    const { outputs } = learner.stream;
    const units = learner.activeUnits(task);
    const ofAll = (weightOf: (unit: number) => number) =>
      Float32Array.from({ length: indices.length * outputs }, (_, i) => weightOf(i % outputs));
    if (variant === 'gtl') return [valuesOf(() => learner.targets(task, indices))];
    if (variant === 'ave') return [ofAll((unit) => (units.includes(unit) ? 1 / units.length : 0))];
    return units.map((one) => ofAll((unit) => (unit === one ? 1 : 0)));
  };

  /** Adds the gradients of some examples of a task. */
  const addTo = async (basis: OrthonormalBasis, { task, indices }: Chosen, done: (share: number) => Promise<void>) => {
    for (let start = 0; start < indices.length; start += AT_ONCE) {
      const some = { task, indices: indices.subarray(start, start + AT_ONCE) };
      for (const weights of outputsFor(some)) basis.add(gradientsOf(some, weights));
      await done(Math.min(1, (start + AT_ONCE) / indices.length));
    }
  };

  const stored = () => ({ indices: learner.memory.integers('indices'), tasks: learner.memory.integers('tasks') });

  return {
    id: 'ogd',
    begin(own) {
      learner = own;
    },
    keeps() {
      const { network, stream } = learner;
      const tasks = stream.tasks.length;
      const most = mostDirections({ variant, perTask, plus }, tasks, stream.outputs, network.parameterCount);
      return {
        directions: {
          initial: new Float32Array(),
          lengths: Array.from({ length: most + 1 }, (_, count) => count * network.parameterCount),
        },
        ...(plus !== 'off' && {
          indices: { initial: new Int32Array(), below: stream.dataset.train.count },
          tasks: { initial: new Int32Array(), below: tasks, asLongAs: 'indices' },
        }),
      };
    },
    beforePhase({ phase }) {
      if (phase === 0) learner.carried.set('cosines', noCosines.values);
    },
    constants() {
      const count = countOf(learner);
      if (count === 0) return {};
      const { memory, network } = learner;
      return { directions: tf.tensor2d(memory.floats('directions'), [count, network.parameterCount]) };
    },
    gradient(theta, differentiate, { constants }) {
      const slope = differentiate(theta);
      const directions = constants['directions'] as tf.Tensor2D | undefined;
      if (!directions) return slope;
      const shares = tf.matMul(directions, tf.expandDims(slope.total, 1));
      const within = tf.matMul(tf.reshape<tf.Rank.R2>(shares, [1, -1]), directions);
      const total = tf.sub<tf.Tensor1D>(slope.total, tf.reshape(within, [-1]));
      return { ...slope, total, notes: { ...slope.notes, 'ogd cosine': cosineOf(slope.total, total) } };
    },
    carries: () => ({ cosines: noCosines }),
    carry(_next, { notes }, { carried }) {
      const [cosines, cosine] = [carried['cosines'] as tf.Tensor, notes?.['ogd cosine'] as tf.Scalar | undefined];
      return { cosines: cosine ? withCosine(cosines, cosine, tf.scalar(0)) : cosines };
    },
    async afterTask(task) {
      const { stream, memory, network, examples } = learner;
      if (task === stream.tasks.length - 1) return;
      const indices = sample(examples[task] ?? new Int32Array(), perTask, learner.random('ogd', task));
      const earlier = plus === 'off' ? [] : byTask(stored());
      const all: Chosen[] = [...earlier, { task, indices }];
      const before = plus === 'anew' ? new Float32Array() : memory.floats('directions');
      const basis = new OrthonormalBasis(network.parameterCount, before);
      try {
        for (const [i, chosen] of all.entries()) {
          const tell = (share: number) => learner.progress('gradients', (i + share) / all.length);
          await addTo(basis, chosen, tell);
        }
        memory.set('directions', basis.values);
      } finally {
        basis.dispose();
      }
      if (plus === 'off') return;
      memory.set('tasks', joined(memory.integers('tasks'), new Int32Array(indices.length).fill(task)));
      memory.set('indices', joined(memory.integers('indices'), indices));
    },
    memoryBytes: () =>
      learner.memory.floats('directions').byteLength + (plus === 'off' ? 0 : bytesOf(stored(), learner)),
    inspect: () => [
      {
        kind: 'layers',
        title: 'Directions that steps leave alone',
        quantity: 'directions',
        unit: '1',
        layers: [{ name: 'all parameters', value: countOf(learner) }],
      },
      ...cosineViews(learner.carried.floats('cosines'), {
        title: 'Gradient before and after the projection',
        first: 'gradient',
        second: 'projected gradient',
      }),
    ],
  };
}

/** Of each row the gradient of a weighted sum of its logits, without dropout: [rows, parameters]. */
const outputGradients =
  (network: Network): RowFunction =>
  (theta, x, weights, buffers) => {
    const parameters = parametersOf(network, theta);
    const rows = Array.from({ length: x.shape[0] }, (_, row) => {
      const [image, own] = [tf.slice(x, row, 1), tf.slice(weights as tf.Tensor2D, row, 1)];
      const output = (...p: tf.Tensor[]) =>
        tf.sum<tf.Scalar>(tf.mul(logitsOf(network, p, image, buffers as tf.Tensor1D | undefined), own));
      return flatten(tf.grads(output)([...parameters]));
    });
    return [tf.stack(rows)];
  };

/** Stored examples, task by task. */
const byTask = ({ indices, tasks }: { readonly indices: Int32Array; readonly tasks: Int32Array }): Chosen[] =>
  [...new Set(tasks)].map((task) => ({ task, indices: indices.filter((_, i) => tasks[i] === task) }));

const countOf = ({ memory, network }: Learner): number => memory.floats('directions').length / network.parameterCount;
