import type { PathResult, PathSettings, Profile } from '../../core/analyses/path';
import { measuredOrNull } from '../../core/analyses/several';
import { between, coefficientsOf, pointOf, trainedBend, type CurveKind } from '../measures/curve';
import { randomStream, sample } from '../random';
import type { RowFunctions } from '../steps/rowFunctions';
import type { Report } from './analysis';
import { barrierOf } from './measureBarrier';
import { checkpointOf, withRowFunctions, type Point, type SeveralRuns } from './severalRuns';
import { statisticsAt, type TaskExamples } from './statisticsAt';
import { TaskMeter, type Measured } from './taskMeter';
import { drawnExamples, surfaceOf } from './taskSurface';

/** What of a result is measured. */
export type FoundPath = Pick<PathResult, 'ends' | 'distance' | 'shares' | 'profiles'>;

/** Share of the time that the training of a curve takes, about; each of both ways takes half of the rest. */
const TRAINING = 0.6;

/**
 * Loss and accuracy of tasks on the straight line between two points, and on a curve with one bend along which the mean loss
 * of these tasks is as low as training makes it (Garipov et al. 2018).
 *
 * Running statistics are measured anew at each point, both ends too, on the examples of all tasks that are looked at together.
 * While a curve is trained, rows are normalised task by task, by those that go through the network at once: so it is measured
 * with statistics common to all tasks that it was not trained with.
 *
 * @throws RangeError where it is not asked for two points, or for a task that the stream has not; Stopped
 */
export async function measurePath(several: SeveralRuns, settings: PathSettings, report: Report): Promise<FoundPath> {
  const { first, points } = several;
  const ends = endsOf(points);
  const [start, end] = ends;
  const tasks = lookedAt(settings, ends, first.stream.tasks.length);
  const shares = Array.from({ length: settings.points }, (_, i) => i / (settings.points - 1));
  return withRowFunctions(first, report.warning, async (rowFunctions) => {
    const examples = tasks.map((task) => ({ task, indices: drawnExamples(first, task, settings.samples) }));
    const along = (way: Profile['way'], at: (share: number) => Float32Array, told: Report['progress']) =>
      profilesAlong({ several, examples, shares, rowFunctions }, way, at, told);
    const { curve } = settings;
    const wayTakes = curve === 'none' ? 1 : (1 - TRAINING) / 2;
    const line = await along(
      'line',
      (share) => between(start.theta, end.theta, share),
      (share, what) => report.progress(wayTakes * share, what),
    );
    const found = {
      ends: ends.map(checkpointOf),
      distance: distanceBetween(start.theta, end.theta),
      shares,
      profiles: line,
    };
    if (curve === 'none') return found;
    const bend = await bendOf(several, ends, tasks, { ...settings, curve }, rowFunctions, (share) =>
      report.progress(wayTakes + TRAINING * share, 'training the bend of the curve'),
    );
    const bent = await along(
      curve,
      (share) => pointOf({ start: start.theta, bend, end: end.theta }, coefficientsOf(curve, share)),
      (share, what) => report.progress(wayTakes + TRAINING + wayTakes * share, what),
    );
    return { ...found, profiles: [...line, ...bent] };
  });
}

/** Of each named run the one that is meant: of several the last. */
function endsOf(points: SeveralRuns['points']): readonly [Point, Point] {
  const [start, end, another] = points.map((of) => of.at(-1));
  if (!start || !end || another) throw new RangeError('A path has two ends: name two checkpoints.');
  return [start, end];
}

/** From 0, each once. */
function lookedAt({ tasks }: PathSettings, ends: readonly Point[], most: number): number[] {
  const found = new Set(tasks?.map((task) => task - 1) ?? ends.map(({ task }) => task));
  const missing = [...found].find((task) => task >= most);
  if (missing !== undefined) throw new RangeError(`There is no task ${missing + 1}: the stream has ${most}.`);
  return [...found];
}

interface Along {
  readonly several: SeveralRuns;
  readonly examples: readonly TaskExamples[];
  readonly shares: readonly number[];
  readonly rowFunctions: RowFunctions;
}

async function profilesAlong(
  { several: { first, network }, examples, shares, rowFunctions }: Along,
  way: Profile['way'],
  at: (share: number) => Float32Array,
  told: Report['progress'],
): Promise<Profile[]> {
  const meters = examples.map(({ task, indices }) => new TaskMeter(first, task, 'train', indices, rowFunctions));
  const found: Measured[][] = examples.map(() => []);
  try {
    for (const [i, share] of shares.entries()) {
      const theta = at(share);
      const buffers = network.statistics && statisticsAt(first, { network, theta }, examples, rowFunctions);
      meters.forEach((meter, which) => found[which]?.push(meter.at({ network, theta, ...(buffers && { buffers }) })));
      await told((i + 1) / shares.length, way === 'line' ? 'along the line' : 'along the curve');
    }
  } finally {
    meters.forEach((meter) => meter.dispose());
  }
  return examples.map(({ task }, which) => profileOf(way, task, found[which] ?? []));
}

function profileOf(way: Profile['way'], of: number, measured: readonly Measured[]): Profile {
  const { barrier, at } = barrierOf(measured.map(({ loss }) => loss));
  return {
    ...{ way, of },
    loss: measured.map(({ loss }) => measuredOrNull(loss)),
    accuracy: measured.map(({ accuracy }) => accuracy),
    barrier: measuredOrNull(barrier),
    at: measuredOrNull(at),
  };
}

/** Trained on the training examples that the first run used, as many of each task in a step. */
function bendOf(
  { first, network }: SeveralRuns,
  [start, end]: readonly [Point, Point],
  tasks: readonly number[],
  settings: Omit<PathSettings, 'curve'> & { readonly curve: CurveKind },
  rowFunctions: RowFunctions,
  told: (share: number) => Promise<void>,
): Promise<Float32Array> {
  const { curve, steps, batchSize, learningRate, momentum, l2 } = settings;
  const { seed } = first.manifest;
  const rows = Math.max(1, Math.round(batchSize / tasks.length));
  const gradientAt = (theta: Float32Array, step: number) => {
    const sum = new Float32Array(theta.length);
    for (const task of tasks) {
      const indices = sample(first.examples[task] ?? new Int32Array(), rows, randomStream(seed, 'curve', task, step));
      const buffers = network.statistics?.initial;
      const { surface, dispose } = surfaceOf(
        ...([first, { network, ...(buffers && { buffers }) }, task, indices, rowFunctions] as const),
        { byBatch: network.statistics !== undefined },
      );
      try {
        surface(theta).gradient.forEach((slope, i) => (sum[i] = (sum[i] as number) + slope / tasks.length));
      } finally {
        dispose();
      }
    }
    return sum;
  };
  return trainedBend(start.theta, end.theta, {
    ...{ kind: curve, steps, learningRate, momentum, l2, gradientAt },
    random: randomStream(seed, 'curve'),
    stepped: (done) => told(done / steps),
  });
}

export function distanceBetween(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return Math.sqrt(sum);
}
