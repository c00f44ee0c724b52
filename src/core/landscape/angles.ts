/** How directions lie to each other at a checkpoint of a landscape, and what training made of it. */
import type { LandscapePoint } from '../analyses/landscape';
import { meanInterference, type WatchedStep } from '../measures/ofAnswers';

/** In degrees, 0 to 180; what is not known is left out. */
export interface Angles {
  /** Between the ways down of both tasks, in the space of all parameters: over 90 each makes the other worse. */
  readonly ofTasks?: number;
  /** Between the steps taken in the next task (from 0) and the way down of all tasks before it: that of the mean cosine. */
  readonly ofSteps?: { readonly task: number; readonly degrees: number };
}

/** Steps of runs that were looked at, by the run. */
export type WatchedOf = (run: string) => readonly WatchedStep[];

/** @param watched the steps of its run that were looked at (event `interference`) */
export function anglesAt({ task, cosine }: LandscapePoint, watched: readonly WatchedStep[]): Angles {
  const next = task + 1;
  // The cosine of a step is that with the gradient, which is the way up.
  const steps = degreesOf(-meanInterference(watched.filter((step) => step.task === next)));
  return {
    ...(cosine !== null && { ofTasks: degreesOf(cosine) }),
    ...(!Number.isNaN(steps) && { ofSteps: { task: next, degrees: steps } }),
  };
}

/** The same as numbers of a row: `ofTasks`, and the degrees of `ofSteps`. */
export function angleNumbers(
  point: LandscapePoint,
  watched: readonly WatchedStep[],
): readonly [ofTasks: number | undefined, ofSteps: number | undefined] {
  const { ofTasks, ofSteps } = anglesAt(point, watched);
  return [ofTasks, ofSteps?.degrees];
}

const degreesOf = (cosine: number): number => (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;
