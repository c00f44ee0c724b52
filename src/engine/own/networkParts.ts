import type * as tf from '@tensorflow/tfjs-core';
import type { Role } from '../contract/network';
import type { Tensors } from '../contract/step';
import type { Random } from '../random';

/**
 * How the values of a parameter begin: a number for all of them; `fan-in`, uniform within ±1/√inputs; `he`, normal with the
 * variance 2/inputs; `xavier`, uniform within ±√(6/(inputs + outputs)); or a function that draws one value after the other.
 * Inputs are all axes but the last, outputs are the last one, of filters times their sides.
 */
export type Initial = number | 'fan-in' | 'he' | 'xavier' | ((random: Random) => number);

/** A tensor that is learned. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  /** What it is for: methods hold, prune or skip parameters by it. Left out: weights. */
  readonly role?: Exclude<Role, 'statistic'>;
  /** Its last axis is the outputs. */
  readonly isHead?: boolean;
  /** The task whose own it is; left out where tasks share it. */
  readonly task?: number;
  /** Left out: weights as `fan-in`, biases and shifts 0, scales 1. */
  readonly initial?: Initial;
}

/** Something that is measured on the way and not learned, such as the running mean of a normalisation. */
export interface BufferSpec {
  readonly shape: readonly number[];
  /** Of all its values; 0 when left out. */
  readonly initial?: number;
}

/** A tensor whose shape says which rank it has: it fits wherever a tensor is wanted. */
export type NamedTensor = tf.Tensor<never>;
export type NamedTensors = Readonly<Record<string, NamedTensor>>;

/** What a network is asked with, besides its parameters and the inputs of some rows. */
export interface NetworkAsked {
  readonly training: boolean;
  /** In training with dropout: for each of `dropout.units` 0/1, [rows, units], those that are not dropped. */
  readonly kept?: readonly tf.Tensor2D[] | undefined;
  /** As they are now. */
  readonly buffers: NamedTensors;
  /** In training: buffers are used as at test, and stay as they are. */
  readonly frozen: boolean;
  /** What a method gave with each row, by name. */
  readonly columns: Tensors;
  /** A method's tensors. */
  readonly constants: Tensors;
}

/** What a network makes of some rows. */
export interface NetworkAnswer {
  /** Before softmax or another output function, [rows, outputs]. */
  readonly logits: tf.Tensor2D;
  /** What hidden layers pass on, in their order, each [rows, units]: for methods and measures that look inside. */
  readonly layers?: Readonly<Record<string, tf.Tensor2D>>;
  /** In training, not frozen: the buffers after these rows. What is left out stays as it is. */
  readonly buffers?: Tensors;
}

/** A network of your own: what it learns, and what it makes of inputs. */
export interface NetworkParts {
  /** By name, such as `layer1.weights`. All of them are one vector θ, in this order. */
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** Running statistics, by name. */
  readonly buffers?: Readonly<Record<string, BufferSpec>>;
  /** Share m of a batch in the statistics after it, `(1 − m) · before + m · of the batch`, where they are made so: they can be measured again then. */
  readonly momentum?: number;
  /** Share of hidden units that a step of training drops, and how many there are in each layer that drops some. */
  readonly dropout?: { readonly share: number; readonly units: readonly number[] };
  /**
   * A pure function of tensors: traced once and compiled on native TensorFlow, so that it makes no choices by value.
   *
   * @param parameters by name
   * @param x inputs, [rows, height · width · channels]
   */
  readonly forward: (parameters: NamedTensors, x: tf.Tensor2D, asked: NetworkAsked) => NetworkAnswer;
}
