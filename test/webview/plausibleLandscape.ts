/** A made-up landscape and path for tests of how they are drawn: two valleys, and runs that leave one of them or do not. */
import type { LandscapePoint, LandscapeResult } from '../../src/core/analyses/landscape';
import type { PathResult } from '../../src/core/analyses/path';
import { knownSeveral, type KnownSeveral, type SeveralResult } from '../../src/core/analyses/severalResults';

const SIDE = 25;
const REACH = 3;
const axis = Array.from({ length: SIDE }, (_, i) => -REACH + (2 * REACH * i) / (SIDE - 1));

type Valley = readonly [x: number, y: number];
const valleys: readonly Valley[] = [
  [-1, 0.3],
  [1, -0.3],
];
const lossAt = ([x, y]: Valley, across: number, up: number) => 0.02 + 0.6 * ((across - x) ** 2 + 2 * (up - y) ** 2);
const accuracyAt = (loss: number) => Math.exp(-0.5 * loss);

const surfaceOf = (valley: Valley, of: number) => {
  const loss = axis.flatMap((up) => axis.map((across) => lossAt(valley, across, up)));
  return { of, loss, accuracy: loss.map(accuracyAt) };
};

function pointAt(run: string, task: number, x: number, y: number, distance: number): LandscapePoint {
  return {
    ...{ run, task, sha256: `${run} ${task}`, x, y, distance },
    measured: valleys.map((valley, of) => {
      // Off the plane it is not that of the surface.
      const loss = lossAt(valley, x, y) + 2 * distance;
      return { of, loss, accuracy: accuracyAt(loss) };
    }),
    arrows: valleys.map(([toX, toY], of) => ({
      of,
      x: toX - x,
      y: 2 * (toY - y),
      norm: 2,
      share: of === 0 ? 0.3 : 0.8,
    })),
    cosine: -0.2,
    // It goes along the valley of the old task.
    ...(task < 2 && { next: { steps: 1, x: 0.4, y: 1.2, norm: 2, share: 0.6, cosines: [0, 0.35] } }),
  };
}

/** Paths of some runs through three tasks: the first goes over to the new valley, the others stay between. */
export function plausibleLandscape(runs: readonly string[]): LandscapeResult {
  return {
    ...{ lethe: 1, analysis: 'landscape', revision: 4, settings: {}, backend: 'wasm', every: 1 },
    plane: { kind: 'trajectory', through: [], lengths: [1, 1], cosine: 0, variance: [0.6, 0.2] },
    ...{ x: axis, y: axis },
    surfaces: valleys.map(surfaceOf),
    points: runs.flatMap((run, i) => [
      pointAt(run, 0, -1, 0.3, 0),
      pointAt(run, 1, 1 - 0.6 * i, -0.3 + 0.5 * i, 0.4 * i),
      pointAt(run, 2, 1.6 - 0.7 * i, -1.2 + 0.9 * i, 0.01 + 0.6 * i),
    ]),
    // The first one kept some of its way.
    way: runs.slice(0, 1).flatMap((run) =>
      [0.2, 0.5, 0.8].map((share, i) => ({
        ...{ run, task: 1, step: 10 * (i + 1), distance: 0.9 * share * (1 - share) },
        ...{ x: -1 + 2 * share, y: 0.3 - 0.6 * share + 1.2 * share * (1 - share) },
      })),
    ),
  };
}

/** The minima of some runs along the same random directions: the first the sharpest. */
export function plausibleAround(runs: readonly string[]): LandscapeResult {
  const side = Array.from({ length: SIDE }, (_, i) => -1 + (2 * i) / (SIDE - 1));
  const at = (run: string) => ({ run, task: 1, sha256: `${run} 1` });
  const surfaces = (place: number) =>
    [0, 1].map((of) => {
      const loss = side.flatMap((up) =>
        side.map((across) => 0.05 + (2 + of) * (across ** 2 + 1.5 * up ** 2) * 0.5 ** place),
      );
      return { of, loss, accuracy: loss.map(accuracyAt) };
    });
  return {
    ...{ lethe: 1, analysis: 'landscape', revision: 4, settings: {}, backend: 'wasm', every: 1 },
    plane: { kind: 'random', through: runs.map(at), lengths: [9, 9], cosine: 0.01 },
    ...{ x: side, y: side, surfaces: surfaces(0), way: [] },
    points: runs.map((run, i) => pointAt(run, 1, i, 0, i)),
    around: runs.slice(1).map((run, i) => ({ ...at(run), lengths: [9, 9], surfaces: surfaces(i + 1) })),
  };
}

export function plausiblePath([from, to]: readonly [string, string]): PathResult {
  const shares = Array.from({ length: 21 }, (_, i) => i / 20);
  const profile = (way: 'line' | 'bezier', of: number, rise: number) => {
    const loss = shares.map((share) => 0.05 + 0.1 * of * share + rise * 4 * share * (1 - share));
    return { way, of, loss, accuracy: loss.map(accuracyAt), barrier: rise, at: 0.5 };
  };
  return {
    ...{ lethe: 1, analysis: 'path', revision: 2, settings: {}, backend: 'wasm', distance: 5.25, shares },
    ends: [
      { run: from, task: 0, sha256: 'a' },
      { run: to, task: 4, sha256: 'b' },
    ],
    profiles: [profile('line', 0, 0.9), profile('line', 1, 0.4), profile('bezier', 0, 0.02), profile('bezier', 1, 0)],
  };
}

/** As a list has it, of parameters that are as they were. @param at when it was measured (ms since 1970) */
export const known = (name: string, result: SeveralResult, at = 0): KnownSeveral =>
  knownSeveral({ name, at }, result, (run, task) =>
    result.analysis === 'path' ? result.ends.find((end) => end.run === run)?.sha256 : `${run} ${task}`,
  );
