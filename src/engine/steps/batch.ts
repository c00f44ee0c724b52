import type { Batch } from '../contract/method';
import type { Cut } from '../data/augmentation';

/** A batch of a step that is about to be taken. */
export interface StepBatch extends Batch {
  /** Bytes 0/1 [rows, hidden units of all layers]; with dropout. */
  readonly kept?: Uint8Array;
  /** How each example is cut out and mirrored; with augmentation. */
  readonly cut?: Cut;
}

/** A step to take: its batches by name, and the step size. */
export interface PlannedStep {
  readonly batches: Readonly<Record<string, StepBatch>>;
  readonly learningRate: number;
  /** How many rows of the batch `current`, its first, are the lesson's own examples; none when left out. */
  readonly own?: number;
}

/** The lesson's own examples of a step that are of a task. */
export function ownExamples({ batches, own = 0 }: PlannedStep, task: number): Int32Array {
  const { indices, tasks } = batches['current'] ?? { indices: new Int32Array(), tasks: new Int32Array() };
  return indices.subarray(0, own).filter((_, row) => tasks[row] === task);
}

/** Whether one graph can take both steps. */
export function haveOneLayout(a: PlannedStep, b: PlannedStep): boolean {
  const names = Object.keys(a.batches);
  if (names.length !== Object.keys(b.batches).length) return false;
  return names.every((name) => {
    const [first, second] = [a.batches[name], b.batches[name]];
    return first !== undefined && second !== undefined && sameRows(first, second);
  });
}

function sameRows(a: StepBatch, b: StepBatch): boolean {
  if (a.indices.length !== b.indices.length || a.apart !== b.apart) return false;
  if (a.columns === b.columns) return true;
  const [columns, others] = [Object.entries(a.columns ?? {}), b.columns ?? {}];
  if (columns.length !== Object.keys(others).length) return false;
  return columns.every(
    ([name, { length, constructor }]) => others[name]?.length === length && others[name].constructor === constructor,
  );
}

/** Rows of all batches. */
export const rowsOf = ({ batches }: PlannedStep): number =>
  Object.values(batches).reduce((sum, { indices }) => sum + indices.length, 0);

/** Stands for what one graph can take: names, rows and columns of the batches. */
export const layoutKey = ({ batches }: PlannedStep): string =>
  JSON.stringify(
    Object.entries(batches).map(([name, { indices, apart, kept, columns = {} }]) => [
      name,
      indices.length,
      apart === true,
      kept !== undefined,
      Object.entries(columns).map(([column, values]) => [column, values.length, values.constructor.name]),
    ]),
  );
