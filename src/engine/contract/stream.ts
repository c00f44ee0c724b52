import type { RunSpec } from '../../core/manifest';
import type { Dataset, Normalisation } from './dataset';

/** One task: which classes it has, and where its examples lie in the data set (indices, in file order). */
export interface Task {
  readonly name: string;
  /** Classes of the data set, in the order of their output units. */
  readonly classes: readonly number[];
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * The ordered tasks a network meets, with the label map of their scenario. An example is an index into the data set and
 * a task: the same image may be another input, and have another label, in another task.
 */
export interface Stream {
  readonly dataset: Dataset;
  readonly scenario: RunSpec['stream']['scenario'];
  readonly tasks: readonly Task[];
  /** Output units of the network. */
  readonly outputs: number;
  /** Of each task the output unit of each class of the data set; −1 for a class it does not have. */
  readonly unitOf: readonly (readonly number[])[];
  /** Output units of each task: its head. */
  readonly heads: readonly (readonly number[])[];
  /**
   * Of each task which value of an image stands at each input of the network, [inputs]; −1: none, it is 0 there, as the
   * border of a padded image is. Absent: as they lie.
   */
  readonly views?: readonly Int32Array[];
  /** What the network gets is (x − mean) / std of the channel of each value, borders too. Absent: x itself. */
  readonly normalisation?: Normalisation;
  /** Share of a task's steps over which it runs into its neighbours; absent: tasks end at once. */
  readonly blurry?: number;
}
