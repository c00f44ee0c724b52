import {
  newTaskOf,
  type LandscapePoint,
  type LandscapeResult,
  type LandscapeSettings,
} from '../../core/analyses/landscape';
import { measuredOrNull } from '../../core/analyses/several';
import { gridOf } from '../../core/grid';
import { testedOf } from '../evaluation';
import { difference, dot, norm, placeBeside, placeOf, pointOn, shareIn, type Plane } from '../measures/plane';
import type { RowFunctions } from '../steps/rowFunctions';
import type { Report } from './analysis';
import { differenceOfNetworks } from './alike';
import { boxOf, cellsFrom, type Box } from './grid';
import { planeFor } from './planeFor';
import { checkpointOf, withRowFunctions, type Point, type SeveralRuns } from './severalRuns';
import { statisticsAt } from './statisticsAt';
import { TaskMeter } from './taskMeter';
import { drawnExamples, surfaceOf } from './taskSurface';

/** What of a result is measured. */
export type FoundLandscape = Pick<
  LandscapeResult,
  'plane' | 'x' | 'y' | 'every' | 'surfaces' | 'around' | 'points' | 'way'
>;

/** More checkpoints than these are not drawn on one plane: all are held at once. */
const MOST_POINTS = 200;
/** Share of the time that the checkpoints take, about. */
const POINTS = 0.1;
/** Points within tasks that are drawn of one run: of more some, evenly. */
const MOST_ON_THE_WAY = 500;

/** What is looked at with one task. */
interface TaskLooked {
  readonly task: number;
  /** Some test images, for the surface. */
  readonly some: Int32Array;
  readonly onSome: TaskMeter;
  readonly onAll: TaskMeter;
}

interface Looking {
  readonly several: SeveralRuns;
  readonly plane: Plane;
  readonly looked: readonly TaskLooked[];
  readonly samples: number;
  readonly rowFunctions: RowFunctions;
}

/**
 * Loss and accuracy of an old and of a new task on a plane in the space of parameters, on test images with the network as at
 * test; where the checkpoints of all runs lie beside it, with what they come to on all test images; and at each of them the
 * ways down of both tasks, with the share of them that lies in the plane and the cosine between them; and where the run went
 * from there, as far as it kept that. Of random directions at several checkpoints the surfaces are measured at each of them.
 * The grid is measured coarse to fine.
 *
 * Running statistics are measured anew at each point of the grid, on training examples of both tasks together; a
 * checkpoint has its own.
 *
 * @param coarse told what there is whenever every 2ⁿ-th point of a side is measured
 * @throws RangeError where there is no such plane or task; Stopped
 */
export async function measureLandscape(
  several: SeveralRuns,
  settings: LandscapeSettings,
  report: Report,
  coarse: (found: FoundLandscape) => Promise<void>,
): Promise<FoundLandscape> {
  const { first, all, points } = several;
  if (all.length > MOST_POINTS)
    throw new RangeError(`The runs kept ${all.length} checkpoints; on one plane there are at most ${MOST_POINTS}.`);
  const tasks = tasksOf(settings, points, first.stream.tasks.length);
  return withRowFunctions(first, report.warning, async (rowFunctions) => {
    const looked = tasks.map((task): TaskLooked => {
      const some = testedOf(first.stream, task, settings.samples);
      const meter = (images: Int32Array) => new TaskMeter(first, task, 'test', images, rowFunctions);
      return { task, some, onSome: meter(some), onAll: meter(testedOf(first.stream, task, undefined)) };
    });
    try {
      const gradientOf = (point: Point) => looked.map((of) => gradientAt({ several, rowFunctions }, point, of));
      const { plane, said, others = [] } = planeFor(several, settings, gradientOf);
      const looking = { several, plane, looked, samples: settings.samples, rowFunctions };
      const placed = await placedPoints(looking, (share, what) => report.progress(POINTS * share, what));
      const way = wayBeside(several, plane);
      const box = boxOf([...placed, ...way], settings, said.kind, norm(plane.origin));
      const found = (every: number, [surfaces = [], ...rest]: readonly Surfaces[]): FoundLandscape => ({
        ...{ plane: said, x: box.x, y: box.y, every, surfaces, points: placed, way },
        ...(others.length > 0 && {
          around: others.map(({ point, lengths }, i) => ({ ...checkpointOf(point), lengths, surfaces: rest[i] ?? [] })),
        }),
      });
      const surfaces = await surfacesOver(
        looking,
        [plane, ...others.map((other) => other.plane)],
        box,
        (share, what) => report.progress(POINTS + (1 - POINTS) * share, what),
        (every, so) => coarse(found(every, so)),
      );
      return found(1, surfaces);
    } finally {
      looked.forEach(({ onSome, onAll }) => [onSome, onAll].forEach((meter) => meter.dispose()));
    }
  });
}

/** From 0: the old and the new one. */
function tasksOf(settings: LandscapeSettings, points: SeveralRuns['points'], most: number): number[] {
  const { old } = settings;
  const last = Math.max(...points.map((of) => of.at(-1)?.task ?? 0));
  const tasks = [old - 1, newTaskOf(settings, last) - 1];
  const missing = tasks.find((task) => task >= most);
  if (missing !== undefined) throw new RangeError(`There is no task ${missing + 1}: the stream has ${most}.`);
  if (tasks[0] === tasks[1])
    throw new RangeError(`The old and the new task are both task ${old}: name others with "old" and "new".`);
  return tasks;
}

/** Of the loss on the images of the surface. */
function gradientAt(
  { several: { first }, rowFunctions }: Pick<Looking, 'several' | 'rowFunctions'>,
  point: Point,
  { task, some }: TaskLooked,
): Float32Array {
  const { surface, dispose } = surfaceOf(first, point, task, some, rowFunctions, { part: 'test' });
  try {
    return surface(point.theta).gradient;
  } finally {
    dispose();
  }
}

async function placedPoints(looking: Looking, told: Report['progress']): Promise<LandscapePoint[]> {
  const { several, plane, looked } = looking;
  const placed: LandscapePoint[] = [];
  for (const point of several.all) {
    const downs = looked.map((of) => gradientAt(looking, point, of).map((value) => -value));
    placed.push({
      ...checkpointOf(point),
      ...placeBeside(plane, point.theta),
      measured: looked.map(({ task, onAll }) => {
        const { loss, accuracy } = onAll.at(point);
        return { of: task, loss: measuredOrNull(loss), accuracy };
      }),
      arrows: looked.map((of, i) => {
        const down = downs[i] as Float32Array;
        return { of: of.task, ...placeOf(plane, down), norm: norm(down), share: shareIn(plane, down) };
      }),
      cosine: measuredOrNull(cosineOf(downs)),
      ...nextFrom(several, plane, point, downs),
    });
    await told(placed.length / several.all.length, 'at the checkpoints');
  }
  return placed;
}

/** Where a run was first within the next task, from the end of the one before; nothing where it did not keep that, or grew. */
function nextFrom(
  { runs, network }: SeveralRuns,
  plane: Plane,
  { run, task, theta }: Point,
  downs: readonly Float32Array[],
): Pick<LandscapePoint, 'next'> {
  const first = runs.find(({ manifest }) => manifest.id === run)?.way.find((one) => one.task === task + 1);
  const kept = first?.read();
  if (!first || !kept || differenceOfNetworks(network, kept.network) !== undefined) return {};
  const step = difference(kept.theta, theta);
  return {
    next: {
      ...{ steps: first.step, ...placeOf(plane, step), norm: norm(step), share: shareIn(plane, step) },
      cosines: downs.map((down) => measuredOrNull(cosineOf([down, step]))),
    },
  };
}

/** Where the runs were within their tasks; what is of another network lies in another space. */
function wayBeside({ runs, network }: SeveralRuns, plane: Plane): LandscapeResult['way'] {
  return runs.flatMap(({ manifest, way }) => {
    const places = gridOf(way.length, MOST_ON_THE_WAY);
    return places.flatMap((place) => {
      const { task, step, read } = way[place] as (typeof way)[number];
      const kept = read();
      if (differenceOfNetworks(network, kept.network) !== undefined) return [];
      return [{ run: manifest.id, task, step, ...placeBeside(plane, kept.theta) }];
    });
  });
}

/** NaN where one of both is none. */
function cosineOf([first, second]: readonly Float32Array[]): number {
  const cosine = first && second ? dot(first, second) / (norm(first) * norm(second)) : NaN;
  return Math.max(-1, Math.min(1, cosine));
}

type Surfaces = LandscapeResult['surfaces'];

/** @returns of each plane */
async function surfacesOver(
  { several: { first, network }, looked, samples, rowFunctions }: Omit<Looking, 'plane'>,
  planes: readonly Plane[],
  { x, y }: Box,
  told: Report['progress'],
  coarse: (every: number, surfaces: readonly Surfaces[]) => Promise<void>,
): Promise<readonly Surfaces[]> {
  const nowhere = () => new Array<number | null>(x.length * y.length).fill(null);
  const ofPlanes = planes.map((plane) => ({
    plane,
    surfaces: looked.map(({ task }) => ({ of: task, loss: nowhere(), accuracy: nowhere() })),
  }));
  const examples =
    network.statistics && looked.map(({ task }) => ({ task, indices: drawnExamples(first, task, samples) }));
  let measured = 0;
  for (const { every, cells } of cellsFrom(x.length)) {
    for (const { column, row } of cells) {
      for (const { plane, surfaces } of ofPlanes) {
        const theta = pointOn(plane, { x: x[column] as number, y: y[row] as number });
        const buffers = examples && statisticsAt(first, { network, theta }, examples, rowFunctions);
        looked.forEach(({ onSome }, which) => {
          const { loss, accuracy } = onSome.at({ network, theta, ...(buffers && { buffers }) });
          const surface = surfaces[which];
          if (!surface) return;
          surface.loss[row * x.length + column] = measuredOrNull(loss);
          surface.accuracy[row * x.length + column] = measuredOrNull(accuracy);
        });
        measured += 1;
        const side = Math.ceil(x.length / every);
        await told(measured / (x.length * y.length * planes.length), `${side} × ${side} points of the plane`);
      }
    }
    if (every > 1) await coarse(every, structuredClone(ofPlanes.map(({ surfaces }) => surfaces)));
  }
  return ofPlanes.map(({ surfaces }) => surfaces);
}
