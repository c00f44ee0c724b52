import type { LandscapeResult, LandscapeSettings } from '../../core/analyses/landscape';
import { difference, dot, norm, planeAlong, randomDirection, type Plane } from '../measures/plane';
import { randomStream } from '../random';
import { checkpointOf, type Point, type SeveralRuns } from './severalRuns';
import { trajectoryPlane } from './trajectoryPlane';

/** A plane, and what a result says of it. */
export interface SaidPlane {
  readonly plane: Plane;
  readonly said: LandscapeResult['plane'];
  /** Of random directions at several checkpoints: the planes at the others. */
  readonly others?: readonly { readonly point: Point; readonly plane: Plane; readonly lengths: number[] }[];
}

/** Planes that are measured side by side, at most. */
const MOST_PLANES = 12;

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
      const named = [...new Set(meant)];
      if (named.length > MOST_PLANES)
        throw new RangeError(
          `Planes at ${named.length} checkpoints were asked for; at most ${MOST_PLANES} are measured.`,
        );
      // The same draw at each, so that they differ by where they are alone.
      const at = ({ theta }: Point): Plane => {
        const axis = (which: number) => randomDirection(network, theta, randomStream(seed, 'landscape', which));
        return { origin: theta, axes: [axis(0), axis(1)] };
      };
      const others = named.slice(1).map((point) => {
        const plane = at(point);
        return { point, plane, lengths: plane.axes.map(norm) };
      });
      return { ...saidOf(kind, at(here), named), ...(others.length > 0 && { others }) };
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
