import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Playing } from './playing';

const section = {
  addController: vi.fn(),
  removeController: vi.fn(),
  requestUpdate: vi.fn(),
  updateComplete: Promise.resolve(true),
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('goes on until the last step', () => {
  const playing = new Playing(section);
  let steps = 0;
  playing.start('a', () => ++steps < 3);
  playing.keepTo('a');
  vi.advanceTimersByTime(60_000);
  expect([steps, playing.isOn]).toEqual([3, false]);
});

it.each(['b', undefined])('stops where something else is looked at: %s', (what) => {
  const playing = new Playing(section);
  const step = vi.fn(() => true);
  playing.start('a', step);
  playing.keepTo(what);
  vi.advanceTimersByTime(60_000);
  expect([step.mock.calls.length, playing.isOn]).toEqual([0, false]);
});
