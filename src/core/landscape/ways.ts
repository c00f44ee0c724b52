import type { LandscapeResult } from '../analyses/landscape';

/** A place on the plane on the way of a run, and the task (from 0) that was being learned, or had just been. */
export interface WayPlace {
  readonly x: number;
  readonly y: number;
  readonly task: number;
}

/** The way of a run over the plane: through what it kept within each task to what it kept after it. */
export function wayOf({ points, way }: Pick<LandscapeResult, 'points' | 'way'>, run: string): WayPlace[] {
  const within = way.map((place) => ({ ...place, at: place.step }));
  const ends = points.map((point) => ({ ...point, at: Infinity }));
  return [...within, ...ends]
    .filter((place) => place.run === run)
    .sort((a, b) => a.task - b.task || (a.at === b.at ? 0 : a.at - b.at))
    .map(({ x, y, task }) => ({ x, y, task }));
}
