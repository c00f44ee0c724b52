import { expect, it } from 'vitest';
import type { LandscapePoint } from '../analyses/landscape';
import { anglesAt } from './angles';

const point: LandscapePoint = {
  ...{ run: 'a', task: 1, sha256: '', x: 0, y: 0, distance: 0, measured: [], arrows: [] },
  cosine: -0.5,
};

it('says how far apart the ways down are, and how far from that of old tasks the next steps went', () => {
  const watched = [
    { task: 1, step: 1, cosine: 1 },
    { task: 2, step: 1, cosine: 0.25 },
    { task: 2, step: 9, cosine: -0.25 },
    { task: 2, step: 19, cosine: null },
  ];
  const { ofTasks, ofSteps } = anglesAt(point, watched);
  expect(ofTasks).toBeCloseTo(120, 10);
  expect(ofSteps?.task).toBe(2);
  expect(ofSteps?.degrees).toBeCloseTo(90, 10);
});

it('counts a step along the gradient of old tasks as one away from their way down', () => {
  expect(anglesAt(point, [{ task: 2, step: 1, cosine: 1 }]).ofSteps?.degrees).toBeCloseTo(180, 10);
});

it('leaves out what is not known', () => {
  expect(anglesAt({ ...point, cosine: null }, [{ task: 2, step: 1, cosine: null }])).toEqual({});
});
