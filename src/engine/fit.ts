import type { Snapshot } from './checkpoint';
import type { Lessons } from './steps/lessons';
import type { Plan } from './steps/plan';

/** What a snapshot of a run must agree with. */
export interface RunShape {
  readonly parameterCount: number;
  /** Of the optimiser's state. */
  readonly slotNames: readonly string[];
  /** Values of each array that steps carry. */
  readonly carried: Readonly<Record<string, number>>;
  readonly plan: Plan;
  readonly lessons: Lessons;
}

/** What the log says of a checkpoint: `step` counts within the task. */
export interface LoggedPosition {
  readonly task: number;
  readonly step: number;
}

/**
 * Looks whether training can go on from a snapshot; the method's memory looks at what is its own.
 *
 * @throws RangeError that says what does not fit
 */
export function requireFit(snapshot: Snapshot, shape: RunShape): void {
  const { parameterCount, slotNames, carried, plan, lessons } = shape;
  const { slots, optimizerSteps, lossCount, rightCount } = snapshot;
  requireSize(snapshot, parameterCount);
  if (!hasNames(slots, slotNames) || !Object.values(slots).every(({ length }) => length === parameterCount))
    throw new RangeError('the state of the optimiser in the checkpoint is that of another one');
  const lengths = Object.entries(carried);
  if (
    !hasNames(snapshot.carried, Object.keys(carried)) ||
    !lengths.every(([name, length]) => snapshot.carried[name]?.length === length)
  )
    throw new RangeError('the tensors that steps carry in the checkpoint are those of another method');
  if (!isCount(optimizerSteps) || !isCount(lossCount) || !isCount(rightCount) || rightCount > lossCount)
    throw new RangeError('the checkpoint has a number of steps or losses that cannot be');
  requireLesson(snapshot, plan, lessons);
  if (!isPlanned(snapshot, plan)) throw new RangeError('the checkpoint is at a step that this run does not have');
  if (!isAsked(snapshot, plan)) throw new RangeError('the checkpoint has losses that the method was not asked about');
}

/** Looks whether a snapshot has as many parameters. @throws RangeError */
export function requireSize({ theta }: Snapshot, parameterCount: number): void {
  if (theta.length !== parameterCount)
    throw new RangeError(`the checkpoint has ${theta.length} parameters, the network ${parameterCount}`);
}

/** Looks whether a snapshot is of the point that the log says. @throws RangeError */
export function requirePosition(snapshot: Snapshot, { task, step }: LoggedPosition): void {
  if (snapshot.task !== task || stepInTask(snapshot) !== step)
    throw new RangeError('the checkpoint is of another point of the run than the log says');
}

/** Steps of its task before the point of a snapshot. */
export const stepInTask = ({ taken, step }: Pick<Snapshot, 'taken' | 'step'>): number =>
  taken.phases.reduce((sum, steps) => sum + steps, step);

function hasNames(arrays: object, names: readonly string[]): boolean {
  return Object.keys(arrays).length === names.length && names.every((name) => Object.hasOwn(arrays, name));
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;

/** A lesson is asked for when its task begins: before that there is none. */
function requireLesson({ lesson, task, phase, step }: Snapshot, plan: Plan, lessons: Lessons): void {
  if (!lesson) return;
  const isAmid = task < plan.tasks && (phase > 0 || step > 0);
  if (!isAmid || !lessons.mayBeOther) throw new RangeError('the checkpoint has a lesson where there is none');
  lessons.requireLesson(lesson);
}

/** At a step of a phase, at the end of a task's phases, or after the last task; having taken what can have been taken. */
function isPlanned(snapshot: Snapshot, plan: Plan): boolean {
  const { task, phase, step, taken, lesson } = snapshot;
  if (![task, phase, step, ...taken.tasks, ...taken.phases].every(isCount)) return false;
  if (task > plan.tasks || taken.tasks.length !== task || taken.phases.length !== phase) return false;
  if (!taken.tasks.every((steps, of) => plan.mayHaveTaken(of, steps))) return false;
  if (task === plan.tasks) return phase === 0 && step === 0;
  const phases = plan.phasesFor(task, lesson);
  if (phase > phases.length) return false;
  const over = phases.slice(0, phase);
  if (!over.every((one, i) => plan.mayEndAfter(one, taken.phases[i] ?? NaN))) return false;
  return step === 0 || step < (phases[phase]?.steps ?? 0);
}

/** Whether as many losses are waiting for the method's question as there were steps since. */
function isAsked({ task, phase, step, lesson, askedSum, askedCount }: Snapshot, plan: Plan): boolean {
  const asks = task < plan.tasks ? plan.asksEvery(plan.phasesFor(task, lesson)[phase]) : undefined;
  if (asks === undefined) return askedCount === 0 && askedSum === 0;
  return askedCount === step % asks && (askedCount > 0 || askedSum === 0);
}
