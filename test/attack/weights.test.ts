import { expect, it } from 'vitest';
import { attackWeights } from './weights.attack';

it('a file of weights that was changed is taken as it is or refused in words (2,000 changes)', async () => {
  const { trials, faults } = await attackWeights(2000, 1);
  expect(trials).toBe(2000);
  expect(faults).toEqual([]);
});
