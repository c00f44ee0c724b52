import type { LandscapePoint, LandscapeResult } from '../../src/core/analyses/landscape';
import type { PathResult, Profile } from '../../src/core/analyses/path';
import { formatPercent, NOT_DEFINED } from '../../src/core/format';
import { distancesOf, neighbourhoodsOf, SAID_SHARES, slopesOf, valueAt } from '../../src/core/landscape/around';
import type { SurfaceMeasure } from '../../src/core/landscape/levels';
import { angleNumbers, type WatchedOf } from '../../src/core/landscape/angles';
import { waysWithin } from '../../src/core/landscape/ways';
import { angleText } from '../../src/core/rotation';
import type { Table } from '../inside/drawn';
import { formatAmount } from '../inside/numbers';
import { csvText, type Cell } from '../panel/csv';
import { t, type TextKey } from '../strings';
import { checkpointName, runName, type RunNames } from './landscapeWords';

type OfTask = (of: number) => string;

/** A row for each checkpoint: where it lies, and what it comes to on both tasks. */
export function landscapeTable({ points, surfaces }: LandscapeResult, names: RunNames, watchedOf: WatchedOf): Table {
  const tasks = surfaces.map(({ of }) => of);
  const title =
    (key: TextKey): OfTask =>
    (of) =>
      t(key, { n: of + 1 });
  const head = [
    ...[t('landscapePoint'), 'x', 'y', t('landscapeOff')],
    ...tasks.flatMap((of) =>
      [
        title('landscapeLossOf'),
        title('landscapeAccuracyOf'),
        title('landscapeSlopeOf'),
        title('landscapeShareOf'),
      ].map((text) => text(of)),
    ),
    t('landscapeApartHead'),
    ...tasks.map(title('landscapeNextHead')),
    ...[t('landscapeNextShareHead'), t('landscapePlainHead'), t('landscapeStepsHead')],
  ];
  const rows = points.map((point) => [
    checkpointName(names, point),
    ...[point.x, point.y, point.distance].map((value) => formatAmount(value)),
    ...tasks.flatMap((of) => {
      const { loss, accuracy, norm, share } = atPoint(point, of);
      return [
        formatAmount(loss),
        accuracy === undefined ? NOT_DEFINED : formatPercent(accuracy),
        formatAmount(norm),
        share === undefined ? NOT_DEFINED : formatPercent(share),
      ];
    }),
    ...angleCells(point, watchedOf),
  ]);
  return { head, rows };
}

function angleCells(point: LandscapePoint, watchedOf: WatchedOf): string[] {
  const { ofTasks, nextToOld, nextToNew, plain, ofSteps } = angleNumbers(point, watchedOf(point.run));
  const said = (angle: number | undefined) => (angle === undefined ? NOT_DEFINED : angleText(angle));
  const share = point.next ? formatPercent(point.next.share) : NOT_DEFINED;
  return [...[ofTasks, nextToOld, nextToNew].map(said), share, ...[plain, ofSteps].map(said)];
}

/** A row for each run and task of which something was kept within it: how far off the plane that lies. */
export const wayTable = (result: LandscapeResult, names: RunNames): Table => ({
  head: [t('run'), t('pathTask'), ...[t('landscapeKept'), t('landscapeOffLeast'), t('landscapeOffMost')]],
  rows: waysWithin(result).map(({ run, task, count, nearest, furthest }) => [
    ...[runName(names, run), String(task + 1), String(count)],
    ...[nearest, furthest].map((value) => formatAmount(value)),
  ]),
});

/** What is known of a task at a checkpoint. */
function atPoint({ measured, arrows }: LandscapePoint, task: number) {
  const { loss, accuracy } = measured.find(({ of }) => of === task) ?? {};
  const { norm, share } = arrows.find(({ of }) => of === task) ?? {};
  return { loss, accuracy, norm, share };
}

/** A row for each of several minima and each task: the measure in the middle, and further and further off. */
export function slopeTable(result: LandscapeResult, names: RunNames, measure: SurfaceMeasure): Table {
  const reach = distancesOf(result).at(-1) ?? 0;
  const said = (value: number | null) =>
    measure === 'loss' ? formatAmount(value) : value === null ? NOT_DEFINED : formatPercent(value);
  return {
    head: [
      ...[t('landscapePoint'), t('pathTask')],
      ...SAID_SHARES.map((share) => t('aroundAt', { distance: formatAmount(share * reach) })),
    ],
    rows: slopesOf(result, measure).map(({ centre, of, values }) => [
      ...[checkpointName(names, centre), String(of + 1)],
      ...SAID_SHARES.map((share) => said(valueAt(values, share))),
    ]),
  };
}

/**
 * Every checkpoint, all that was kept within tasks (of the task after `after_task`, after so many steps), and every point of
 * the plane; tasks from 1.
 */
export function landscapeCsv(result: LandscapeResult, names: RunNames, watchedOf: WatchedOf): string {
  const { points, way, surfaces, x, y } = result;
  const tasks = surfaces.map(({ of }) => of);
  const head = [
    ...['what', 'run', 'after_task', 'step', 'x', 'y', 'off_plane'],
    ...tasks.flatMap((of) => [`loss_${of + 1}`, `accuracy_${of + 1}`, `slope_${of + 1}`, `in_plane_${of + 1}`]),
    'degrees_between',
    ...tasks.map((of) => `degrees_of_next_${of + 1}`),
    ...['next_steps', 'next_in_plane', 'degrees_without_method', 'degrees_of_steps'],
  ];
  const ofPoints = points.map((point): Cell[] => [
    ...['checkpoint', runName(names, point.run), point.task + 1, null, point.x, point.y, point.distance],
    ...tasks.flatMap((of) => {
      const { loss, accuracy, norm, share } = atPoint(point, of);
      return [loss, accuracy, norm, share];
    }),
    ...angleColumns(point, watchedOf),
  ]);
  const nothingElse = new Array<Cell>(MEASURED_COLUMNS * tasks.length + ANGLE_COLUMNS).fill(null);
  const ofWay = way.map((place): Cell[] => [
    ...['way', runName(names, place.run), place.task, place.step, place.x, place.y, place.distance],
    ...nothingElse,
  ]);
  const gridOf = (of: readonly Cell[], own: LandscapeResult['surfaces']) =>
    y.flatMap((up, row) =>
      x.map((across, column): Cell[] => {
        const place = row * x.length + column;
        return [
          ...['grid', ...of, null, across, up, 0],
          ...own.flatMap(({ loss, accuracy }) => [loss[place], accuracy[place], null, null]),
          ...new Array<Cell>(ANGLE_COLUMNS).fill(null),
        ];
      }),
    );
  const around = neighbourhoodsOf(result);
  // Where there are several planes, each has the checkpoint in its middle.
  const ofGrid =
    around.length === 0
      ? gridOf([null, null], surfaces)
      : around.flatMap(({ centre, result: own }) =>
          gridOf([runName(names, centre.run), centre.task + 1], own.surfaces),
        );
  return csvText(head, [...ofPoints, ...ofWay, ...ofGrid]);
}

/** Of each task, and of angles. */
const [MEASURED_COLUMNS, ANGLE_COLUMNS] = [4, 7];

function angleColumns(point: LandscapePoint, watchedOf: WatchedOf): Cell[] {
  const { ofTasks, nextToOld, nextToNew, plain, ofSteps } = angleNumbers(point, watchedOf(point.run));
  return [ofTasks, nextToOld, nextToNew, point.next?.steps, point.next?.share, plain, ofSteps];
}

export const ways: Readonly<Record<Profile['way'], TextKey>> = {
  line: 'pathLine',
  bezier: 'pathBezier',
  polygon: 'pathPolygon',
};

/** A row for each way and task. */
export function pathTable({ profiles }: PathResult): Table {
  return {
    head: (
      ['pathWay', 'pathTask', 'pathStart', 'pathEnd', 'pathHighest', 'pathBarrier', 'pathAt', 'pathLowest'] as const
    ).map((key) => t(key)),
    rows: profiles.map(({ way, of, loss, accuracy, barrier, at }) => {
      const known = loss.filter((value) => value !== null);
      const highest = known.length === 0 ? null : Math.max(...known);
      return [
        t(ways[way]),
        String(of + 1),
        ...[loss[0], loss.at(-1), highest, barrier, at].map((value) => formatAmount(value)),
        formatPercent(Math.min(...accuracy)),
      ];
    }),
  };
}

/** Every point of every way; tasks from 1. */
export const pathCsv = ({ shares, profiles }: PathResult): string =>
  csvText(
    ['way', 'task', 'share', 'loss', 'accuracy'],
    profiles.flatMap(({ way, of, loss, accuracy }) =>
      shares.map((share, i): Cell[] => [way, of + 1, share, loss[i], accuracy[i]]),
    ),
  );
