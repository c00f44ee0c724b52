import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { ContinualBackpropSettings } from '../../core/methods/continual-backprop';
import { stepsPerTask } from '../../core/recipe';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import type { Dense, LayeredNetwork } from '../contract/network';
import type { Proposed, Rewritten, Slope, Step, Tensors } from '../contract/step';
import { flatten, freshWeights, isLayered, parametersOf } from '../networks/network';

/** Numbers of fresh weights that are drawn for a task and a layer at most; after that they begin anew. */
const MOST_FRESH = 2 ** 22;
/** In place of an incoming weight of 0. */
const TINY = 1e-12;

/** A hidden layer of which units are replaced. */
interface Hidden {
  readonly layer: Dense;
  readonly name: string;
  /** Its place among what the layers of the network pass on. */
  readonly index: number;
  /** Its first unit among those of all hidden layers. */
  readonly first: number;
  /** Units that one step can replace: what was due before is less than 1. */
  readonly most: number;
  /** Places of its tensors among the parameters, and of the next layer's; of biases −1 where there are none. */
  readonly own: { readonly weights: number; readonly bias: number };
  readonly next: { readonly weights: number; readonly bias: number };
}

/** What a step makes of the units of a layer, each [units], before any is replaced. */
interface Tested {
  readonly hidden: Hidden;
  readonly age: tf.Tensor1D;
  /** û and ĥ. */
  readonly utility: tf.Tensor1D;
  readonly mean: tf.Tensor1D;
  /** Of each that can be replaced in the step: which unit, and 0/1 whether it is, [most, units] and [most, 1]. */
  readonly chosen: tf.Tensor2D;
  readonly isReplaced: tf.Tensor2D;
  /** 0/1: those that are, [units]. */
  readonly replaced: tf.Tensor1D;
  /** Units that are due and were not replaced yet, less than one, and those that were replaced in the step: [1] each. */
  readonly due: tf.Tensor1D;
  readonly count: tf.Tensor1D;
}

/**
 * Continual backprop (Dohare et al. 2024, algorithm 1) as the authors' code has it: lop/algos/gnt.py, with what online permuted
 * MNIST asks of it. After each step of the optimiser, of every hidden unit i of a layer, with activities h before the step
 * and weights after it:
 *
 *     a_i ← a_i + 1,   m_i ← η m_i + (1 − η) · mean h_i,   ĥ_i = m_i / (1 − η^a_i)
 *     u_i ← η u_i + (1 − η) · mean |w_out| · mean |h_i − ĥ_i| / mean |w_in|,   û_i = u_i / (1 − η^a_i)
 *
 * (means over the examples of the step and over the weights). Kept are û and ĥ, which is the same without rounding where a
 * unit is young: ĥ ← ĥ + (1 − η) / (1 − η^a) · (h − ĥ). With the n units older than the maturity threshold the layer is
 * due ρ n more replacements, and as many as are due as a whole are made, of those units whose û is least: fresh incoming
 * weights, and bias, outgoing weights, u, m and a at 0, and the optimiser's slots of all these weights at 0. A fresh unit changes
 * no output until it learns. Fresh weights come from the distribution that the network began with: with `"init": "he-uniform"`
 * the authors'. Layers are gone through from the first to the last, so that where a unit and one that it speaks to are
 * replaced together, the weight between them is the fresh one.
 *
 * Deviations: the utility is not that of the paper's equation 1, which has |h| · Σ |w_out| alone, but that of the code. The velocity
 * of momentum begins at 0 for a fresh unit, where theirs goes on. Adam has one counter of steps for all parameters, where theirs has one for each, so that of a fresh unit moments are
 * not corrected for their beginning at 0. Of convolutional networks the fully connected hidden layers alone have units replaced.
 * Fresh weights are drawn for each task, as many as its steps can ask for (4 million for each layer at most).
 */
export function createContinualBackprop(settings: ContinualBackpropSettings): Method {
  let learner: Learner;
  /** What `update` found out of a step, for its `carry`: both are given the same slope. */
  const testedIn = new WeakMap<Slope, readonly Tested[]>();
  const layers = () => hiddenLayers(learner.network as LayeredNetwork, settings.replacementRate);
  const units = () => layers().reduce((sum, { layer }) => sum + layer.units, 0);
  return {
    id: 'continual-backprop',
    begin(own) {
      learner = own;
      if (!isLayered(own.network) || layers().length === 0)
        throw new Error('continual backprop needs a network with fully connected hidden layers');
    },
    beforePhase({ phase }) {
      if (phase === 0) learner.carried.set('replaced', new Float32Array(layers().length));
    },
    constants() {
      const { task, training, examples, network } = learner;
      const steps = stepsPerTask(training, examples[task]?.length ?? 0);
      return Object.fromEntries(
        layers().map(({ layer, name }) => {
          const most = Math.ceil(settings.replacementRate * layer.units * steps) + 1;
          const rows = Math.max(1, Math.min(most, Math.floor(MOST_FRESH / layer.inputs)));
          const draw = freshWeights(network as LayeredNetwork, layer, learner.random('fresh', task, name));
          return [name, tf.tensor2d(Float32Array.from({ length: rows * layer.inputs }, draw), [rows, layer.inputs])];
        }),
      );
    },
    carries() {
      const zeros = (size: number) => ({ shape: [size], values: new Float32Array(size) });
      const [all, each] = [units(), layers().length];
      return { age: zeros(all), utility: zeros(all), mean: zeros(all), due: zeros(each), replaced: zeros(each) };
    },
    update(proposed, slope, step) {
      const found = testedUnits(layers(), parametersOf(learner.network, proposed.theta), step, settings);
      testedIn.set(slope, found);
      return withFreshUnits(learner.network as LayeredNetwork, proposed, step, found, settings);
    },
    carry(_next, slope, { carried }) {
      const found = testedIn.get(slope) ?? [];
      const kept = (of: (tested: Tested) => tf.Tensor1D) =>
        tf.concat1d(found.map((tested) => tf.mul<tf.Tensor1D>(of(tested), tf.sub(1, tested.replaced))));
      return {
        age: kept(({ age }) => age),
        utility: kept(({ utility }) => utility),
        mean: kept(({ mean }) => mean),
        due: tf.concat1d(found.map(({ due }) => due)),
        replaced: tf.add(carried['replaced'] as tf.Tensor1D, tf.concat1d(found.map(({ count }) => count))),
      };
    },
    inspect: () => unitsViews(layers(), learner.carried.floats('replaced'), learner.carried.floats('age')),
  };
}

/** The fully connected hidden layers of a network. */
function hiddenLayers({ layers, views }: LayeredNetwork, rate: number): Hidden[] {
  const placesOf = (index: number) => {
    const name = `layer${index + 1}`;
    const place = (part: string) => views.findIndex((view) => view.name === `${name}.${part}`);
    return { name, weights: place('weights'), bias: place('bias') };
  };
  let first = 0;
  return layers.slice(0, -1).flatMap((layer, index) => {
    if (layer.kind !== 'dense') return [];
    const { name, ...own } = placesOf(index);
    const found = { layer, name, index, first, most: Math.ceil(rate * layer.units), own, next: placesOf(index + 1) };
    first += layer.units;
    return [found];
  });
}

// ---- which units are the least useful

function testedUnits(
  layers: readonly Hidden[],
  parameters: readonly tf.Tensor[],
  step: Step,
  settings: ContinualBackpropSettings,
): Tested[] {
  const current = step.batches['current'];
  if (!current) throw new Error('a step without examples');
  const { layers: outputs } = step.outputs(step.theta, current);
  return layers.map((hidden, i) =>
    testedLayer(hidden, i, outputs[hidden.index] as tf.Tensor2D, parameters, step, settings),
  );
}

function testedLayer(
  hidden: Hidden,
  place: number,
  h: tf.Tensor2D,
  parameters: readonly tf.Tensor[],
  { carried }: Step,
  { decay, maturityThreshold, replacementRate, utility: kind }: ContinualBackpropSettings,
): Tested {
  const { layer, first, own, next, most } = hidden;
  const before = (name: string) => tf.slice1d(carried[name] as tf.Tensor1D, first, layer.units);
  const age = tf.add<tf.Tensor1D>(before('age'), 1);
  const eta = tf.scalar(decay);
  const share = tf.div(tf.sub(1, eta), tf.sub(1, tf.pow(eta, age)));
  const running = (name: string, value: tf.Tensor) =>
    tf.add<tf.Tensor1D>(before(name), tf.mul(share, tf.sub(value, before(name))));
  const mean = running('mean', tf.mean(h, 0));
  const outgoing = () => tf.mean(tf.abs(parameters[next.weights] as tf.Tensor2D), 1);
  const incoming = () => tf.maximum(tf.mean(tf.abs(parameters[own.weights] as tf.Tensor2D), 0), TINY);
  const distance = () => tf.mean(tf.abs(tf.sub(h, mean)), 0);
  const worth = {
    'adaptable-contribution': () => tf.div(tf.mul(outgoing(), distance()), incoming()),
    contribution: () => tf.mul(outgoing(), tf.mean(tf.abs(h), 0)),
    'zero-contribution': () => tf.mul(outgoing(), distance()),
    adaptation: () => tf.div(1, incoming()),
    weight: outgoing,
  }[kind];
  const utility = running('utility', worth());
  const isMature = tf.greater(age, maturityThreshold);
  const mature = tf.sum(tf.cast(isMature, 'float32'), 0, true);
  const whole = tf.add(tf.slice1d(carried['due'] as tf.Tensor1D, place, 1), tf.mul(mature, replacementRate));
  const count = tf.floor(whole) as tf.Tensor1D;
  const due = tf.sub<tf.Tensor1D>(whole, count);
  if (most === 0) return { ...nobody(layer.units), hidden, age, utility, mean, due, count };
  const least = tf.where(isMature, tf.neg(utility), -Infinity);
  const { indices } = tf.topk(least, most);
  const chosen = tf.cast<tf.Tensor2D>(
    tf.equal(tf.reshape(indices, [most, 1]), tf.range(0, layer.units, 1, 'int32')),
    'float32',
  );
  const isReplaced = tf.cast<tf.Tensor2D>(tf.less(tf.reshape(tf.range(0, most), [most, 1]), count), 'float32');
  const replaced = tf.sum<tf.Tensor1D>(tf.mul(chosen, isReplaced), 0);
  return { hidden, age, utility, mean, chosen, isReplaced, replaced, due, count };
}

const nobody = (units: number) => ({
  chosen: tf.zeros<tf.Rank.R2>([1, units]),
  isReplaced: tf.zeros<tf.Rank.R2>([1, 1]),
  replaced: tf.zeros<tf.Rank.R1>([units]),
});

// ---- and fresh ones in their place

function withFreshUnits(
  network: LayeredNetwork,
  { theta, slots }: Proposed,
  { carried, constants }: Step,
  tested: readonly Tested[],
  { correctBias }: ContinualBackpropSettings,
): Rewritten {
  const parameters = parametersOf(network, theta);
  /** 0/1: the parameters whose slots begin anew. */
  const touched = network.views.map(({ shape }): tf.Tensor => tf.zeros([...shape]));
  const set = (place: number, value: (before: tf.Tensor) => tf.Tensor) => {
    if (place >= 0) parameters[place] = value(parameters[place] as tf.Tensor);
  };
  const touch = (place: number, mask: tf.Tensor) => {
    if (place >= 0) touched[place] = tf.maximum(touched[place] as tf.Tensor, mask);
  };
  tested.forEach((found, i) => {
    const { own, next, layer } = found.hidden;
    const { replaced } = found;
    const kept = tf.sub(1, replaced);
    const column = (mask: tf.Tensor) => tf.reshape(mask, [layer.units, 1]);
    const fresh = freshFor(found, constants, tf.slice1d(carried['replaced'] as tf.Tensor1D, i, 1));
    set(own.weights, (before) => tf.add(tf.mul(before, kept), fresh));
    set(own.bias, (before) => tf.mul(before, kept));
    if (correctBias) {
      const said = tf.reshape(tf.mul(replaced, found.mean), [1, layer.units]);
      const heard = tf.matMul(said, parameters[next.weights] as tf.Tensor2D);
      set(next.bias, (before) => tf.add(before, tf.reshape(heard, [-1])));
    }
    set(next.weights, (before) => tf.mul(before, column(kept)));
    touch(own.weights, replaced);
    touch(own.bias, replaced);
    touch(next.weights, column(replaced));
  });
  const untouched = () => tf.sub(1, flatten(touched));
  return {
    theta: flatten(parameters),
    slots: Object.fromEntries(
      Object.entries(slots).map(([name, slot]) => [name, tf.mul<tf.Tensor1D>(slot, untouched())]),
    ),
  };
}

/** Incoming weights of the units that are replaced, [inputs, units]; 0 of all others. @param taken fresh ones of the task so far */
function freshFor(
  { hidden: { name }, chosen, isReplaced }: Tested,
  constants: Tensors,
  taken: tf.Tensor1D,
): tf.Tensor2D {
  const table = constants[name] as tf.Tensor2D;
  const [most] = isReplaced.shape;
  const rows = tf.cast(tf.mod(tf.add(tf.range(0, most), taken), table.shape[0]), 'int32');
  return tf.matMul(tf.gather(table, rows), tf.mul<tf.Tensor2D>(chosen, isReplaced), true);
}

/** How many units of each layer were replaced in the task, and how old units are on average. */
function unitsViews(layers: readonly Hidden[], replaced: Float32Array, ages: Float32Array): View[] {
  const view = (
    title: string,
    quantity: string,
    unit: string,
    of: (hidden: Hidden, place: number) => number,
  ): View => ({
    ...{ kind: 'layers', title, quantity, unit },
    layers: layers.map((hidden, place) => ({ name: hidden.name, value: of(hidden, place) })),
  });
  return [
    view('Units replaced in the task', 'units', '1', (_, place) => replaced[place] ?? 0),
    view('Age of the units of each layer', 'mean age', 'steps', ({ first, layer }) => {
      const own = ages.subarray(first, first + layer.units);
      return own.reduce((sum, age) => sum + age, 0) / own.length;
    }),
  ];
}
