import { describe, expect, it } from 'vitest';
import { frozenFrom, plasticity } from './plasticity';

describe('plasticity', () => {
  it('is 2 for clearly negative weights, 1 at zero and almost 0 for clearly positive ones', () => {
    expect(plasticity(-0.44)).toBe(2);
    expect(plasticity(-0.02)).toBeCloseTo(2, 6);
    expect(plasticity(0)).toBe(1);
    expect(plasticity(0.005)).toBeLessThan(0.014);
    expect(plasticity(0.02)).toBeLessThan(1e-8);
    expect(plasticity(5)).toBe(0);
  });

  it('equals the published form 2 · (1 − 1 / (1 + exp(−W / 0.001)))', () => {
    for (let weight = -0.05; weight < 0.02; weight += 0.00037) {
      expect(plasticity(weight)).toBeCloseTo(2 * (1 - 1 / (1 + Math.exp(-weight / 0.001))), 12);
    }
  });

  it('takes its shortcut for negative weights only where the result is the same double', () => {
    for (let weight = -0.036; weight > -0.06; weight -= 0.00001) {
      expect(plasticity(weight)).toBe(2 / (1 + Math.exp(weight / 0.001)));
    }
  });
});

describe('frozenFrom', () => {
  const steps = [1e-6, 0.003344, 0.032064, 0.1, 1];

  it('lies below 0.0375, where published runs stop updating', () => {
    for (const step of steps) expect(frozenFrom(step)).toBeLessThan(0.0375);
  });

  it('names a weight from which on no change survives rounding to single precision', () => {
    for (const step of steps) {
      const bound = frozenFrom(step);
      const weights = Array.from({ length: 20000 }, (_, i) => Math.fround(bound * (1 + 1e-6 + i / 2000)));
      const powersOfTwo = Array.from({ length: 12 }, (_, i) => 2 ** -i).filter((power) => power >= bound);
      for (const weight of [...weights, ...powersOfTwo]) {
        const change = step * plasticity(weight);
        if (Math.fround(weight + change) !== weight || Math.fround(weight - change) !== weight) {
          expect.fail(`step ${step}: weight ${weight} still changes`);
        }
      }
    }
  });

  it('is not wastefully high: a little below it changes do survive', () => {
    for (const step of steps) {
      const weight = Math.fround(frozenFrom(step) - 0.003);
      expect(Math.fround(weight + step * plasticity(weight))).not.toBe(weight);
    }
  });
});
