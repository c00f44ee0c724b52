import { describe, expect, it } from 'vitest';
import { analyses } from './index';
import { coursesOf, isStale } from './courses';
import type { AnalysisResult, AnalysisRow } from './result';

const result = (analysis: string, rows: AnalysisRow[]): AnalysisResult => ({
  ...{ lethe: 1, analysis, revision: 1, settings: {}, backend: 'wasm', rows },
  checkpoints: [
    { task: 0, sha256: 'a' },
    { task: 1, sha256: 'b' },
  ],
});

describe('what is drawn of analyses', () => {
  it('is of drift a row for each layer, the mean over old tasks, and of the last hidden layer one for each task', () => {
    const values = (first: number, second: number | null) => ({ 'layer 1': first, 'layer 2': second, outputs: 1 });
    const rows = [
      { after: 1, of: 0, values: values(0.1, 0.2) },
      { after: 2, of: 0, values: values(0.2, 0.4) },
      { after: 2, of: 1, values: values(0.4, null) },
    ];
    const [layers, tasks] = coursesOf(result('cka', rows));
    expect(layers?.rows).toEqual(['layer 1', 'layer 2', 'outputs']);
    expect(layers?.after).toEqual([1, 2]);
    expect(layers?.values[0]?.[1]).toBeCloseTo(0.3, 12);
    expect(layers?.values[1]).toEqual([0.2, 0.4]);
    expect([tasks?.rows, tasks?.values]).toEqual([
      [0, 1],
      [
        [0.2, 0.4],
        [null, null],
      ],
    ]);
  });

  it('is of a probe its accuracy and its drop, for each task after each', () => {
    const row = (after: number, of: number, accuracy: number) => ({
      after,
      of,
      values: { accuracy, drop: 1 - accuracy, slope: 0 },
    });
    const courses = coursesOf(result('probe', [row(0, 0, 1), row(1, 0, 0.75), row(1, 1, 0.5)]));
    expect(courses.map(({ name, rows, values }) => [name, rows, values])).toEqual([
      [
        'probeAccuracy',
        [0, 1],
        [
          [1, 0.75],
          [null, 0.5],
        ],
      ],
      [
        'probeDrop',
        [0, 1],
        [
          [0, 0.25],
          [null, 0.5],
        ],
      ],
    ]);
  });

  it('is nothing of an analysis that this version does not know', () => {
    expect(coursesOf(result('other', [{ after: 0, of: 0, values: { x: 1 } }]))).toEqual([]);
  });

  it('is said to be stale where parameters are others than it was measured on', () => {
    const own = result('probe', []);
    const hashes = (...all: string[]) => new Map(all.map((hash, task) => [task, hash]));
    expect(isStale(own, hashes('a', 'b'))).toBe(false);
    expect(isStale(own, hashes('a', 'c'))).toBe(true);
    expect(isStale(own, hashes('a', 'b', 'c'))).toBe(true);
    expect(isStale({ ...own, revision: analyses.probe.revision + 1 }, hashes('a', 'b'))).toBe(true);
  });
});
