import { expect, it } from 'vitest';
import { attackArchives, attackImages, attackTables } from './data.attack';

it.each([
  ['archives', attackArchives],
  ['arrays and tables', attackTables],
  ['images', attackImages],
])('mutated %s are read or refused in words (300 of them)', async (_, attack) => {
  expect(await attack(300, 1)).toEqual({ trials: 300, faults: [] });
});
