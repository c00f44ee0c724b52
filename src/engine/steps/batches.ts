import type { TrainingSpec } from '../../core/recipe';
import type { Batch, Method, Position } from '../methods/method';
import type { Network } from '../networks/network';
import { randomStream } from '../random';
import { DataOrder } from '../streams/order';
import type { Step } from './batch';
import type { Plan } from './plan';

export interface BatchesInput {
  readonly training: TrainingSpec;
  readonly network: Network;
  readonly method: Method;
  readonly plan: Plan;
  readonly seed: number;
  /** Training examples of each task. */
  readonly examples: readonly Int32Array[];
}

/** The batches of a run, in order; any position can be asked for. */
export class Batches {
  private order: { readonly key: number; readonly order: DataOrder } | undefined;
  /** One that was too large or too small to go with the steps before it. */
  private pending: { readonly current: Int32Array; readonly batch: Batch } | undefined;

  constructor(private readonly input: BatchesInput) {}

  /** The steps from a position on, all with the same number of rows. @param most how many at most, given the rows */
  next({ task, phase, step }: Position, most: (rows: number) => number): Step[] {
    const { method, plan, training } = this.input;
    const learningRate = plan.phases[task]?.[phase]?.learningRate ?? training.learningRate;
    const steps: Step[] = [];
    let count = 1;
    for (let i = 0; i < count; i++) {
      const position = { task, phase, step: step + i };
      const { current, batch } = this.pending ?? this.at(position);
      const rows = batch.indices.length;
      if (i === 0) count = most(rows);
      else if (rows !== steps[0]?.indices.length) {
        this.pending = { current, batch };
        break;
      }
      this.pending = undefined;
      const kept = this.keptUnits(rows, position);
      steps.push({ ...batch, learningRate, ...(kept && { kept }) });
      method.afterStep?.(current, position);
    }
    return steps;
  }

  private at(position: Position): { current: Int32Array; batch: Batch } {
    const { method, plan } = this.input;
    // Pooled data is met in one long pass over all tasks' steps.
    const step = method.pooled ? plan.stepInRun(position) : plan.stepInTask(position);
    const current = Int32Array.from(this.orderOf(position.task).batch(step));
    const plain: Batch = { indices: current, weights: new Float32Array(current.length).fill(1 / current.length) };
    return { current, batch: method.batch?.(plain, position) ?? plain };
  }

  /** The pooled data of all tasks for the upper bound, else the data of the task. */
  private orderOf(task: number): DataOrder {
    const { method, examples, training, seed } = this.input;
    const key = method.pooled ? -1 : task;
    if (this.order?.key !== key) {
      const indices = key === -1 ? concatenated(examples) : (examples[task] ?? new Int32Array());
      this.order = { key, order: new DataOrder(indices, training.batchSize, seed, [key]) };
    }
    return this.order.order;
  }

  /** Bytes 0/1 [rows, hidden units of all layers], 0 for what is dropped. Each layer has numbers of its own. */
  private keptUnits(rows: number, { task, phase, step }: Position): Uint8Array | undefined {
    const { dropout, hidden } = this.input.network.spec;
    if (dropout === 0) return undefined;
    const width = hidden.reduce((sum, units) => sum + units, 0);
    const kept = new Uint8Array(rows * width);
    let offset = 0;
    hidden.forEach((units, layer) => {
      const random = randomStream(this.input.seed, 'dropout', task, phase, step, layer);
      for (let row = 0; row < rows; row++) {
        const start = row * width + offset;
        for (let unit = start; unit < start + units; unit++) kept[unit] = random() < dropout ? 0 : 1;
      }
      offset += units;
    });
    return kept;
  }
}

function concatenated(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
