import type { Experiment } from '../core/experiment';
import type { Run } from '../core/run';
import { emptyRun } from '../core/runModel';
import { secondsLeftOfAll } from '../core/timeLeft';
import type { RunPlan } from './plan';

/** More runs than this are started only after asking: a sweep makes them faster than one thinks. */
export const MOST_UNASKED = 200;

/** Of a plan that is asked about before. */
export interface LargePlan {
  /** That would be started, or go on. */
  readonly runs: number;
  /** Until all of them are done; undefined where no run of the experiment has finished to tell it by. */
  readonly seconds?: number;
}

/** Whether an experiment has so many runs that some plan of it could be asked about: most have not. */
export const mayBeLarge = ({ variants, seeds }: Pick<Experiment, 'variants' | 'seeds'>): boolean =>
  variants.length * seeds.length > MOST_UNASKED;

/** How much a plan starts, where it is so much that it has to be asked about. */
export function largePlanOf(
  { create, resume }: RunPlan,
  experiment: string,
  existing: readonly Run[],
  parallel: number,
): LargePlan | undefined {
  const runs = create.length + resume.length;
  if (runs <= MOST_UNASKED) return undefined;
  const waiting: Run[] = [
    ...create.map((manifest): Run => ({ manifest, state: emptyRun(), status: 'queued' })),
    ...resume.map((run): Run => ({ ...run, status: 'queued' })),
  ];
  const finished = existing.filter(
    ({ manifest, status }) => status === 'done' && manifest.experiment.name === experiment,
  );
  const seconds = secondsLeftOfAll([...waiting, ...finished], parallel);
  return { runs, ...(seconds !== undefined && { seconds }) };
}
