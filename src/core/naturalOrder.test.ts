import { expect, it } from 'vitest';
import { naturally } from './naturalOrder';

it('names with numbers stand in the order of the numbers', () => {
  expect(['m10.lethe.json', 'm2.lethe.json', 'a/z.lethe.json', 'm1.lethe.json'].sort(naturally)).toEqual([
    'a/z.lethe.json',
    'm1.lethe.json',
    'm2.lethe.json',
    'm10.lethe.json',
  ]);
});
