import * as tf from '@tensorflow/tfjs-core';
import { MOST_CELLS, type View, type ViewOf } from '../../core/mechanism';
import type { GpmSettings } from '../../core/methods/gpm';
import type { Learner, RowFunction } from '../contract/learner';
import type { Method } from '../contract/method';
import type { LayeredNetwork, TensorView } from '../contract/network';
import type { Tensors } from '../contract/step';
import { flatten, parametersOf, requireLayers } from '../networks/network';
import { sample } from '../random';
import { cosineOf, cosineViews, noCosines, withCosine } from './cosines';
import { hasOwnHeads } from './ownHeads';
import { representationsOf, residueOf, seenByLayers, seenWidth, type Residue } from './representation';

/** A layer whose gradients are projected. */
interface Projected {
  /** That of its weights. */
  readonly view: TensorView;
  /** Its place in the network. */
  readonly index: number;
  /** Values that its weights see. */
  readonly width: number;
}

/**
 * Gradient projection memory (Saha, Garg & Roy 2021, algorithm 1). What a layer's weights W see, its inputs x (of a
 * convolution the patches of them), spans the space in which the gradient of W lies. After each task an orthonormal basis
 * M of each layer takes in the directions that hold most of the energy of what the layer sees of some examples, X
 * (a column each), and the gradients of later tasks are projected (eq. 6 and 7):
 *
 *     ∇W − M Mᵀ ∇W          (W here is [inputs, units]; the paper's is its transpose)
 *
 * With plain SGD what W makes of anything within M never changes again. What M does not hold of X yet is
 * X̂ = X − M Mᵀ X (eq. 8); as many of its left singular vectors join M as bring the share of the energy of X that M holds
 * to the threshold of the layer (eq. 9). As in the authors' code the first task takes those vectors with which the share
 * is still below it, one fewer than eq. 5; a threshold may rise from task to task.
 *
 * As in their code for networks that have more than weight matrices, all other parameters stay as they are after the first
 * task (there batch norm's; here biases); and where each task has a head of its own, heads are trained as without GPM.
 * Deviations: a convolution's X holds the patches of all the examples that are drawn (their code takes fewer examples for
 * the first layers), those at the border with its zeros; directions without energy never join M.
 */
export function createGpm({ threshold, thresholdGrowth, samples }: GpmSettings): Method {
  let learner: Learner;
  let network: LayeredNetwork;
  let layers: readonly Projected[] = [];
  let seen: RowFunction;
  /** Of the last task, for its views. */
  let found: { readonly layer: Projected; readonly residue: Residue; readonly added: number }[] = [];

  const thresholdOf = ({ index }: Projected, task: number) => {
    const own = Array.isArray(threshold) ? (threshold[index] ?? threshold.at(-1) ?? 1) : threshold;
    return Math.min(1, own + thresholdGrowth * task);
  };
  const rankOf = ({ view, width }: Projected) => learner.memory.floats(view.name).length / width;

  return {
    id: 'gpm',
    begin(own) {
      learner = own;
      network = requireLayers(own.network, 'GPM');
      layers = projectedLayers(network, hasOwnHeads(own));
      seen = seenByLayers(network);
    },
    keeps() {
      const upTo = (width: number) => Array.from({ length: width + 1 }, (_, rank) => rank * width);
      return Object.fromEntries(
        layers.map(({ view, width }) => [view.name, { initial: new Float32Array(), lengths: upTo(width) }]),
      );
    },
    beforePhase({ phase }) {
      if (phase === 0) learner.carried.set('cosines', noCosines.values);
    },
    constants() {
      if (learner.task === 0) return {};
      const ofLayers = layers.map(({ view: { name }, width }) => projection(name, learner.memory.floats(name), width));
      return Object.assign({ trained: tf.scalar(0) }, ...ofLayers) as Tensors;
    },
    gradient(theta, differentiate, { constants }) {
      const slope = differentiate(theta);
      const { trained } = constants;
      if (!trained) return slope;
      const parts = parametersOf(network, slope.total).map((gradient, i) => {
        const view = network.views[i] as TensorView;
        const layer = layers.find((own) => own.view === view);
        if (layer) return projected(gradient, layer, constants);
        return view.isHead && hasOwnHeads(learner) ? gradient : tf.mul(gradient, trained);
      });
      const total = flatten(parts);
      return { ...slope, total, notes: { ...slope.notes, 'gpm cosine': cosineOf(slope.total, total) } };
    },
    carries: () => ({ cosines: noCosines }),
    carry(_next, { notes }, { carried }) {
      const [cosines, cosine] = [carried['cosines'] as tf.Tensor, notes?.['gpm cosine'] as tf.Scalar | undefined];
      return { cosines: cosine ? withCosine(cosines, cosine, tf.scalar(0)) : cosines };
    },
    async afterTask(task) {
      const { memory, examples } = learner;
      const indices = sample(examples[task] ?? new Int32Array(), samples, learner.random('gpm', task));
      const all = representationsOf(learner, network, seen, { task, indices });
      await learner.progress('representations', 1);
      found = [];
      for (const [i, layer] of layers.entries()) {
        const basis = memory.floats(layer.view.name);
        const residue = residueOf(all[layer.index] ?? { width: layer.width, rows: new Float32Array() }, basis);
        const wanted = directionsToAdd(residue, thresholdOf(layer, task), task === 0);
        const added = Math.min(wanted, layer.width - basis.length / layer.width);
        memory.set(layer.view.name, both(basis, residue.directions(added)));
        found.push({ layer, residue, added });
        await learner.progress('singular values', (i + 1) / layers.length);
      }
    },
    memoryBytes: () => layers.reduce((sum, { view }) => sum + learner.memory.floats(view.name).byteLength, 0),
    inspect: (): View[] => [
      ranksView('Directions of each layer', 'directions', layers, rankOf),
      ranksView(
        'Share of its directions that each layer keeps',
        'share of all',
        layers,
        (layer) => rankOf(layer) / layer.width,
      ),
      {
        kind: 'spectrum',
        title: 'What layers see beyond the directions of earlier tasks, and how much of it was taken in',
        quantity: 'share of the energy',
        unit: '1',
        layers: found.map(spectrumOf),
      },
      ...cosineViews(learner.carried.floats('cosines'), {
        title: 'Gradient before and after the projection',
        first: 'gradient',
        second: 'projected gradient',
      }),
    ],
  };
}

/** All layers of weights, but for heads that tasks have of their own. */
const projectedLayers = (network: LayeredNetwork, ownHeads: boolean): Projected[] =>
  network.views
    .filter(({ role }) => role === 'weights')
    .map((view, index) => ({ view, index, width: seenWidth(network, index) }))
    .filter(({ view }) => !(view.isHead && ownHeads));

const ranksView = (
  title: string,
  quantity: string,
  layers: readonly Projected[],
  valueOf: (layer: Projected) => number,
): View => ({
  kind: 'layers',
  title,
  quantity,
  unit: '1',
  layers: layers.map((layer) => ({ name: layer.view.name, value: valueOf(layer) })),
});

/** Less energy than this, as a share of the whole, is rounding of float32. */
const ROUNDING = 1e-12;

/**
 * How many singular vectors join the basis.
 *
 * @param isFirst whether those of eq. 5 are counted, as the authors' code does for the first task: with which the share is
 *   still below the threshold; later ones are added until it is reached
 */
export function directionsToAdd(
  { energy, squares }: Pick<Residue, 'energy' | 'squares'>,
  threshold: number,
  isFirst: boolean,
): number {
  const outside = squares.reduce((sum, square) => sum + square, 0);
  let held = isFirst ? 0 : (energy - outside) / energy;
  let added = 0;
  for (const square of squares) {
    if (!(square > ROUNDING * energy) || held >= threshold) break;
    held += square / energy;
    if (isFirst && held >= threshold) break;
    added++;
  }
  return added;
}

/** Tensors that the projection of a layer needs: M Mᵀ where M holds more than half of all directions, else M and Mᵀ. */
function projection(name: string, directions: Float32Array, width: number): Tensors {
  const rank = directions.length / width;
  if (rank === 0) return {};
  const transposed = tf.tensor2d(directions, [rank, width]);
  const basis = tf.transpose(transposed);
  return 2 * rank > width
    ? { [`${name} square`]: tf.matMul(basis, transposed) }
    : { [`${name} basis`]: basis, [`${name} transposed`]: transposed };
}

/** The gradient of a layer's weights without what lies within its directions. */
function projected(gradient: tf.Tensor, { view: { name }, width }: Projected, constants: Tensors): tf.Tensor {
  const [square, basis, transposed] = ['square', 'basis', 'transposed'].map(
    (kind) => constants[`${name} ${kind}`] as tf.Tensor2D | undefined,
  );
  const flat = tf.reshape<tf.Rank.R2>(gradient, [width, -1]);
  if (square) return tf.sub(flat, tf.matMul(square, flat));
  return basis && transposed ? tf.sub(flat, tf.matMul(basis, tf.matMul(transposed, flat))) : gradient;
}

function both(first: Float32Array, second: Float32Array): Float32Array {
  const whole = new Float32Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

function spectrumOf({
  layer,
  residue: { energy, squares },
  added,
}: {
  readonly layer: Projected;
  readonly residue: Residue;
  readonly added: number;
}): ViewOf<'spectrum'>['layers'][number] {
  const values = Array.from(squares.subarray(0, MOST_CELLS), (square) => (energy === 0 ? 0 : square / energy));
  return { name: layer.view.name, count: squares.length, kept: added, values };
}
