/**
 * What a sleep phase is tuned by (Tadros et al., "Sleep-like unsupervised replay reduces catastrophic forgetting in
 * artificial neural networks", Nat. Commun. 13:7742, 2022). The values hold for one data set and one width of network;
 * they do not carry over to others.
 */
export interface SleepConstants {
  /** Firing rate of an input of brightness 1, in spikes per second, before the published factor 2. */
  readonly maxRate: number;
  /** Step by which a weight grows when both of its neurons spike. */
  readonly increase: number;
  /** Step by which a weight shrinks when only its post-synaptic neuron spikes. */
  readonly decrease: number;
  /** Factor on the threshold, one per layer of weights. */
  readonly beta: readonly number[];
  /** Factor on every synaptic current, divided by the layer's scale. */
  readonly alphaScale: number;
  /** Share of the membrane potential that survives a step. */
  readonly decay: number;
  /** Potential at which a neuron of beta 1 spikes. */
  readonly threshold: number;
  /** Length of a step in seconds. */
  readonly dt: number;
  /** Side of the square window through which the mean image drives the inputs, in pixels; null shows all of it. */
  readonly windowSize: number | null;
}

const shared = { decay: 0.999, threshold: 1, dt: 0.001, windowSize: 11 } as const;

/** Published constants for MNIST, five tasks of two digits, a 784-1200-1200-10 network without biases. */
export const srcMnist: SleepConstants = {
  ...shared,
  maxRate: 239.515363,
  increase: 0.032064,
  decrease: 0.003344,
  beta: [14.548273, 44.560317, 38.046326],
  alphaScale: 55.882454,
};

/** Published constants for Fashion-MNIST, otherwise as {@link srcMnist}. */
export const srcFashionMnist: SleepConstants = {
  ...shared,
  maxRate: 181.047258,
  increase: 0.041001,
  decrease: 0.003344,
  beta: [40.446884, 27.596929, 33.109393],
  alphaScale: 31.592987,
};

/** Steps of the sleep after task `taskIndex` (from 0) in the published MNIST protocol: 15000, 20000, … */
export function srcSleepSteps(taskIndex: number): number {
  return 15000 + 5000 * taskIndex;
}
