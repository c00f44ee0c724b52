import type { Lesson, Method } from '../contract/method';
import type { Stream } from '../contract/stream';
import type { TrainingSpec } from '../../core/recipe';

/** The outputs that take part in the loss of a task's examples: all when undefined. */
export type ActiveOf = (task: number) => readonly number[] | undefined;

/** Those of each task's own head, where the task is told. */
export const ownHeads =
  ({ heads }: Pick<Stream, 'heads'>): ActiveOf =>
  (task) =>
    heads[task] ?? [];

/** Whose outputs take part as training goes on, by the scenario and `training.activeClasses`. */
export class ActiveOutputs {
  private readonly isTold: boolean;
  private readonly grow: boolean;
  /** The newest task of which examples were met. */
  private newest = 0;

  constructor(
    private readonly stream: Stream,
    { taskAwareOnly }: Pick<Method, 'taskAwareOnly'>,
    { activeClasses }: Pick<TrainingSpec, 'activeClasses'>,
  ) {
    this.isTold = stream.scenario === 'task' || taskAwareOnly === true;
    this.grow = !this.isTold && activeClasses === 'all-so-far';
  }

  /** Of a task still to come they are those of the classes that will have been met by then. */
  readonly of: ActiveOf = (task) => {
    if (this.isTold) return ownHeads(this.stream)(task);
    return this.grow ? this.stream.heads.slice(0, Math.max(task, this.newest) + 1).flat() : undefined;
  };

  /** A task begins or goes on, with what it is trained on. @returns whether other outputs take part than before */
  meet(task: number, { tasks }: Pick<Lesson, 'tasks'>): boolean {
    const before = this.newest;
    this.newest = tasks.reduce((newest, one) => Math.max(newest, one), task);
    return this.grow && this.newest !== before;
  }
}
