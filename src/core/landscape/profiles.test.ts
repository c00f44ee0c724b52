import { describe, expect, it } from 'vitest';
import type { PathResult } from '../analyses/path';
import { profilesOf } from './profiles';

const path = (loss: (number | null)[], barrier: number | null, at: number | null): PathResult => ({
  ...{ lethe: 1, analysis: 'path', revision: 2, settings: {}, backend: 'cpu', distance: 1 },
  ends: [0, 1].map((task) => ({ run: 'a', task, sha256: '' })),
  shares: [0, 0.5, 1],
  profiles: [{ way: 'line', of: 2, loss, accuracy: [1, 1, 1], barrier, at }],
});

describe('a path as it is drawn', () => {
  it('has its barrier above the straight line between the losses of both ends', () => {
    const { profiles, ticks } = profilesOf(path([1, 3, 2], 1.5, 0.5), 100, 40);
    expect(ticks.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4]);
    expect(ticks.map(({ y }) => y)).toEqual([40, 30, 20, 10, 0]);
    expect(profiles[0]).toEqual({
      ...{ way: 'line', of: 2, line: 'M0.0 30.0L50.0 10.0L100.0 20.0' },
      barrier: { x: 50, low: 25, high: 10 },
    });
  });

  it('has a gap where a loss is not finite, and no barrier where there is none', () => {
    expect(profilesOf(path([1, null, 1], null, null), 100, 40).profiles[0]?.line).toMatch(/^M0\.0 \S+M100\.0 /);
    expect(profilesOf(path([1, 1, 1], 0, 0), 100, 40).profiles[0]).not.toHaveProperty('barrier');
  });

  it('has an axis where every loss is 0', () => {
    expect(profilesOf(path([0, 0, 0], 0, 0), 100, 40).ticks.every(({ y }) => Number.isFinite(y))).toBe(true);
  });
});
