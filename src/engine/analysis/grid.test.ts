import { describe, expect, it } from 'vitest';
import { boxOf, cellsFrom } from './grid';

describe('the grid of a landscape', () => {
  it.each([41, 5, 9, 6])('meets each of %i × %i cells once, coarse to fine', (side) => {
    const levels = cellsFrom(side);
    const met = levels.flatMap(({ cells }) => cells.map(({ column, row }) => row * side + column));
    expect([...met].sort((a, b) => a - b)).toEqual(Array.from({ length: side ** 2 }, (_, i) => i));
    expect(levels.at(-1)?.every).toBe(1);
  });

  it('begins with every eighth point of a side, both ends among them', () => {
    const [first, second] = cellsFrom(41);
    expect([first?.every, first?.cells.length, second?.every]).toEqual([8, 36, 4]);
    expect(first?.cells.at(-1)).toEqual({ column: 40, row: 40 });
  });

  it('is square, with room round all that lies in it', () => {
    const places = [
      { x: 0, y: 0 },
      { x: 4, y: 1 },
    ];
    const { x, y } = boxOf(places, { points: 5, margin: 0.25 }, 'checkpoints', 10);
    expect(x).toEqual([-1, 0.5, 2, 3.5, 5]);
    expect(y).toEqual([-2.5, -1, 0.5, 2, 3.5]);
  });

  it('reaches as far as it is told, else one length of random directions, and some way where all lies in one place', () => {
    const one = [{ x: 2, y: 2 }];
    expect(boxOf(one, { points: 3, margin: 0, reach: 7 }, 'gradients', 1).x).toEqual([-7, 0, 7]);
    expect(boxOf(one, { points: 3, margin: 0 }, 'random', 1).y).toEqual([-1, 0, 1]);
    expect(boxOf(one, { points: 3, margin: 0 }, 'gradients', 10).x).toEqual([1.5, 2, 2.5]);
  });
});
