import { expect, it } from 'vitest';
import type { LandscapePoint } from '../analyses/landscape';
import { angleNumbers, anglesAt } from './angles';

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

it('says how the step that was taken from there lies to both ways down', () => {
  const next = { steps: 1, x: 1, y: 0, norm: 1, share: 1, cosines: [0, 0.5] };
  const { ofNext } = anglesAt({ ...point, next }, []);
  expect(ofNext).toMatchObject({ task: 2, steps: 1 });
  expect([ofNext?.toOld, ofNext?.toNew].map((angle) => angle?.toFixed(6))).toEqual(['90.000000', '60.000000']);
  expect(anglesAt({ ...point, next: { ...next, cosines: [null, null] } }, []).ofNext).toEqual({ task: 2, steps: 1 });
});

it('says beside the steps of the next task where they would have gone without a remedy', () => {
  const watched = [
    { task: 2, step: 1, cosine: 0, plain: 0.5 },
    { task: 2, step: 9, cosine: 0, plain: 0.5 },
    { task: 1, step: 1, cosine: 1, plain: -1 },
  ];
  expect(anglesAt(point, watched).ofSteps?.degrees).toBeCloseTo(90, 10);
  expect(anglesAt(point, watched).ofSteps?.plain).toBeCloseTo(120, 10);
  expect(angleNumbers(point, watched).plain).toBeCloseTo(120, 10);
  // Of older logs, and of steps that have no example of the task.
  expect(anglesAt(point, [{ task: 2, step: 1, cosine: 0 }]).ofSteps).not.toHaveProperty('plain');
});

it('leaves out what is not known', () => {
  expect(anglesAt({ ...point, cosine: null }, [{ task: 2, step: 1, cosine: null }])).toEqual({});
});
