/** How directions lie to each other at a checkpoint of a landscape, and what training made of it. */
import type { LandscapePoint } from '../analyses/landscape';
import { meanInterference, meanPlain, type WatchedStep } from '../measures/ofAnswers';

/** In degrees, 0 to 180; what is not known is left out. */
export interface Angles {
  /** Between the ways down of both tasks, in the space of all parameters: over 90 each makes the other worse. */
  readonly ofTasks?: number;
  /** Between the step that was taken from here and the ways down of the old task and of the new one. */
  readonly ofNext?: { readonly task: number; readonly steps: number; readonly toOld?: number; readonly toNew?: number };
  /**
   * Between the steps taken in the next task (from 0) and the way down of all tasks before it: that of the mean cosine.
   * `plain` is that of the same steps without a remedy.
   */
  readonly ofSteps?: { readonly task: number; readonly degrees: number; readonly plain?: number };
}

/** Steps of runs that were looked at, by the run. */
export type WatchedOf = (run: string) => readonly WatchedStep[];

/** @param watched the steps of its run that were looked at (event `interference`) */
export function anglesAt({ task, cosine, next: step }: LandscapePoint, watched: readonly WatchedStep[]): Angles {
  const next = task + 1;
  const own = watched.filter((one) => one.task === next);
  // The cosine of a step is that with the gradient, which is the way up.
  const [steps, plain] = [degreesOf(-meanInterference(own)), degreesOf(-meanPlain(own))];
  const [toOld, toNew] = step?.cosines ?? [];
  return {
    ...(cosine !== null && { ofTasks: degreesOf(cosine) }),
    ...(step && {
      ofNext: {
        ...{ task: next, steps: step.steps },
        ...(typeof toOld === 'number' && { toOld: degreesOf(toOld) }),
        ...(typeof toNew === 'number' && { toNew: degreesOf(toNew) }),
      },
    }),
    ...(!Number.isNaN(steps) && {
      ofSteps: { task: next, degrees: steps, ...(!Number.isNaN(plain) && { plain }) },
    }),
  };
}

/** The same as numbers of a row, in degrees. */
export interface AngleNumbers {
  readonly ofTasks: number | undefined;
  readonly nextToOld: number | undefined;
  readonly nextToNew: number | undefined;
  readonly plain: number | undefined;
  readonly ofSteps: number | undefined;
}

export function angleNumbers(point: LandscapePoint, watched: readonly WatchedStep[]): AngleNumbers {
  const { ofTasks, ofNext, ofSteps } = anglesAt(point, watched);
  return {
    ofTasks,
    nextToOld: ofNext?.toOld,
    nextToNew: ofNext?.toNew,
    plain: ofSteps?.plain,
    ofSteps: ofSteps?.degrees,
  };
}

const degreesOf = (cosine: number): number => (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;
