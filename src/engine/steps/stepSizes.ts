import type { TrainingSpec } from '../../core/recipe';
import { asked, type ScheduleSpec, type TaskDecaySpec, type WarmupSpec } from '../../core/trainingSettings';

/** Where a step stands, for its step size. */
export interface PlaceOfStep {
  readonly task: number;
  /** Steps before it in its phase, and those that the phase has. */
  readonly step: number;
  readonly steps: number;
  /** Steps of a pass over the data. */
  readonly perEpoch: number;
  /** How often the step size has dropped on a plateau. */
  readonly drops: number;
}

/** Whether the recipe says more of step sizes than one number. */
export const hasStepSizes = ({ schedule, warmup, taskDecay }: TrainingSpec): boolean =>
  (schedule !== undefined && schedule.kind !== 'constant') ||
  asked(warmup) !== undefined ||
  asked(taskDecay) !== undefined;

/**
 * The step size of a step, from that of its phase: what it is in the task, then warm-up, then the schedule, which begins
 * when the warm-up is over (SequentialLR of PyTorch). docs/recipe.md has the formulas.
 */
export function stepSizeAt({ schedule, ...recipe }: TrainingSpec, base: number, place: PlaceOfStep): number {
  const [decay, warmup] = [asked(recipe.taskDecay), asked(recipe.warmup)];
  const size = decay ? inTask(decay, base, place.task) : base;
  const warm = warmup ? warmupSteps(warmup, place.perEpoch) : 0;
  if (warmup && place.step < warm) return size * warmupFactor(warmup, place.step / warm);
  if (!schedule) return size;
  const after = { ...place, step: place.step - warm, steps: Math.max(1, place.steps - warm) };
  return scheduled(schedule, size, after);
}

/** Whether another drop on a plateau would take the step size below the schedule's minimum. */
export function dropsBelow({ schedule, taskDecay }: TrainingSpec, base: number, { task, drops }: PlaceOfStep): boolean {
  if (schedule?.kind !== 'plateau') return false;
  const decay = asked(taskDecay);
  const size = decay ? inTask(decay, base, task) : base;
  return size * schedule.factor ** (drops + 1) < schedule.minimum;
}

/** max(lr · γ^t, floor), or lr times the factor of the task. */
function inTask({ gamma, factors, from, floor }: TaskDecaySpec, base: number, task: number): number {
  const factor = gamma === undefined ? (factors?.[task] ?? factors?.at(-1) ?? 1) : gamma ** (task + from);
  return Math.max(base * factor, floor);
}

const warmupSteps = ({ steps, epochs = 0 }: WarmupSpec, perEpoch: number): number =>
  steps ?? Math.round(epochs * perEpoch);

const warmupFactor = ({ kind, startFactor }: WarmupSpec, share: number): number =>
  kind === 'constant' ? startFactor : startFactor + (1 - startFactor) * share;

function scheduled(schedule: ScheduleSpec, size: number, place: PlaceOfStep): number {
  const { step, steps, perEpoch, drops } = place;
  switch (schedule.kind) {
    case 'constant':
      return size;
    case 'steps': {
      const { milestones, unit, gamma } = schedule;
      const at = step / (unit === 'share' ? steps : perEpoch);
      return size * gamma ** milestones.filter((milestone) => milestone <= at).length;
    }
    case 'exponential':
      return size * schedule.gamma ** Math.floor(step / perEpoch);
    case 'cosine': {
      const { etaMin } = schedule;
      return etaMin + ((size - etaMin) * (1 + Math.cos(Math.PI * shareOfPeriod(schedule, place)))) / 2;
    }
    case 'plateau':
      return Math.max(size * schedule.factor ** drops, Math.min(size, schedule.minimum));
  }
}

/** T_cur / T_i of SGDR, in passes over the data. Without restarts the period is that of all steps. */
function shareOfPeriod(
  { t0, tMult, every }: Extract<ScheduleSpec, { readonly kind: 'cosine' }>,
  { step, steps, perEpoch }: PlaceOfStep,
): number {
  const whole = every === 'epoch' ? Math.floor(step / perEpoch) : step / perEpoch;
  let period = t0 ?? steps / perEpoch;
  let current = whole;
  while (current >= period) {
    current -= period;
    period *= tMult;
  }
  return current / period;
}
