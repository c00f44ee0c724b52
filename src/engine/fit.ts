import type { Snapshot } from './checkpoint';
import type { Plan } from './steps/plan';

/** What a snapshot of a run must agree with. */
export interface RunShape {
  readonly parameterCount: number;
  /** Of the optimiser's state. */
  readonly slotNames: readonly string[];
  /** Values of each array that steps carry. */
  readonly carried: Readonly<Record<string, number>>;
  readonly plan: Plan;
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
export function requireFit(snapshot: Snapshot, { parameterCount, slotNames, carried, plan }: RunShape): void {
  const { theta, slots, optimizerSteps, lossCount } = snapshot;
  if (theta.length !== parameterCount)
    throw new RangeError(`the checkpoint has ${theta.length} parameters, the network ${parameterCount}`);
  if (!hasNames(slots, slotNames) || !Object.values(slots).every(({ length }) => length === parameterCount))
    throw new RangeError('the state of the optimiser in the checkpoint is that of another one');
  const lengths = Object.entries(carried);
  if (
    !hasNames(snapshot.carried, Object.keys(carried)) ||
    !lengths.every(([name, length]) => snapshot.carried[name]?.length === length)
  )
    throw new RangeError('the tensors that steps carry in the checkpoint are those of another method');
  if (!isCount(optimizerSteps) || !isCount(lossCount))
    throw new RangeError('the checkpoint has a number of steps or losses that cannot be');
  if (!isPlanned(snapshot, plan)) throw new RangeError('the checkpoint is at a step that this run does not have');
}

/** Looks whether a snapshot is of the point that the log says. @throws RangeError */
export function requirePosition(snapshot: Snapshot, plan: Plan, { task, step }: LoggedPosition): void {
  if (snapshot.task !== task || plan.stepInTask(snapshot) !== step)
    throw new RangeError('the checkpoint is of another point of the run than the log says');
}

function hasNames(arrays: object, names: readonly string[]): boolean {
  return Object.keys(arrays).length === names.length && names.every((name) => Object.hasOwn(arrays, name));
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;

/** At a step of a phase, at the end of a task's phases, or after the last task. */
function isPlanned({ task, phase, step }: Snapshot, { phases: tasks }: Plan): boolean {
  if (![task, phase, step].every(isCount)) return false;
  if (task === tasks.length) return phase === 0 && step === 0;
  const phases = tasks[task];
  if (!phases) return false;
  return step === 0 ? phase <= phases.length : step < (phases[phase]?.steps ?? 0);
}
