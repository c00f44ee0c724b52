import { stepsPerTask, type TrainingSpec } from '../../core/recipe';
import { mayEndEarly } from '../../core/trainingSettings';
import type { Lesson, Method, Phase, Position } from '../contract/method';

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
const stepsOf = (phases: readonly Phase[]): number => sumOf(phases.map(({ steps }) => steps));

/** Steps that were taken: in each task that is over, and in each phase that is over of the task after those. */
export interface Taken {
  readonly tasks: readonly number[];
  readonly phases: readonly number[];
}

/** A phase that was skipped or ended early: after `step` steps of its task, which has `steps` from then on. */
interface Correction {
  readonly step: number;
  readonly steps: number;
}

/**
 * The steps of a run: the phases of each task. Those of a task are known when it begins, and reckoned from its own
 * examples until then; phases that are skipped or end early take fewer.
 */
export class Plan {
  private readonly phases = new Map<number, readonly Phase[]>();
  private taken: Taken = { tasks: [], phases: [] };

  /**
   * @param examples training examples of each task: their number counts where a lesson goes through the whole run
   * @param settled so many tasks at first are planned by others
   */
  constructor(
    private readonly training: TrainingSpec,
    private readonly method: Method,
    private readonly examples: readonly Int32Array[],
    private readonly settled = 0,
  ) {}

  /** How many steps have been taken in what is over. */
  get soFar(): Taken {
    return this.taken;
  }

  get tasks(): number {
    return this.examples.length;
  }

  /** Phases of a task that trains on some lesson; by default on its own examples. */
  phasesFor(task: number, lesson?: Lesson): readonly Phase[] {
    const own = this.examples[task] ?? new Int32Array();
    const counted = lesson && !lesson.throughTheRun ? lesson.indices : own;
    const steps = stepsPerTask(this.training, counted.length);
    return this.method.phases?.(task, steps) ?? [{ name: 'train', steps }];
  }

  phasesOf(task: number): readonly Phase[] {
    const phases = this.phases.get(task) ?? this.phasesFor(task);
    this.phases.set(task, phases);
    return phases;
  }

  /** A task begins, or goes on. */
  begin(task: number, lesson: Lesson): void {
    this.phases.set(task, this.phasesFor(task, lesson));
  }

  /** Examples of the lesson in each step of a phase. */
  batchSizeOf({ task, phase }: Pick<Position, 'task' | 'phase'>): number {
    return this.phasesOf(task)[phase]?.batchSize ?? this.training.batchSize;
  }

  /** The phase that was on is over after so many steps. */
  endPhase(steps: number): void {
    this.taken = { ...this.taken, phases: [...this.taken.phases, steps] };
  }

  endTask(): void {
    const { tasks, phases } = this.taken;
    this.taken = { tasks: [...tasks, sumOf(phases)], phases: [] };
  }

  restore(taken: Taken): void {
    this.taken = taken;
  }

  /** After how many steps of a phase the method is asked whether it goes on; undefined: never. */
  asksEvery(phase: Phase | undefined): number | undefined {
    return this.method.afterSteps && phase?.askEvery;
  }

  /** Whether a phase can have come to its end after so many steps. */
  mayEndAfter(phase: Phase, steps: number): boolean {
    if (steps === phase.steps) return true;
    if (mayEndEarly(this.training)) return steps < phase.steps;
    if (steps === 0) return this.method.beforePhase !== undefined;
    const every = this.asksEvery(phase);
    return steps < phase.steps && every !== undefined && steps % every === 0;
  }

  /** Whether a task that is over can have taken so many steps. Its lesson is not known any more. */
  mayHaveTaken(task: number, steps: number): boolean {
    if (this.method.lesson || task < this.settled) return true;
    const planned = stepsOf(this.phasesFor(task));
    const { method, training } = this;
    const mayBeFewer = method.beforePhase !== undefined || method.afterSteps !== undefined || mayEndEarly(training);
    return mayBeFewer ? steps <= planned : steps === planned;
  }

  /** Steps of a task as planned when it began. */
  plannedStepsOf(task: number): number {
    return stepsOf(this.phasesOf(task));
  }

  /** Steps of a task as far as it is known. */
  stepsOf(task: number): number {
    const { tasks, phases } = this.taken;
    if (task < tasks.length) return tasks[task] ?? 0;
    if (task > tasks.length) return this.plannedStepsOf(task);
    return sumOf(phases) + stepsOf(this.phasesOf(task).slice(phases.length));
  }

  /** Steps of the task that is being trained before a position in it. */
  stepInTask({ phase, step }: Pick<Position, 'phase' | 'step'>): number {
    return sumOf(this.taken.phases.slice(0, phase)) + step;
  }

  /** Steps of the whole run before a position in the task that is being trained. */
  stepInRun(position: Position): number {
    return sumOf(this.taken.tasks) + this.stepInTask(position);
  }

  /** What was corrected so far in the task that is being trained. */
  corrections(): Correction[] {
    const { tasks, phases: taken } = this.taken;
    const phases = this.phasesOf(tasks.length);
    return taken.flatMap((steps, phase) => {
      if (steps === phases[phase]?.steps) return [];
      const step = sumOf(taken.slice(0, phase + 1));
      return { step, steps: step + stepsOf(phases.slice(phase + 1)) };
    });
  }
}
