import type { TrainingSpec } from '../../core/recipe';
import type { Lesson, Method } from '../contract/method';
import type { Stream } from '../contract/stream';

/** The outputs that take part in the loss of a task's examples: all when undefined. */
export type ActiveOf = (task: number) => readonly number[] | undefined;

/** Those of each task's own head, where the task is told. */
export const ownHeads =
  ({ heads }: Pick<Stream, 'heads'>): ActiveOf =>
  (task) =>
    heads[task] ?? [];

/** The outputs of all classes of the first so many tasks, each once. */
export const unitsMet = ({ heads }: Pick<Stream, 'heads'>, tasks: number): number[] => [
  ...new Set(heads.slice(0, tasks).flat()),
];

/** Whose outputs take part as training goes on, by the scenario and `training.activeClasses`. */
export class ActiveOutputs {
  private readonly areTold: boolean;
  private readonly areMet: boolean;
  /** The newest task in what is trained on at present. */
  private newest = 0;

  constructor(
    private readonly stream: Stream,
    { taskAwareOnly }: Pick<Method, 'taskAwareOnly'>,
    { activeClasses }: Pick<TrainingSpec, 'activeClasses'>,
  ) {
    this.areTold = stream.scenario === 'task' || taskAwareOnly === true;
    this.areMet = stream.scenario === 'class' && !this.areTold && activeClasses === 'all-so-far';
  }

  /** Of a task still to come they are those of the classes that will have been met by then. */
  readonly of: ActiveOf = (task) => {
    if (this.areTold) return ownHeads(this.stream)(task);
    return this.areMet ? unitsMet(this.stream, Math.max(task, this.newest) + 1) : undefined;
  };

  /** A task begins or goes on, with what it is trained on. @returns whether other outputs take part than before */
  meet(task: number, { tasks }: Pick<Lesson, 'tasks'>): boolean {
    const before = this.newest;
    this.newest = tasks.reduce((newest, one) => Math.max(newest, one), task);
    return this.areMet && this.newest !== before;
  }
}
