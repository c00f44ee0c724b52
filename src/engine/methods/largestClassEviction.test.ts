import { expect, it } from 'vitest';
import { randomStream } from '../random';
import { withRow } from './largestClassEviction';

const random = randomStream(1, 'rows');
/** Rows 0–9 are of class 0, 10–19 of class 1, … */
const classOf = (row: number) => Math.floor(row / 10);

it('takes everything while there is room', () => {
  expect([...withRow(Int32Array.of(4, 11), 3, 3, classOf, random)]).toEqual([4, 11, 3]);
});

it('then lets go one of the largest class, the new one counted, each of it as often as the others', () => {
  const rows = Int32Array.of(1, 2, 11, 12, 20);
  const gone = new Map<number, number>();
  for (let i = 0; i < 3000; i++) {
    const after = new Set(withRow(rows, 13, 5, classOf, random));
    expect(after.size).toBe(5);
    for (const row of [...rows, 13]) if (!after.has(row)) gone.set(row, (gone.get(row) ?? 0) + 1);
  }
  expect([...gone.keys()].sort()).toEqual([11, 12, 13]);
  for (const count of gone.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

it('comes to classes of the same size', () => {
  let rows: Int32Array = new Int32Array();
  for (let row = 0; row < 40; row++) rows = withRow(rows, row, 12, classOf, random);
  const counts = [0, 1, 2, 3].map((own) => rows.filter((row) => classOf(row) === own).length);
  expect(counts).toEqual([3, 3, 3, 3]);
});
