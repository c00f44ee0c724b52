import type * as tf from '@tensorflow/tfjs-core';
import type { ImageShape, LayeredSpec, NetworkSpec } from '../../core/recipe';
import type { Random } from '../random';
import type { Outputs, Tensors } from './step';

/** What a tensor of a network is for. A statistic is measured on the way and not learned. */
export type Role = 'weights' | 'bias' | 'scale' | 'shift' | 'statistic';

/** Where a tensor of the network lies in a flat vector: of what is learned in θ, of statistics in the buffers. */
export interface TensorView {
  readonly name: string;
  readonly role: Role;
  /** Its last axis is the outputs. */
  readonly isHead?: true;
  /** The task whose own it is; absent where tasks share it. */
  readonly task?: number;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** Plain data that tells a network from all others: it is in checkpoints, and a network can be made from it again. */
export type Architecture = Readonly<Record<string, unknown>>;

/** What a network is asked with, besides its parameters and the inputs of some rows. */
export interface Asked {
  readonly training: boolean;
  /** 0/1, [rows, hidden units that may be dropped]: those that are not. In training with dropout. */
  readonly kept?: tf.Tensor2D | undefined;
  /** Running statistics, [buffers]; of a network that has some. */
  readonly buffers?: tf.Tensor1D | undefined;
  /** In training: the running statistics are used as at test, and stay as they are (`freezesStatistics` of a method). */
  readonly frozen?: boolean | undefined;
  /** What the method gave with each row, by name: [rows], or [rows, width]. */
  readonly columns: Tensors;
  /** The method's tensors, as its steps have them. */
  readonly constants: Tensors;
}

/** Running statistics of a network. */
export interface Statistics {
  readonly views: readonly TensorView[];
  /** As they are at first, [buffers]. */
  readonly initial: Float32Array;
  /**
   * Share m of a batch in the statistics after it, `(1 − m) · before + m · of the batch`: who says so has statistics that
   * can be measured again (`learner.measuredStatistics`).
   */
  readonly momentum?: number;
}

/**
 * A network is a pure function. What it learned lies in one flat vector θ, of which `views` names the parts; running
 * statistics lie in another. A network never changes: one that grows is replaced by another.
 */
export interface Network {
  readonly architecture: Architecture;
  /** What is made of the logits, and so the loss: cross-entropy of a softmax, or squared error of a ReLU. */
  readonly output: NetworkSpec['output'];
  readonly views: readonly TensorView[];
  readonly parameterCount: number;
  /** Running statistics, and how they are at first. */
  readonly statistics?: Statistics;
  /** Share of the hidden units that a step of training drops, and how many there are in each layer. */
  readonly dropout: { readonly share: number; readonly units: readonly number[] };
  /** θ as it is at first. */
  initial(random: Random): Float32Array;
  /**
   * What it makes of some rows: fixed shapes, no choices by value.
   *
   * @param parameters the tensors of θ, in the order of `views`
   * @param x inputs, [rows, inputs]
   */
  forward(parameters: readonly tf.Tensor[], x: tf.Tensor2D, asked: Asked): Outputs;
  /** How it can be cut in two; absent where it cannot. */
  readonly cut?: Cuttable;
  /** The part that goes on learning where a method freezes the front of it; absent where none does. */
  readonly behindFront?: BehindFront;
}

/** What of a network goes on learning behind a frozen front, and what a method keeps of examples for it. */
export interface BehindFront {
  readonly cut: CutNetwork;
  /** How many examples are kept; 0 as long as nothing is frozen. */
  kept(): number;
  /** What the back is given of some of them, [rows, values]. Belongs to the caller. */
  given(from: number, to: number): tf.Tensor2D;
}

/** Where a network can be cut: behind each of its first layers, of a residual network behind each of its first blocks. */
export interface Cuttable {
  /** Behind which one at last. */
  readonly most: number;
  /** @param frozen how many layers, or blocks, are in front of the cut: 1 … `most` */
  readonly after: (frozen: number) => CutNetwork;
}

/** A network in two parts. Both are asked with all its parameters, in the order of its views. */
export interface CutNetwork {
  /** Of what the front passes on: height, width and channels, in this order in memory; of a dense layer 1 × 1 × units. */
  readonly shape: ImageShape;
  /** How many of the views, the first ones, are of the front. */
  readonly tensors: number;
  /** What the hidden layers of the front pass on, and what goes on to the back, [rows, values]. @param asked at test */
  front(
    parameters: readonly tf.Tensor[],
    x: tf.Tensor2D,
    asked: Asked,
  ): { readonly layers: readonly tf.Tensor2D[]; readonly features: tf.Tensor2D };
  /** What the rest of the network makes of that. */
  back(parameters: readonly tf.Tensor[], features: tf.Tensor2D, asked: Asked): Outputs;
}

/** Makes a network for images of a shape. */
export type MakeNetwork = (inputs: ImageShape, outputs: number) => Network;

/** Carries a vector over θ into the order of another network; `fill`, by default 0, stands where there was nothing. */
export type Move = (values: Float32Array, fill?: number) => Float32Array<ArrayBuffer>;

export interface Dense {
  readonly kind: 'dense';
  readonly inputs: number;
  readonly units: number;
}

/** A convolution that keeps height and width, ReLU, and 2 × 2 max pooling. */
export interface Convolution {
  readonly kind: 'convolution';
  readonly image: ImageShape;
  readonly kernel: number;
  readonly filters: number;
  /** Values it passes on, after pooling. */
  readonly units: number;
}

/** A network of layers one after the other, of which more is known. The last one is dense and has no ReLU. */
export interface LayeredNetwork extends Network {
  readonly spec: LayeredSpec;
  readonly layers: readonly (Dense | Convolution)[];
  /** Values that enter each layer, the input first, and at the end the outputs. */
  readonly sizes: readonly number[];
}
