import type { LandscapeResult } from '../analyses/landscape';

/** Distance from the plane from which on a point counts as off it, as a share of the plane's width. */
const OFF = 0.01;

/** Whether a point lies off the plane, so that what it lies over is not where it is. */
export function isOffPlane({ distance }: { readonly distance: number }, { x }: Pick<LandscapeResult, 'x'>): boolean {
  return distance > OFF * ((x.at(-1) ?? 0) - (x[0] ?? 0));
}
