import { expect, it } from 'vitest';
import { randomStream } from '../random';
import { betaNumber } from './mixup';

it.each([0.05, 0.1, 0.5, 1, 3])('numbers of Beta(α, α) with α = %d have its mean and variance', (alpha) => {
  const random = randomStream(1, 'beta', alpha);
  const numbers = Array.from({ length: 20_000 }, () => betaNumber(alpha, random));
  expect(numbers.every((number) => number >= 0 && number <= 1)).toBe(true);
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length;
  // Four standard errors of the mean; the variance is 1 / (4 (2α + 1)).
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(variance / numbers.length));
  expect(variance * 4 * (2 * alpha + 1)).toBeCloseTo(1, 1);
});
