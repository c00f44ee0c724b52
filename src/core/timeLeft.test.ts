import { expect, it } from 'vitest';
import type { RunEvent } from './events';
import { foldEvents, secondsLeft } from './runModel';

const started: RunEvent = {
  type: 'started',
  at: 0,
  schema: 1,
  backend: { name: 'cpu', version: '0' },
  tasks: [{ name: 'a', classes: [0], train: 1, test: 1 }],
  steps: [100],
};
const step = (at: number, n: number): RunEvent => ({ type: 'step', at, task: 0, step: n, loss: 1 });

it('the time left follows the pace so far', () => {
  expect(secondsLeft(foldEvents([started, step(10_000, 50)]))).toBeCloseTo(10);
});

it('the time a run lay idle before it was resumed does not count as pace', () => {
  const night = 8 * 3600 * 1000;
  const events: RunEvent[] = [
    ...[started, step(10_000, 50)],
    { type: 'ended', at: 10_000, status: 'stopped' },
    { type: 'resumed', at: 10_000 + night, task: 0, step: 50 },
    step(15_000 + night, 75),
  ];
  expect(secondsLeft(foldEvents(events))).toBeCloseTo(5);
});
