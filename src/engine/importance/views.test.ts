import { expect, it } from 'vitest';
import type { View } from '../../core/mechanism';
import { movementViews } from './views';

const distances = (views: readonly View[]) =>
  views.flatMap((view) => (view.kind === 'layers' ? view.layers.map(({ value }) => value) : []));
const moved = (steps: Float32Array) => new Float32Array(steps.length).map((_, i) => 1 + (steps[i] as number));
const ones = (length: number) => new Float32Array(length).fill(1);

it('how far parameters moved is told of the most important ones apart from the others', () => {
  // Of a hundred the last is the most important; each group moved as far as its number.
  const importance = Float32Array.from({ length: 100 }, (_, i) => i);
  const steps = importance.map((i) => (i >= 99 ? 0.125 : i >= 90 ? -0.25 : i >= 50 ? 0.5 : 1));
  expect(distances(movementViews(importance, ones(100), moved(steps)))).toEqual([0.125, 0.25, 0.5, 1]);
});

it('in whatever order they stand, some of them alike', () => {
  const importance = Float32Array.from({ length: 1000 }, (_, i) => Math.floor(i / 3));
  const steps = importance.map((i) => Math.sin(i));
  // 617 and 1000 have no divisor in common: each place is there once.
  const mixed = (values: Float32Array) => values.map((_, i) => values[(617 * i) % 1000] as number);
  const wanted = distances(movementViews(importance, ones(1000), moved(steps)));
  const found = distances(movementViews(mixed(importance), ones(1000), moved(mixed(steps))));
  found.forEach((distance, group) => expect(distance).toBeCloseTo(wanted[group] as number, 9));
  expect(new Set(wanted).size).toBe(4);
});

it('it is a root mean square', () => {
  const steps = Float32Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 3 : -1));
  const [, , , last] = distances(
    movementViews(
      Float32Array.from({ length: 100 }, (_, i) => i),
      ones(100),
      moved(steps),
    ),
  );
  expect(last).toBeCloseTo(Math.sqrt(5), 6);
});

it('parameters of the same importance are in one group, and a group without any has no number', () => {
  expect(distances(movementViews(new Float32Array(100), ones(100), moved(ones(100))))).toEqual([null, null, null, 1]);
});

it('it bears few parameters, and says nothing where nothing was held', () => {
  expect(distances(movementViews(ones(1), ones(1), moved(ones(1)))).filter((value) => value !== null)).toEqual([1]);
  expect(movementViews(new Float32Array(), new Float32Array(), ones(3))).toEqual([]);
});
