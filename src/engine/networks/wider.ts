import * as tf from '@tensorflow/tfjs-core';
import type { LayeredNetwork, Move } from '../contract/network';
import { randomInt, type Random } from '../random';
import { blocksOf, inputsOf, widthsOf, type Block } from './blocks';
import { createNetwork } from './network';

/** A network that grew: how vectors over θ move to it (`learner.replaceNetwork`), and the θ with which it is the same function. */
export interface Growth {
  readonly network: LayeredNetwork;
  readonly move: Move;
  readonly theta: (before: Float32Array) => Float32Array<ArrayBuffer>;
}

/**
 * Net2WiderNet (Chen, Goodfellow & Shlens 2016): hidden layers get more units, of convolutions more filters, and the network
 * stays the same function. Each new unit is a copy of a random old one, its weights and bias with it; what goes out of a unit is
 * divided by how many copies of it there are.
 *
 * Deviation: no noise is added to the copies, which keeps the function exact up to rounding. Copies with the same gradient stay
 * copies until something tells them apart: dropout, an optimiser whose state is older for one of them, or noise of one's own.
 *
 * @param widths of all hidden layers, convolutions first; none smaller than before
 * @param asymmetry by how much the shares in which copies are heard may differ from equal ones (0 … 1): then their first
 *   gradients differ, and the function is still the same
 */
export function net2Wider(base: LayeredNetwork, widths: readonly number[], random: Random, asymmetry = 0): Growth {
  const network = withWidths(base, widths);
  const copied = widthsOf(base).map((units, layer) =>
    Array.from({ length: widths[layer] ?? units }, (_, unit) => (unit < units ? unit : randomInt(random, units))),
  );
  const copies = copied.map(counted);
  const parts = asymmetry === 0 ? undefined : copied.map((units) => unequalParts(units, random, asymmetry));
  return {
    ...moved(base, network),
    theta: (before) =>
      built(base, network, (old, { layer, isBias }, place, input, output) => {
        const into = isBias ? undefined : copied[layer - 1];
        const from = into?.[input] ?? input;
        const value = before[indexIn(old, place, from, copied[layer]?.[output] ?? output)] ?? NaN;
        if (!into) return value;
        return parts ? value * (parts[layer - 1]?.[input] ?? NaN) : value / (copies[layer - 1]?.[from] ?? 1);
      }),
  };
}

/**
 * Hidden layers get more units that are not yet heard: drawn as at first, their weights to all old units of the next layer 0.
 * The network stays the same function, what old units make of each other stays as it was to the bit, and the new ones learn as soon as
 * they are trained. (Net2WiderNet divides old weights, which those who must not change them cannot have.)
 */
export function withFreshUnits(base: LayeredNetwork, widths: readonly number[], random: Random): Growth {
  const network = withWidths(base, widths);
  return {
    ...moved(base, network),
    theta(before) {
      const drawn = network.initial(random);
      return built(base, network, (old, _block, place, input, output, at) => {
        if (output >= old.outputs) return drawn[at] ?? NaN;
        return input < old.inputs ? (before[indexIn(old, place, input, output)] ?? NaN) : 0;
      });
    },
  };
}

/**
 * A network whose hidden units are those of another, arranged anew: copies beside them, others in between that are new, some
 * left out. Vectors move with the units at both ends of each weight.
 *
 * @param sources of each hidden layer, for each of its units, the unit that it was; −1 for a new one
 */
export function rearranged(base: LayeredNetwork, sources: readonly (readonly number[])[]): Omit<Growth, 'theta'> {
  const network = withWidths(
    base,
    sources.map(({ length }) => length),
  );
  return {
    network,
    move: (values, fill = 0) =>
      built(base, network, (old, { layer, isBias }, place, input, output) => {
        const from = isBias ? input : (sources[layer - 1]?.[input] ?? input);
        const to = sources[layer]?.[output] ?? output;
        return from < 0 || to < 0 ? fill : (values[indexIn(old, place, from, to)] ?? fill);
      }),
  };
}

/** The same network with other widths. @param widths of all hidden layers, convolutions first */
export function withWidths(base: LayeredNetwork, widths: readonly number[]): LayeredNetwork {
  const { spec, sizes } = base;
  const convolutions = spec.kind === 'cnn' ? spec.conv.length : 0;
  const hidden = widths.slice(convolutions);
  return createNetwork(
    spec.kind === 'cnn' ? { ...spec, conv: widths.slice(0, convolutions), hidden } : { ...spec, hidden },
    inputsOf(base),
    sizes.at(-1) ?? 0,
  );
}

/** Of a vector over the parameters of a network that grew out of another, the part that the other had. */
export function narrowed(network: LayeredNetwork, before: LayeredNetwork, theta: tf.Tensor1D): tf.Tensor1D {
  const now = blocksOf(network);
  const parts = blocksOf(before).map(({ places, inputs, outputs }, i) => {
    const whole = now[i] as Block;
    const shape = [whole.places, whole.inputs, whole.outputs] as const;
    const values = tf.slice(theta, [whole.offset], [shape[0] * shape[1] * shape[2]]);
    const part = tf.slice(tf.reshape(values, [...shape]), [0, 0, 0], [places, inputs, outputs]);
    return tf.reshape<tf.Rank.R1>(part, [-1]);
  });
  return tf.concat1d(parts);
}

/** What stays where it was. */
const moved = (base: LayeredNetwork, network: LayeredNetwork): Omit<Growth, 'theta'> => ({
  network,
  move: (values, fill = 0) =>
    built(base, network, (old, _block, place, input, output) =>
      input < old.inputs && output < old.outputs ? (values[indexIn(old, place, input, output)] ?? fill) : fill,
    ),
});

const indexIn = ({ offset, inputs, outputs }: Block, place: number, input: number, output: number): number =>
  offset + (place * inputs + input) * outputs + output;

/** A vector over the parameters of a network that is wider than another, from a rule for each. */
function built(
  base: LayeredNetwork,
  network: LayeredNetwork,
  valueAt: (old: Block, block: Block, place: number, input: number, output: number, at: number) => number,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(network.parameterCount);
  const before = blocksOf(base);
  blocksOf(network).forEach((block, i) => {
    const old = before[i] as Block;
    let at = block.offset;
    for (let place = 0; place < block.places; place++)
      for (let input = 0; input < block.inputs; input++)
        for (let output = 0; output < block.outputs; output++, at++)
          values[at] = valueAt(old, block, place, input, output, at);
  });
  return values;
}

/** How often each number is there. */
function counted(values: readonly number[]): number[] {
  const counts: number[] = [];
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** For each of some copies the part of its original that it speaks for; those of one original add up to 1. */
function unequalParts(copied: readonly number[], random: Random, asymmetry: number): number[] {
  const drawn = copied.map(() => 1 + asymmetry * (2 * random() - 1));
  const sums: number[] = [];
  copied.forEach((original, i) => (sums[original] = (sums[original] ?? 0) + (drawn[i] ?? 0)));
  return copied.map((original, i) => (drawn[i] ?? 0) / (sums[original] ?? 1));
}
