import { describe, expect, it } from 'vitest';
import { formatAmount, scaleOf } from './numbers';

describe('numbers of any size', () => {
  it.each([
    [0, '0'],
    [0.012345, '0.0123'],
    [-0.5, '−0.5'],
    [1234.5, '1235'],
    [123456, '123,456'],
    [0.0000123, '1.2 · 10⁻⁵'],
    [1e-20, '10⁻²⁰'],
    [1.7e308, '1.7 · 10³⁰⁸'],
    [null, '–'],
    [undefined, '–'],
    [Infinity, '–'],
    [NaN, '–'],
  ])('%s is said as %s', (value, text) => {
    expect(formatAmount(value)).toBe(text);
  });

  it('have their unit behind them', () => {
    expect(formatAmount(3, 'weights')).toBe('3 weights');
  });
});

describe('a scale', () => {
  it('begins at zero, and below it where values do', () => {
    expect([0, 1, 2].map(scaleOf([1, 2, null]).at)).toEqual([0, 0.5, 1]);
    expect([-1, 0, 1].map(scaleOf([-1, 1]).at)).toEqual([0, 0.5, 1]);
  });

  it('is logarithmic where values are of very different sizes, and still shows the smallest', () => {
    const scale = scaleOf([1e-6, 1e-3, 1, 0]);
    expect(scale.isLog).toBe(true);
    expect(scale.at(1)).toBe(1);
    expect(scale.at(1e-6)).toBeGreaterThan(0.05);
    expect(scale.at(1e-6)).toBeLessThan(scale.at(1e-3));
    expect(scale.at(0)).toBe(0);
  });

  it('bears no values, equal ones, and the largest numbers', () => {
    expect(scaleOf([]).at(1)).toBe(0);
    expect(scaleOf([null, undefined, NaN]).at(1)).toBe(0);
    expect(scaleOf([0, 0]).at(0)).toBe(0);
    expect(scaleOf([-1.7e308, 1.7e308]).at(0)).toBe(0.5);
  });
});
