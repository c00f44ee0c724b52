import { stepsPerTask, type TrainingSpec } from '../../core/recipe';
import type { Method, Phase, Position } from '../methods/method';

const stepsOf = (phases: readonly Phase[]): number => phases.reduce((sum, { steps }) => sum + steps, 0);

/** The steps of a run: the phases of each task. */
export class Plan {
  readonly phases: readonly (readonly Phase[])[];

  /** @param examples training examples of each task */
  constructor(training: TrainingSpec, method: Method, examples: readonly Int32Array[]) {
    this.phases = examples.map(({ length }, task) => {
      const steps = stepsPerTask(training, length);
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
