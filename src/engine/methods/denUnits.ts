import type { LayeredNetwork } from '../contract/network';
import { blocksOf, eachParameter, widthsOf } from '../networks/blocks';

/** The first whole numbers, from 0. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * The units that stay when those are dropped that came with the task and that no weight goes into, from the first layer to the
 * last: what is dropped is no input of those above.
 *
 * @param old widths of the hidden layers before the task: units of then always stay
 * @returns of each hidden layer
 */
export function usefulUnits(network: LayeredNetwork, theta: Float32Array, old: readonly number[]): readonly number[][] {
  const useful: number[][] = [];
  for (const { layer, isBias, offset, inputs, outputs } of blocksOf(network)) {
    if (isBias || layer === old.length) continue;
    const below = useful[layer - 1] ?? upTo(inputs);
    const isHeard = (unit: number) => below.some((input) => theta[offset + input * outputs + unit] !== 0);
    useful.push(upTo(outputs).filter((unit) => unit < (old[layer] ?? 0) || isHeard(unit)));
  }
  return useful;
}

/**
 * How far old units have drifted (DEN, algorithm 4): ρ_i = ‖w_i^t − w_i^(t−1)‖₂ over the weights into unit i that there were
 * before the task.
 *
 * @param before parameters before the task, in the order of the present network
 * @param old widths of the hidden layers before the task
 * @returns of each hidden layer, for each unit that there was
 */
export function driftsOf(
  network: LayeredNetwork,
  {
    theta,
    before,
    old,
  }: { readonly theta: Float32Array; readonly before: Float32Array; readonly old: readonly number[] },
): readonly Float64Array[] {
  const squares = old.map((width) => new Float64Array(width));
  eachParameter(network, ({ layer, isBias, inputs }, input, output, at) => {
    const own = squares[layer];
    if (!own || isBias || output >= own.length || input >= (old[layer - 1] ?? inputs)) return;
    own[output] = (own[output] as number) + ((theta[at] as number) - (before[at] as number)) ** 2;
  });
  return squares.map((sums) => sums.map(Math.sqrt));
}

/** The units to be split: those that drifted farther than σ, as many as may be, those first that drifted the most (or the least). */
export function unitsToSplit(
  drifts: Float64Array,
  { beyond, most, leastFirst }: { readonly beyond: number; readonly most: number; readonly leastFirst: boolean },
): number[] {
  const driftOf = (unit: number) => drifts[unit] as number;
  return upTo(drifts.length)
    .filter((unit) => driftOf(unit) > beyond)
    .sort((a, b) => (leastFirst ? driftOf(a) - driftOf(b) : driftOf(b) - driftOf(a)))
    .slice(0, most);
}

/** A split, in the order of the network after it, where copies stand behind all others. */
export interface Split {
  readonly network: LayeredNetwork;
  /** Parameters as they are, and as they were before the task; of copies those of the units that they are copies of. */
  readonly theta: Float32Array;
  readonly before: Float32Array;
  /** Widths of the hidden layers before the task. */
  readonly old: readonly number[];
  /** Of each hidden layer the units that are split. */
  readonly split: readonly (readonly number[])[];
  /** Outputs of the task. */
  readonly head: readonly number[];
}

/**
 * Parameters after a split. The old unit is again what it was before the task, and its copy what has become of it. What is the
 * task's alone (its head, units that came with it, copies) hears the copy in place of the old unit, and what old tasks share
 * goes on hearing the old one.
 */
export function parametersAfterSplit({ network, theta, before, old, split, head }: Split): Float32Array<ArrayBuffer> {
  const next = new Float32Array(theta);
  const widths = widthsOf(network);
  const isSplit = split.map((units) => new Set(units));
  const own = new Set(head);
  eachParameter(network, ({ layer, isBias }, input, output, at) => {
    const isRestored = isSplit[layer]?.has(output) === true;
    if (isBias) {
      if (isRestored) next[at] = before[at] as number;
      return;
    }
    const below = layer - 1;
    const isCopyBelow = input >= (widths[below] ?? Infinity) - (split[below]?.length ?? 0);
    const isOwn = layer === widths.length ? own.has(output) : output >= (old[layer] as number);
    if (isOwn ? isSplit[below]?.has(input) : isCopyBelow) next[at] = 0;
    else if (isRestored && input < (old[below] ?? Infinity)) next[at] = before[at] as number;
  });
  return next;
}
