import type { LandscapeResult } from '../analyses/landscape';

/** A place on the plane on the way of a run, and the task (from 0) that was being learned, or had just been. */
export interface WayPlace {
  readonly x: number;
  readonly y: number;
  readonly task: number;
  /** Steps of the task that were done; left out at its end. */
  readonly step?: number;
  /** How far from the plane the parameters lie that were kept there. */
  readonly distance: number;
}

/** A place within a task. */
export type KeptWithin = WayPlace & { readonly step: number };

/** The way of a run over the plane: through what it kept within each task to what it kept after it. */
export function wayOf({ points, way }: Pick<LandscapeResult, 'points' | 'way'>, run: string): WayPlace[] {
  const within = way.map((place) => ({ ...place, at: place.step }));
  const ends = points.map((point) => ({ ...point, step: undefined, at: Infinity }));
  return [...within, ...ends]
    .filter((place) => place.run === run)
    .sort((a, b) => a.task - b.task || (a.at === b.at ? 0 : a.at - b.at))
    .map(({ x, y, task, step, distance }) => ({ x, y, task, distance, ...(step !== undefined && { step }) }));
}

export const isWithin = <Place extends WayPlace>(place: Place): place is Place & KeptWithin => place.step !== undefined;

/** What a run kept within a task. */
export interface WayWithin {
  readonly run: string;
  /** From 0. */
  readonly task: number;
  readonly count: number;
  readonly nearest: number;
  readonly furthest: number;
}

/** How far off the plane the runs were within each task, of which there are kept places. */
export function waysWithin({ points, way }: Pick<LandscapeResult, 'points' | 'way'>): WayWithin[] {
  const runs = [...new Set([...points, ...way].map(({ run }) => run))];
  return runs.flatMap((run) => {
    const own = wayOf({ points: [], way }, run);
    return [...new Set(own.map(({ task }) => task))].map((task) => {
      const distances = own.filter((place) => place.task === task).map(({ distance }) => distance);
      return {
        ...{ run, task, count: distances.length },
        ...{ nearest: Math.min(...distances), furthest: Math.max(...distances) },
      };
    });
  });
}
