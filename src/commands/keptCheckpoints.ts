import { keepsParameters } from '../core/measuredTasks';
import type { Run } from '../core/run';
import { oneLine } from '../core/visibleText';
import { t } from '../workspace/text';
import type { ChosenRun } from './choosing';

/** Parameters that a run kept; all of them, or the last, where no task is named. */
export interface KeptCheckpoint {
  readonly of: ChosenRun;
  /** From 0. */
  readonly task?: number;
}

/** What a run is called in a list. */
export const nameOf = ({ run: { manifest } }: ChosenRun): string =>
  t('{0}, seed {1}', oneLine(manifest.variant.label), manifest.seed);

/** The checkpoints of a run, in the order of its tasks. */
export const keptCheckpoints = (of: ChosenRun): KeptCheckpoint[] => keptTasks(of.run).map((task) => ({ of, task }));

/** After which tasks a run that is done kept its parameters, from 0. */
function keptTasks({ manifest, state }: Run): number[] {
  const tasks = state.started?.tasks.length ?? 0;
  const evaluation = manifest.trainer === 'lethe' ? manifest.spec.evaluation : undefined;
  return Array.from({ length: tasks }, (_, task) => task).filter(
    (task) => evaluation !== undefined && keepsParameters(evaluation, task, tasks),
  );
}

/** As the command line names them: `RUN` or `RUN@TASK`, tasks from 1. */
export const wordsFor = (points: readonly KeptCheckpoint[]): string[] =>
  points.map(({ of, task }) => `${of.run.manifest.id}${task === undefined ? '' : `@${task + 1}`}`);
