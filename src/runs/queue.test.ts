import { describe, expect, it } from 'vitest';
import { runsAtATime } from './queue';

describe('how many runs train at a time', () => {
  it.each([
    [1, 8, 8],
    [4, 8, 2],
    [3, 8, 2],
    [16, 8, 1],
  ])('with %i threads each on %i cores: %i', (threads, cores, runs) => {
    expect(runsAtATime(threads, cores)).toBe(runs);
  });
});
