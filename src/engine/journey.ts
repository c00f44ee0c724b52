import { legsOf } from '../core/legs';
import type { RunSpec } from '../core/manifest';
import type { Snapshot } from './checkpoint';
import type { LoggedPosition } from './fit';
import { Trainer, type TrainerInput } from './trainer';

/** What depends on the settings of a leg. */
export type LegParts = Pick<TrainerInput, 'method' | 'makeNetwork'>;

export interface JourneyInput extends Omit<TrainerInput, keyof LegParts | 'learns'> {
  readonly partsOf: (spec: RunSpec) => LegParts;
}

/**
 * A run from its first task to its last. One that was forked has several legs: its settings change where one ends, and the
 * next goes on with all that the one before left (parameters, the state of the optimiser, memory, what steps carry), as if
 * it had been stopped there and resumed.
 */
export class Journey {
  private readonly trainers: readonly { readonly trainer: Trainer; readonly from: number }[];
  /** Which one goes on. */
  private current = 0;

  /** @throws Error where a leg could not go on with what the one before leaves */
  constructor({ partsOf, ...input }: JourneyInput) {
    const legs = legsOf(input.manifest);
    const { length: tasks } = input.stream.tasks;
    const late = legs.find(({ from }) => from >= tasks);
    if (late) throw new Error(`run.json changes settings after task ${late.from}, and there are ${tasks} tasks.`);
    this.trainers = legs.map(({ manifest, from, until }) => ({
      trainer: new Trainer({ ...input, manifest, ...partsOf(manifest.spec), learns: { from, until } }),
      from,
    }));
    // What cannot go on later cannot go on now: nobody waits for it.
    this.trainers.forEach((_, next) => next > 0 && this.handOver(next, 0));
  }

  /** As `Trainer.restore`. */
  restore(snapshot: Snapshot, at: LoggedPosition): void {
    const found = this.trainers.findLastIndex(({ from }) => from <= snapshot.task);
    this.at(found).restore(snapshot, at);
    this.current = found;
  }

  /** As `Trainer.kept`. */
  kept(): Snapshot['memory'] {
    return this.at(this.current).kept();
  }

  /**
   * From the first task, or from what was restored.
   *
   * @param warnings to be said at the start
   * @throws Stopped, DivergedError, Superseded
   */
  async run(warnings: readonly string[] = []): Promise<void> {
    this.at(this.current).begin(warnings, (task) => this.stepsOf(task));
    await this.at(this.current).learn();
    while (this.current + 1 < this.trainers.length) {
      this.handOver(this.current + 1, this.fromOf(this.current + 1));
      this.current += 1;
      await this.at(this.current).learn();
    }
  }

  /** Steps of a task as the leg plans it to which it belongs. */
  private stepsOf(task: number): number {
    const leg = this.trainers.findLast(({ from }) => from <= task);
    return leg?.trainer.stepsOf(task) ?? 0;
  }

  private handOver(next: number, tasks: number): void {
    const snapshot = this.at(next - 1).snapshotBefore(tasks);
    try {
      this.at(next).restore(snapshot, { task: tasks, step: 0 });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new Error(
        `A setting cannot be changed after task ${this.fromOf(next)}: what training has left by then does not fit it (${error.message}).`,
        { cause: error },
      );
    }
  }

  private at(leg: number): Trainer {
    return (this.trainers[leg] as (typeof this.trainers)[number]).trainer;
  }

  private fromOf(leg: number): number {
    return this.trainers[leg]?.from ?? 0;
  }
}
