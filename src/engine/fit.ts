import type { Snapshot } from './checkpoint';
import type { Plan } from './steps/plan';

/** What a snapshot of a run must agree with. */
export interface RunShape {
  readonly parameterCount: number;
  /** Of the optimiser. */
  readonly slotNames: readonly string[];
  readonly plan: Plan;
}

/** What the log says of a checkpoint: `step` counts within the task. */
export interface LoggedPosition {
  readonly task: number;
  readonly step: number;
}

/**
 * Looks whether training can go on from a snapshot; what belongs to the method, the method looks at (`restore`).
 *
 * @throws RangeError that says what does not fit
 */
export function requireFit(snapshot: Snapshot, { parameterCount, slotNames, plan }: RunShape): void {
  const { theta, slots, optimizerSteps, lossCount } = snapshot;
  if (theta.length !== parameterCount)
    throw new RangeError(`the checkpoint has ${theta.length} parameters, the network ${parameterCount}`);
  const names = Object.keys(slots);
  const sameSlots =
    names.length === slotNames.length && slotNames.every((name) => slots[name]?.length === parameterCount);
  if (!sameSlots) throw new RangeError('the state of the optimiser in the checkpoint is that of another one');
  if (!isCount(optimizerSteps) || !isCount(lossCount)) throw new RangeError('the checkpoint counts in fractions');
  if (!isPlanned(snapshot, plan)) throw new RangeError('the checkpoint is at a step that this run does not have');
}

/** Looks whether a snapshot is of the point that the log says. @throws RangeError */
export function requirePosition(snapshot: Snapshot, plan: Plan, { task, step }: LoggedPosition): void {
  if (snapshot.task !== task || plan.stepInTask(snapshot) !== step)
    throw new RangeError('the checkpoint is of another point of the run than the log says');
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
