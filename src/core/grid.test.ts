import { describe, expect, it } from 'vitest';
import { drawnTasks, isThinned, matrixColumns, matrixRows, tableRows } from './grid';

describe('of many tasks', () => {
  it('a chart draws some at equal distances, and all where they can be told apart', () => {
    expect(drawnTasks(36)).toHaveLength(36);
    expect(drawnTasks(500)).toEqual([0, 64, 128, 192, 256, 320, 384, 448]);
    expect([36, 37].map(isThinned)).toEqual([false, true]);
  });

  it('a matrix shows some columns, and a row after these tasks and after the newest', () => {
    expect(matrixColumns(500)).toEqual(Array.from({ length: 16 }, (_, i) => 32 * i));
    expect(matrixRows(500, [0, 1, 2, 32, 33, 64, 70])).toEqual([0, 32, 64, 70]);
  });
});

describe('a table of steps', () => {
  it('has all of few, and of many as many as can be read, the first and the last among them', () => {
    expect(tableRows(3)).toEqual([0, 1, 2]);
    expect(tableRows(200)).toHaveLength(200);
    const rows = tableRows(5000);
    expect([rows.length, rows[0], rows.at(-1)]).toEqual([200, 0, 4999]);
    expect(new Set(rows).size).toBe(200);
  });
});
