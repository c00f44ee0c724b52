import { describe, expect, it } from 'vitest';
import { queueSettingsSchema, runsAtATime } from './queue';

describe('how many runs train at a time', () => {
  it.each([
    [1, 8, 8],
    [4, 8, 2],
    [3, 8, 2],
    [16, 8, 1],
  ])('with %i threads each on %i cores: %i', (threads, cores, runs) => {
    expect(runsAtATime(threads, cores)).toBe(runs);
  });
});

it('settings of a queue that say nothing of threads mean one', () => {
  const settings = queueSettingsSchema.parse({ parallel: 2, node: 'node', dist: 'dist', stopTimeout: 1 });
  expect(settings.threads).toBe(1);
});
