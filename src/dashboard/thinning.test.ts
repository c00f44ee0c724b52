import { expect, it } from 'vitest';
import type { RunEvent } from '../core/events';
import { foldEvents } from '../core/runModel';
import { thinned } from './thinning';

const events: RunEvent[] = [
  {
    type: 'started',
    at: 0,
    schema: 1,
    backend: { name: 'cpu', version: '1' },
    tasks: [{ name: 'a', classes: [0], train: 1, test: 1 }],
    steps: [100],
  },
  { type: 'task-start', at: 1, task: 0, steps: 100 },
  { type: 'step', at: 2, task: 0, step: 10, loss: 3 },
  { type: 'eval', at: 3, task: 0, step: 10, accuracy: [0.1], taskAware: [0.1], samples: 1 },
  { type: 'phase', at: 4, task: 0, name: 'sleep', done: 0.1 },
  { type: 'step', at: 5, task: 0, step: 20, loss: 2 },
  { type: 'phase', at: 6, task: 0, name: 'fisher', done: 0.2 },
  { type: 'phase', at: 7, task: 0, name: 'fisher', done: 0.7 },
];

it('leaves out earlier steps and phases only', () => {
  expect(thinned(events).map((event) => event.at)).toEqual([0, 1, 3, 5, 7]);
});

it('folds to the same state but for the losses', () => {
  const { losses: _all, ...whole } = foldEvents(events);
  const { losses, ...thin } = foldEvents(thinned(events));
  expect(thin).toEqual(whole);
  expect(losses).toHaveLength(1);
});
