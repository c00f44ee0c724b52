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
  { type: 'step', at: 1, task: 0, step: 5, loss: 3 },
  { type: 'step', at: 2, task: 0, step: 10, loss: 3 },
  { type: 'eval', at: 3, task: 0, step: 10, accuracy: [0.1], taskAware: [0.1], samples: 1 },
  { type: 'phase', at: 4, task: 0, name: 'sleep', done: 0.1 },
  { type: 'step', at: 5, task: 0, step: 20, loss: 2 },
  { type: 'phase', at: 6, task: 0, name: 'fisher', done: 0.2 },
  { type: 'phase', at: 7, task: 0, name: 'fisher', done: 0.7 },
  { type: 'phase', at: 8, task: 0, name: 'fisher', done: 1 },
];

it('leaves out earlier steps, and of phases what is neither first nor last', () => {
  expect(thinned(events).map((event) => event.at)).toEqual([0, 1, 2, 3, 4, 5, 6, 8]);
});

it('folds to the same state but for the losses', () => {
  const { losses: _all, ...whole } = foldEvents(events);
  const { losses, ...thin } = foldEvents(thinned(events));
  expect(thin).toEqual(whole);
  expect(losses).toHaveLength(2);
});

it('takes steps that tell of the online accuracy together, and folds to the same of it', () => {
  const [started, ...rest] = events;
  const steps = Array.from({ length: 100 }, (_, i): RunEvent => ({
    type: 'step',
    at: 10 + i,
    task: 0,
    step: i + 1,
    loss: i,
    accuracy: (i % 7) / 7,
  }));
  const end: RunEvent = { type: 'task-end', at: 200, task: 0, accuracy: [1], taskAware: [1], memoryBytes: 0 };
  const log = [started, rest[0], ...steps, end].filter((event) => event !== undefined);
  const thin = thinned(log, 100);
  expect(thin.filter(({ type }) => type === 'step').length).toBeLessThanOrEqual(12);
  const [whole, drawn] = [foldEvents(log), foldEvents(thin)];
  expect(drawn.rows[0]?.online).toBeCloseTo(whole.rows[0]?.online ?? NaN, 12);
  expect([drawn.step, drawn.stepsDone]).toEqual([whole.step, whole.stepsDone]);
  // A part of a log that goes on where another one ended.
  const parts = [log.slice(0, 40), log.slice(40)].flatMap((part) => thinned(part, 100));
  expect(foldEvents(parts).rows[0]?.online).toBeCloseTo(whole.rows[0]?.online ?? NaN, 12);
});
