import type { Kept } from '../contract/memory';

/** How related tasks are, layer by layer: what the method branching goes by. */
export interface TaskRelatedness {
  /** What is measured, as charts name it. */
  readonly quantity: string;
  /** Of what of a layer, as a title ends. */
  readonly ofLayer: string;
  /** Arrays of the method's memory. */
  keeps(): Readonly<Record<string, Kept>>;
  /** Measures a task and keeps what was found; tasks come in their order. θ is that of the trunk before, and may be any after. */
  keep(task: number): Promise<void>;
  /** Of each hidden layer how related a task is to an earlier one. */
  related(task: number, earlier: number): number[];
  /** The same of all tasks, before they come; absent where that cannot be known. */
  lookAhead?(): Promise<(task: number, earlier: number) => number[]>;
}
