import { stepsPerTask, type TrainingSpec } from '../../core/recipe';
import type { Lesson, Method, Phase, Position } from '../contract/method';

const stepsOf = (phases: readonly Phase[]): number => phases.reduce((sum, { steps }) => sum + steps, 0);

/** The steps of a run: the phases of each task. */
export class Plan {
  readonly phases: readonly (readonly Phase[])[];

  /**
   * @param lessons what each task trains on
   * @param examples training examples of each task: their number counts where a lesson goes through the whole run
   */
  constructor(training: TrainingSpec, method: Method, lessons: readonly Lesson[], examples: readonly Int32Array[]) {
    this.phases = lessons.map(({ indices, throughTheRun }, task) => {
      const steps = stepsPerTask(training, (throughTheRun ? examples[task] : indices)?.length ?? 0);
      return method.phases?.(task, steps) ?? [{ name: 'train', steps }];
    });
  }

  stepsOf(task: number): number {
    return stepsOf(this.phases[task] ?? []);
  }

  /** Steps of the task before a position. */
  stepInTask({ task, phase, step }: Position): number {
    return stepsOf((this.phases[task] ?? []).slice(0, phase)) + step;
  }

  /** Steps of the whole run before a position. */
  stepInRun(position: Position): number {
    const before = this.phases.slice(0, position.task).reduce((sum, phases) => sum + stepsOf(phases), 0);
    return before + this.stepInTask(position);
  }
}
