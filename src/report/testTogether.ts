/** A made-up landscape and path of two runs, for the report's tests. */
import type { SeveralResult } from '../core/analyses/severalResults';

const axis = [0, 1, 2];
const surface = (of: number) => {
  const loss = axis.flatMap((y) => axis.map((x) => 0.1 + Math.abs(x - of) + y));
  return { of, loss, accuracy: loss.map((value) => Math.exp(-value)) };
};

export const togetherOf = (runs: readonly string[]): SeveralResult[] => [
  {
    ...{ lethe: 1, analysis: 'landscape', revision: 4, settings: {}, backend: 'wasm', every: 1 },
    plane: { kind: 'trajectory', through: [], lengths: [1, 1], cosine: 0 },
    ...{ x: axis, y: axis, surfaces: [surface(0), surface(1)] },
    points: runs.map((run, i) => ({
      ...{ run, task: 1, sha256: '', x: i, y: 1, distance: i },
      measured: [0, 1].map((of) => ({ of, loss: 0.3, accuracy: 0.9 })),
      arrows: [0, 1].map((of) => ({ of, x: 1, y: -1, norm: 2, share: 0.25 })),
      cosine: -0.5,
      // The first one kept its way.
      ...(i === 0 && { next: { steps: 1, x: 1, y: 0, norm: 1, share: 0.5, cosines: [0, 0.5] } }),
    })),
    way: runs
      .slice(0, 1)
      .flatMap((run) => [10, 20].map((step) => ({ run, task: 1, step, x: step / 20, y: 0.5, distance: step / 16 }))),
  },
  {
    ...{ lethe: 1, analysis: 'path', revision: 2, settings: {}, backend: 'wasm', distance: 3, shares: [0, 0.5, 1] },
    ends: runs.map((run) => ({ run, task: 0, sha256: '' })),
    profiles: [{ way: 'line', of: 0, loss: [0.1, 0.6, 0.1], accuracy: [1, 0.8, 1], barrier: 0.5, at: 0.5 }],
  },
];

/** The minima of some runs along the same random directions, the first the sharpest. */
export function aroundOf(runs: readonly string[]): SeveralResult {
  const side = [-1, -0.5, 0, 0.5, 1];
  const at = (run: string) => ({ run, task: 1, sha256: '' });
  const surfaces = (place: number) =>
    [0, 1].map((of) => {
      const loss = side.flatMap((y) => side.map((x) => 0.1 + (x * x + y * y) / (place + 1)));
      return { of, loss, accuracy: loss.map((value) => Math.exp(-value)) };
    });
  return {
    ...{ lethe: 1, analysis: 'landscape', revision: 4, settings: {}, backend: 'wasm', every: 1 },
    plane: { kind: 'random', through: runs.map(at), lengths: [9, 9], cosine: 0 },
    ...{ x: side, y: side, surfaces: surfaces(0), way: [] },
    points: runs.map((run, i) => ({ ...at(run), x: i, y: 0, distance: i, measured: [], arrows: [], cosine: null })),
    around: runs.slice(1).map((run, i) => ({ ...at(run), lengths: [9, 9], surfaces: surfaces(i + 1) })),
  };
}
