import type { LandscapePoint, LandscapeResult } from '../../src/core/analyses/landscape';
import type { KnownSeveral } from '../../src/core/analyses/severalResults';
import { formatPercent } from '../../src/core/format';
import { slopesOf, valueAt } from '../../src/core/landscape/around';
import { anglesAt, type Angles, type WatchedOf } from '../../src/core/landscape/angles';
import { angleText } from '../../src/core/rotation';
import { formatAmount } from '../inside/numbers';
import { list, listOfLists, t, type TextKey } from '../strings';

/** What runs are called, by their ids. */
export type RunNames = ReadonlyMap<string, string>;

interface Place {
  readonly run: string;
  readonly task: number;
}

export const runName = (names: RunNames, run: string): string => names.get(run) ?? run;

/** "EWC, after task 2" */
export const checkpointName = (names: RunNames, { run, task }: Place): string =>
  t('landscapeCheckpoint', { run: runName(names, run), n: task + 1 });

/** "EWC, within task 2 after 20 steps" @param step of the task, that were done */
export const withinName = (names: RunNames, { run, task, step }: Place & { readonly step: number }): string =>
  t('landscapeWithin', { run: runName(names, run), n: task + 1, steps: step });

/** How far from the plane a point lies, as it stands beside it. */
export const offMark = (distance: number): string => `⊥${formatAmount(Number(distance.toPrecision(2)))}`;

/** Checkpoints that a title names. */
const MOST_NAMED = 4;

const planes: Readonly<Record<LandscapeResult['plane']['kind'], TextKey>> = {
  checkpoints: 'planeCheckpoints',
  gradients: 'planeGradients',
  trajectory: 'planeTrajectory',
  random: 'planeRandom',
};

/** How a result is told from others in a choice. */
export function knownTitle({ analysis, runs, through, tasks, plane }: KnownSeveral, names: RunNames): string {
  if (analysis === 'path') {
    const [from, to] = through.map((end) => checkpointName(names, end));
    return t('pathBetween', { from: from ?? '', to: to ?? '' });
  }
  const said = list(runs.slice(0, MOST_NAMED).map((run) => runName(names, run)));
  const onTasks = list(tasks.map((task) => t('taskShort', { n: task + 1 })));
  return `${said} · ${t(planes[plane ?? 'trajectory'], { through: list(through.map((one) => checkpointName(names, one))) })} · ${onTasks}`;
}

/** How the ways down of both tasks lie to each other at a checkpoint, and how the next steps lay to that of old tasks. */
export function anglesSaid(point: LandscapePoint, watchedOf: WatchedOf, names: RunNames): string | undefined {
  const { ofTasks, ofNext, ofSteps } = anglesAt(point, watchedOf(point.run));
  const said = [
    ...(ofTasks === undefined ? [] : [t('landscapeApart', { angle: angleText(ofTasks) })]),
    ...(ofNext?.toOld === undefined || ofNext.toNew === undefined
      ? []
      : [
          t('landscapeNextAngles', {
            steps: stepsOfTask(ofNext.steps, ofNext.task),
            old: angleText(ofNext.toOld),
            new: angleText(ofNext.toNew),
          }),
        ]),
    ...(ofSteps ? [stepsSaid(ofSteps)] : []),
  ];
  return said.length === 0
    ? undefined
    : t('landscapeAngles', { checkpoint: checkpointName(names, point), angles: list(said) });
}

/** "the first step of task 2" @param task from 0 */
export const stepsOfTask = (steps: number, task: number): string =>
  steps === 1 ? t('landscapeFirstStep', { n: task + 1 }) : t('landscapeFirstSteps', { n: task + 1, steps });

function stepsSaid({ task, degrees, plain }: NonNullable<Angles['ofSteps']>): string {
  const values = { n: task + 1, angle: angleText(degrees) };
  return plain === undefined
    ? t('landscapeSteps', values)
    : t('landscapeStepsBefore', { ...values, before: angleText(plain) });
}

/** For those who do not see it: how far the loss of each task rises from each of several minima to half of the reach. */
export const aroundSaid = (result: LandscapeResult, names: RunNames): string =>
  listOfLists(
    slopesOf(result, 'loss').map(({ centre, of, values }) =>
      t('aroundSaid', {
        checkpoint: checkpointName(names, centre),
        n: of + 1,
        from: formatAmount(valueAt(values, 0)),
        to: formatAmount(valueAt(values, 0.5)),
      }),
    ),
  );

/** For those who do not see it: of each run where it is, and what that comes to. */
export function landscapeSaid({ points, surfaces }: LandscapeResult, after: number, names: RunNames): string {
  const runs = [...new Set(points.map(({ run }) => run))];
  const said = runs.flatMap((run) => {
    const now = points.filter((point) => point.run === run && point.task <= after).at(-1);
    if (!now) return [];
    const accuracy = now.measured.map(({ of, accuracy: share }) =>
      t('landscapeTaskAccuracy', { n: of + 1, accuracy: formatPercent(share) }),
    );
    return [
      `${checkpointName(names, now)}: ${list(accuracy)}, ${t('landscapeOffBy', { distance: formatAmount(now.distance) })}`,
    ];
  });
  const [old, latest] = surfaces.map(({ of }) => of + 1);
  return `${t('landscapeLabel', { old: old ?? 0, new: latest ?? 0 })} ${listOfLists(said)}`;
}
