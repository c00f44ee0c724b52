import { expect, it } from 'vitest';
import { secondsOf, USUAL_TIME } from './terms';

it('reads minutes, hours and days', () => {
  expect(['90m', '4h', ' 2d ', USUAL_TIME].map(secondsOf)).toEqual([5400, 14_400, 172_800, 14_400]);
});

it('takes nothing else, and no more than a worker can be given', () => {
  expect(['', '4', 'h', '4 h', '0h', '0.5h', '-1h', '400d', '4h 30m'].map(secondsOf)).toEqual(Array(9).fill(undefined));
});
