import { describe, expect, it } from 'vitest';
import { attackCheckpoints } from './checkpoints.attack';

describe('a checkpoint that was changed', () => {
  it('is taken over as it is or refused in words, whatever was changed (2,000 changes)', async () => {
    const { trials, faults } = await attackCheckpoints(2000, 1);
    expect(trials).toBe(2000);
    expect(faults).toEqual([]);
  }, 180_000);
});
