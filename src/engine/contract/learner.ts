import type * as tf from '@tensorflow/tfjs-core';
import type { TrainingSpec } from '../../core/recipe';
import type { Move, Network } from './network';
import type { Random } from '../random';
import type { Stream } from './stream';
import type { MethodMemory } from './memory';

/** A pure function of θ, the inputs of some examples ([rows, inputs], not augmented) and further tensors. */
export type RowFunction = (theta: tf.Tensor1D, x: tf.Tensor2D, ...more: tf.Tensor[]) => tf.Tensor[];

/** What a method may use of the run. */
export interface Learner {
  readonly stream: Stream;
  /** The present one. */
  readonly network: Network;
  readonly training: TrainingSpec;
  /** Indices of the training examples used of each task (some of the task's when `samplesPerTask` is set). */
  readonly examples: readonly Int32Array[];
  /** The task that is being trained. */
  readonly task: number;
  /** Steps of that task before a position in it, those of earlier phases among them: how far its lesson has been met. */
  readonly stepInTask: (position: { readonly phase: number; readonly step: number }) => number;
  /** The method's own. */
  readonly memory: MethodMemory;
  /** What the last step carried over. To replace it is to start anew from there. Throws for a name not in `carries`. */
  readonly carried: {
    readonly floats: (name: string) => Float32Array;
    readonly set: (name: string, values: Float32Array) => void;
  };
  /** Current parameters, float32 [parameters]. */
  readonly theta: tf.Tensor1D;
  /** What the run began with: the parameters of its first network, and the running statistics where it has some. */
  readonly beginning: { readonly theta: Float32Array; readonly buffers?: Float32Array };
  /** Running statistics of the present network, [buffers]; undefined where it has none. */
  readonly buffers: tf.Tensor1D | undefined;
  /** Replaces the running statistics; the given array is copied. Throws where the network has none or another number. */
  readonly setBuffers: (values: Float32Array) => void;
  /**
   * Running statistics measured anew at some θ: their mean over batches of training examples as a task sees them. Nothing
   * changes (`setBuffers` does that). Throws where the network has none that can be measured again.
   *
   * @param rows of a batch, for which it is compiled
   */
  readonly measuredBuffers: (
    theta: tf.Tensor1D,
    examples: { readonly task: number; readonly indices: Int32Array },
    rows: number,
  ) => Float32Array;
  /** Replaces the parameters; the given array is copied. The optimiser's state stays. */
  readonly setTheta: (values: Float32Array) => void;
  /**
   * Goes on with another network of the same inputs and outputs, between steps. θ and the optimiser's slots move along,
   * running statistics stay where there are as many and start anew where not; then all methods bring along what is theirs
   * (`grown`). What the new units are to be like is said by `setTheta` afterwards.
   *
   * @throws Error where something of a method's memory does not fit the new network
   */
  readonly replaceNetwork: (next: Network, move: Move) => void;
  /** Optimiser state back to zero, as if made anew. */
  readonly resetOptimizer: () => void;
  /** A named stream of random numbers of this run's seed. */
  readonly random: (name: string, ...place: readonly (number | string)[]) => Random;
  /** One-hot targets [n, outputs] of training examples of a task. */
  readonly targets: (task: number, indices: Int32Array) => tf.Tensor2D;
  /**
   * Results of a pure function of the present θ and the inputs of training examples, as a task sees them, [n, inputs],
   * compiled where that can be done for `rows` examples. They belong to the current tidy. A function that is used again
   * is the same object.
   */
  readonly apply: (
    fn: RowFunction,
    rows: number,
    examples: { readonly task: number; readonly indices: Int32Array },
    more?: readonly tf.Tensor[],
  ) => tf.Tensor[];
  /** Mean plain loss of the present θ on training examples of a task, without dropout: compiled like `apply`. */
  readonly loss: (examples: { readonly task: number; readonly indices: Int32Array }) => number;
  /**
   * Output units that may be told apart in a task: all; in the task-incremental scenario its head; or those of the classes met
   * (with this task at the latest), where training has it so.
   */
  readonly activeUnits: (task: number) => readonly number[];
  /** Lets a stop be heard and reports progress of something that takes a while. Throws `Stopped` when asked to stop. */
  readonly progress: (name: string, done: number, note?: string) => Promise<void>;
}
