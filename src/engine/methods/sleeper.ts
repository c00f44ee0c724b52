import * as tf from '@tensorflow/tfjs-core';
import type { Kept } from '../contract/memory';
import type { Network, TensorView } from '../contract/network';

/** The layers that fall asleep, and what drives them. */
export interface Sleeper {
  /** Weights of each layer, inputs × units, the input side first. */
  readonly weights: readonly TensorView[];
  /** Neurons of each layer, the inputs first. */
  readonly sizes: readonly number[];
  /** Values of a pixel, or of a place of a feature map, side by side. */
  readonly channels: number;
  /** Side of the square of the mean input that is shown in a time step; null: all of it is. */
  readonly window: number | null;
  /** Arrays of the method's memory. */
  readonly keeps: Readonly<Record<string, Kept>>;
  /** What drives the sleep after a task; undefined where it is not slept after it. */
  stimulus(task: number): Promise<Stimulus | undefined>;
}

export interface Stimulus {
  /** Mean input, 0..1. */
  readonly mean: Float32Array;
  /** Input that 1 stands for. */
  readonly inputMaximum: number;
  /** Largest activation of each layer, of the last one after its output function. */
  readonly maxima: readonly number[];
}

/** What the outputs say. Of a ReLU what is below 0 counts as little as 0: `layerScales` takes it for that. */
export const outputsFrom: Readonly<Record<Network['output'], (logits: tf.Tensor2D) => tf.Tensor2D>> = {
  relu: (logits) => logits,
  softmax: (logits) => tf.softmax(logits),
  sigmoid: (logits) => tf.sigmoid(logits),
};
