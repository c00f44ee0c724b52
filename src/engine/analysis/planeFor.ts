import type { LandscapeResult, LandscapeSettings } from '../../core/analyses/landscape';
import { difference, dot, norm, planeAlong, randomDirection, type Plane } from '../measures/plane';
import { randomStream } from '../random';
import { checkpointOf, type Point, type SeveralRuns } from './severalRuns';
import { trajectoryPlane } from './trajectoryPlane';

/** A plane, and what a result says of it. */
export interface SaidPlane {
  readonly plane: Plane;
  readonly said: LandscapeResult['plane'];
}

/**
 * The plane that is asked for. Through checkpoints it is that through the first three of those that are named.
 *
 * @param gradientsOf of the old task and of the new one, at a point
 * @throws RangeError where the named checkpoints span none
 */
export function planeFor(
  { first, network, points, all }: SeveralRuns,
  { plane: asked }: Pick<LandscapeSettings, 'plane'>,
  gradientsOf: (point: Point) => readonly Float32Array[],
): SaidPlane {
  const kind = asked === 'auto' ? usualOf(points) : asked;
  const meant = points.flatMap((of) => of.slice(-1));
  const [here] = meant;
  if (!here) throw new RangeError('No checkpoint was named.');
  const along = (through: readonly Point[], second: Float32Array, third: Float32Array) =>
    saidOf(kind, planeAlong(here.theta, second, third), through);
  switch (kind) {
    case 'checkpoints': {
      const [, second, third] = meant;
      if (!second || !third)
        throw new RangeError(`A plane goes through three checkpoints, and ${meant.length} were named.`);
      return along([here, second, third], difference(second.theta, here.theta), difference(third.theta, here.theta));
    }
    case 'gradients': {
      const [old, latest] = gradientsOf(here).map((gradient) => gradient.map((value) => -value));
      return along([here], latest as Float32Array, old as Float32Array);
    }
    case 'trajectory': {
      const { plane, variance } = trajectoryPlane(all.map(({ theta }) => theta));
      const { said } = saidOf(kind, plane, []);
      return { plane, said: { ...said, variance } };
    }
    case 'random': {
      const { seed } = first.manifest;
      const axis = (which: number) => randomDirection(network, here.theta, randomStream(seed, 'landscape', which));
      return saidOf(kind, { origin: here.theta, axes: [axis(0), axis(1)] }, [here]);
    }
  }
}

function usualOf(points: SeveralRuns['points']): LandscapeResult['plane']['kind'] {
  if (points.length === 3) return 'checkpoints';
  return points.length === 1 && points[0]?.length === 1 ? 'gradients' : 'trajectory';
}

function saidOf(kind: LandscapeResult['plane']['kind'], plane: Plane, through: readonly Point[]): SaidPlane {
  const [first, second] = plane.axes;
  const lengths = [norm(first), norm(second)];
  const cosine = dot(first, second) / ((lengths[0] as number) * (lengths[1] as number));
  return { plane, said: { kind, through: through.map(checkpointOf), lengths, cosine } };
}
