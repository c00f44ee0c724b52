import type { Snapshot } from './checkpoint';
import type { Method, Position } from './contract/method';
import { requireFit, requirePosition, type LoggedPosition } from './fit';
import type { MeanLoss } from './meanLoss';
import type { Optimizer } from './optimizer';
import type { Lessons } from './steps/lessons';
import { bytesOf, type Memory } from './steps/memory';
import type { Plan } from './steps/plan';
import type { Stepper } from './steps/stepper';

/** Arrays that steps carry, as they are at first. */
type Carries = ReturnType<NonNullable<Method['carries']>>;

export interface TrainingParts {
  readonly parameterCount: number;
  readonly optimizer: Optimizer;
  readonly stepper: Stepper;
  readonly memory: Memory;
  readonly plan: Plan;
  readonly lessons: Lessons;
  /** Of the losses since the last one that was logged. */
  readonly logged: MeanLoss;
  /** Of the losses since the method was asked whether the phase goes on. */
  readonly asked: MeanLoss;
}

/** All that a checkpoint holds of a run, out of the parts that hold it, and back into them. */
export class TrainingState {
  private carries: Carries = {};

  constructor(private readonly parts: TrainingParts) {}

  /** Says what steps carry, as it is at first. */
  declare(carries: Carries): void {
    this.carries = carries;
    this.parts.stepper.setCarried(carries);
  }

  /** Bytes of what steps carry. */
  get carriedSize(): number {
    return bytesOf(this.carries);
  }

  snapshot({ task, phase, step }: Position): Snapshot {
    const { optimizer, stepper, memory, logged, asked, plan, lessons } = this.parts;
    const isAmid = phase > 0 || step > 0;
    const slots = Object.fromEntries(
      optimizer.slotNames.map((name, i) => [name, stepper.slots[i]?.dataSync() as Float32Array]),
    );
    const carried = Object.fromEntries(
      Object.keys(this.carries).map((name) => [name, stepper.carried[name]?.dataSync() as Float32Array]),
    );
    return {
      ...{ task, phase, step },
      theta: stepper.theta.dataSync() as Float32Array,
      slots,
      optimizerSteps: stepper.optimizerSteps,
      lossSum: logged.sum,
      lossCount: logged.count,
      askedSum: asked.sum,
      askedCount: asked.count,
      taken: plan.soFar,
      ...(isAmid && lessons.other && { lesson: lessons.other }),
      memory: memory.snapshot(),
      carried,
    };
  }

  /** @throws RangeError, with nothing changed, when the snapshot is not one of this run at the point that the log says */
  restore(snapshot: Snapshot, at: LoggedPosition): void {
    const { parameterCount, optimizer, stepper, memory, plan, lessons, logged, asked } = this.parts;
    const carried = Object.fromEntries(Object.entries(this.carries).map(([name, { values }]) => [name, values.length]));
    requireFit(snapshot, { parameterCount, slotNames: optimizer.slotNames, carried, plan, lessons });
    requirePosition(snapshot, at);
    memory.requireFit(snapshot.memory);
    memory.restore(snapshot.memory);
    Object.entries(snapshot.carried).forEach(([name, values]) => this.setCarried(name, values));
    stepper.setTheta(snapshot.theta);
    stepper.setSlots(snapshot.slots, snapshot.optimizerSteps);
    logged.restore(snapshot.lossSum, snapshot.lossCount);
    asked.restore(snapshot.askedSum, snapshot.askedCount);
    plan.restore(snapshot.taken);
    const { task, phase, step, lesson } = snapshot;
    if (task < plan.tasks && (phase > 0 || step > 0)) plan.begin(task, lessons.resume(task, lesson));
  }

  /** What the last step carried over. @throws Error when steps carry nothing of that name */
  carried(name: string): Float32Array {
    this.shapeOf(name);
    return Float32Array.from(this.parts.stepper.carried[name]?.dataSync() ?? []);
  }

  /** @throws Error when steps carry nothing of that name and size */
  setCarried(name: string, values: Float32Array): void {
    const { shape, length } = this.shapeOf(name);
    if (values.length !== length) throw new Error(`"${name}" has ${length} values, not ${values.length}`);
    this.parts.stepper.setCarried({ [name]: { shape, values } });
  }

  private shapeOf(name: string): { readonly shape: readonly number[]; readonly length: number } {
    const own = Object.hasOwn(this.carries, name) ? this.carries[name] : undefined;
    if (!own) throw new Error(`the steps of the method carry nothing named "${name}": its "carries" has to name it`);
    return { shape: own.shape, length: own.values.length };
  }
}
