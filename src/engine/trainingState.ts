import type * as tf from '@tensorflow/tfjs-core';
import type { Snapshot } from './checkpoint';
import type { Method, Position } from './contract/method';
import type { Move, Network } from './contract/network';
import { requireFit, requirePosition, requireSize, type LoggedPosition } from './fit';
import type { MeanLoss } from './meanLoss';
import type { Optimizer } from './optimizer';
import type { Passes } from './passes';
import type { PresentNetwork } from './presentNetwork';
import type { RowAnswers } from './rowAnswers';
import type { Lessons } from './steps/lessons';
import { bytesOf, type Memory } from './steps/memory';
import { namesBeside, ownName } from './steps/ownNames';
import type { Plan } from './steps/plan';
import { buffersIn, statisticsOf } from './steps/statistics';
import type { Stepper } from './steps/stepper';

/** Arrays that steps carry, as they are at first. */
type Carries = ReturnType<NonNullable<Method['carries']>>;

export interface TrainingParts {
  readonly network: PresentNetwork;
  readonly method: Method;
  readonly optimizer: Optimizer;
  readonly stepper: Stepper;
  readonly memory: Memory;
  readonly plan: Plan;
  readonly lessons: Lessons;
  readonly passes: Passes;
  /** Which examples were right in the last row; undefined where rows do not say. */
  readonly rowAnswers: RowAnswers | undefined;
  /** Of the losses since the last one that was logged. */
  readonly logged: MeanLoss;
  /** Of the shares of right answers in the same steps. */
  readonly right: MeanLoss;
  /** Of the losses since the method was asked whether the phase goes on. */
  readonly asked: MeanLoss;
}

/** All that a checkpoint holds of a run, out of the parts that hold it, and back into them. */
export class TrainingState {
  private carries: Carries = {};
  private hasBegun = false;

  constructor(private readonly parts: TrainingParts) {}

  /** The method has begun: what it keeps and what its steps carry is there, as it is at first. */
  begin(): void {
    const { network, method, memory, stepper } = this.parts;
    // What is kept may be as long as the running statistics are.
    stepper.setCarried(statisticsOf(network.get()));
    memory.declare(method.keeps?.() ?? {});
    this.carries = this.carriesNow();
    this.hasBegun = true;
    stepper.setCarried(this.carries);
  }

  /** Bytes of what the method's steps carry. */
  get carriedSize(): number {
    return bytesOf(this.parts.method.carries?.() ?? {});
  }

  /** The network's running statistics; undefined where it has none. */
  get buffers(): tf.Tensor1D | undefined {
    return buffersIn(this.parts.stepper.carried);
  }

  /** @throws Error when the network has no running statistics, or as many others */
  setBuffers(values: Float32Array): void {
    const [name] = Object.keys(statisticsOf(this.parts.network.get()));
    if (name === undefined) throw new Error('the network has no running statistics');
    this.setCarried(name, values);
  }

  /** Goes on with another network: see the contract of a learner. */
  replaceNetwork(next: Network, move: Move): void {
    const { network, method, memory, stepper, optimizer } = this.parts;
    const moved = (tensor: tf.Tensor | undefined) => move(Float32Array.from(tensor?.dataSync() ?? []));
    const theta = moved(stepper.theta);
    const slots = Object.fromEntries(optimizer.slotNames.map((name, i) => [name, moved(stepper.slots[i])]));
    if (theta.length !== next.parameterCount)
      throw new Error(`θ moves to ${theta.length} parameters, and the network has ${next.parameterCount}`);
    network.set(next);
    this.parts.passes.forgetParameters();
    stepper.adopt(theta, slots);
    this.carries = this.carriesNow();
    // What is set from here on is to fit it.
    memory.expect(method.keeps?.() ?? {});
    method.grown?.(move);
    memory.requireFit(memory.snapshot());
    const statistics = statisticsOf(next);
    for (const [name, { shape, values }] of Object.entries(this.carries)) {
      if (stepper.carried[name]?.size === values.length) continue;
      if (!Object.hasOwn(statistics, name))
        throw new Error(
          `the method did not bring along what its steps carry as "${ownName(name)}" when the network was replaced`,
        );
      stepper.setCarried({ [name]: { shape, values } });
    }
  }

  snapshot({ task, phase, step }: Position): Snapshot {
    const { network, optimizer, stepper, memory, logged, right, asked, plan, lessons } = this.parts;
    const { architecture } = network;
    const passes = this.parts.passes.snapshot();
    const isAmid = phase > 0 || step > 0;
    const slots = Object.fromEntries(
      optimizer.slotNames.map((name, i) => [name, stepper.slots[i]?.dataSync() as Float32Array]),
    );
    const answered = this.parts.rowAnswers?.snapshot();
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
      rightSum: right.sum,
      rightCount: right.count,
      flops: stepper.flops,
      askedSum: asked.sum,
      askedCount: asked.count,
      taken: plan.soFar,
      ...(isAmid && lessons.other && (lessons.isWholeStream ? { wholeStream: true } : { lesson: lessons.other })),
      ...(architecture && { architecture }),
      ...(passes && { passes }),
      ...(answered && { answered }),
      memory: memory.snapshot(),
      carried,
    };
  }

  /** @throws RangeError, with nothing changed, when the snapshot is not one of this run at the point that the log says */
  restore(stored: Snapshot, at: LoggedPosition): void {
    const snapshot = stored.wholeStream ? { ...stored, lesson: this.parts.lessons.wholeStream() } : stored;
    const { network, memory, stepper, plan, lessons, logged, right, asked } = this.parts;
    const before = network.get();
    const next = network.of(snapshot.architecture);
    // Before anything is made in its size.
    requireSize(snapshot, next.parameterCount);
    try {
      this.expect(next);
      this.requireFit(snapshot, at);
    } catch (error) {
      this.expect(before);
      throw error;
    }
    memory.restore(snapshot.memory);
    Object.entries(snapshot.carried).forEach(([name, values]) => this.setCarried(name, values));
    stepper.setTheta(snapshot.theta);
    stepper.setSlots(snapshot.slots, snapshot.optimizerSteps);
    logged.restore(snapshot.lossSum, snapshot.lossCount);
    right.restore(snapshot.rightSum, snapshot.rightCount);
    stepper.flops = snapshot.flops;
    asked.restore(snapshot.askedSum, snapshot.askedCount);
    plan.restore(snapshot.taken);
    this.parts.passes.restore(snapshot.passes);
    this.parts.rowAnswers?.restore(snapshot.answered ?? {});
    const { task, phase, step, lesson } = snapshot;
    if (task < plan.tasks && (phase > 0 || step > 0)) plan.begin(task, lessons.resume(task, lesson));
  }

  /** From here on all is to fit this network. */
  private expect(network: Network): void {
    const { method, memory } = this.parts;
    this.parts.network.set(network);
    memory.expect(method.keeps?.() ?? {});
    this.carries = this.carriesNow();
  }

  private requireFit(snapshot: Snapshot, at: LoggedPosition): void {
    const { network, optimizer, memory, plan, lessons } = this.parts;
    const { parameterCount, statistics } = network.get();
    const carried = Object.fromEntries(Object.entries(this.carries).map(([name, { values }]) => [name, values.length]));
    requireFit(snapshot, { parameterCount, slotNames: optimizer.slotNames, carried, plan, lessons });
    requirePosition(snapshot, at);
    this.parts.passes.requireFit(snapshot.passes, parameterCount, statistics?.initial.length ?? 0);
    memory.requireFit(snapshot.memory);
    requireAnswered(snapshot, this.parts.rowAnswers);
  }

  /** What steps carry with the present network, as it is at first. */
  private carriesNow(): Carries {
    return { ...this.parts.method.carries?.(), ...statisticsOf(this.parts.network.get()) };
  }

  /** What the last step carried over. @throws Error when steps carry nothing of that name */
  carried(name: string): Float32Array {
    this.shapeOf(name);
    return Float32Array.from(this.parts.stepper.carried[name]?.dataSync() ?? []);
  }

  /** @throws Error when steps carry nothing of that name and size */
  setCarried(name: string, values: Float32Array): void {
    const { shape, length } = this.shapeOf(name);
    if (values.length !== length) throw new Error(`"${ownName(name)}" has ${length} values, not ${values.length}`);
    this.parts.stepper.setCarried({ [name]: { shape, values } });
  }

  private shapeOf(name: string): { readonly shape: readonly number[]; readonly length: number } {
    const own = Object.hasOwn(this.carries, name) ? this.carries[name] : undefined;
    if (!own) throw new Error(this.hasNot(name));
    return { shape: own.shape, length: own.values.length };
  }

  private hasNot(name: string): string {
    if (!this.hasBegun)
      return 'what steps carry is not there yet: it can be used from "beforePhase" on, and "begin" comes before it';
    const names = namesBeside(name, Object.keys(this.carries)).join(', ') || 'nothing';
    return `the steps of the method carry nothing named "${ownName(name)}". Its "carries" has: ${names}`;
  }
}

/** @throws RangeError */
function requireAnswered({ answered = {}, task }: Snapshot, rowAnswers: RowAnswers | undefined): void {
  if (rowAnswers) rowAnswers.requireFit(answered, task);
  else if (Object.keys(answered).length > 0)
    throw new RangeError('the checkpoint holds earlier answers, and this run has none');
}
