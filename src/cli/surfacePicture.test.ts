import { describe, expect, it } from 'vitest';
import { surfacePicture } from './surfacePicture';

const side = [0, 1, 2, 3, 4];
const checkpoint = (task: number, x: number, y: number) => ({
  ...{ run: 'a', task, sha256: '', x, y, distance: 0, measured: [], arrows: [], cosine: null },
});
/** Right on the left half, wrong on the right one; and the other way round. */
const surfaces = [0, 1].map((of) => ({
  of,
  loss: new Array<number>(25).fill(0),
  accuracy: Array.from({ length: 25 }, (_, i) => (i % 5 < 2 === (of === 0) ? 1 : 0)),
}));

describe('a landscape in characters', () => {
  it('has both tasks side by side, the fuller, the more is right, and the checkpoints by their tasks', () => {
    const points = [checkpoint(0, 0, 4), checkpoint(11, 4, 0), checkpoint(2, 9, 9)];
    const lines = surfacePicture({ x: side, y: side, every: 1, surfaces, points });
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe('Accuracy, task 1        Accuracy, task 2');
    // The greatest y comes first. The last digit of task 12 stands in the other corner; what lies beside the plane nowhere.
    expect(lines[1]).toBe('1███████' + ' '.repeat(16) + '1' + ' '.repeat(7) + '█'.repeat(13));
    expect(lines[11]).toBe('████████' + ' '.repeat(12) + '2' + ' '.repeat(11) + '█'.repeat(12) + '2');
    expect(lines.join('')).not.toContain('3');
  });

  it('takes the nearest that is measured for what is not, and a loss that is none for unknown', () => {
    const coarse = surfaces.slice(0, 1).map((surface) => ({
      ...surface,
      accuracy: surface.accuracy.map((value, i) => (i % 5 === 0 && i < 25 ? value : null)),
    }));
    const [, first] = surfacePicture({ x: side, y: side, every: 4, surfaces: coarse, points: [] });
    expect(first).toBe('█'.repeat(10) + '?'.repeat(11));
  });
});
