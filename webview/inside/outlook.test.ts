import { expect, it } from 'vitest';
import { outlookOf } from './outlook';

const after = (size: number, free: readonly number[]) => free.map((left) => ({ free: left, perTask: [size - left] }));

it('a network of which each task takes a share of what is free is nearly full after so many more', () => {
  // 12.5 % is free: halved four times it is 0.8 %, three times 1.6 %.
  expect(outlookOf(after(1000, [500, 250, 125]))).toEqual({ kind: 'share', share: 0.5, tasks: 4 });
});

it('a network of which each task takes the same number has room for as many more as fit', () => {
  expect(outlookOf(after(1000, [800, 600]))).toEqual({ kind: 'amount', tasks: 3 });
});

it('nothing is said after one task, or where nothing was taken; what is full is full', () => {
  expect(outlookOf([])).toEqual({ kind: 'unknown' });
  expect(outlookOf(after(1000, [500]))).toEqual({ kind: 'unknown' });
  expect(outlookOf(after(1000, [500, 500]))).toEqual({ kind: 'unknown' });
  expect(outlookOf(after(1000, [500, 0]))).toEqual({ kind: 'full' });
});
