import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Announcer, ANNOUNCE_EVERY } from './announcer';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

it('says the first message soon and the next at least two seconds later', () => {
  const said: string[] = [];
  const announcer = new Announcer((text) => said.push(text));
  announcer.say('a', 'one');
  vi.advanceTimersByTime(0);
  expect(said).toEqual(['one']);
  announcer.say('a', 'two');
  vi.advanceTimersByTime(ANNOUNCE_EVERY - 1);
  expect(said).toEqual(['one']);
  vi.advanceTimersByTime(1);
  expect(said).toEqual(['one', 'two']);
});

it('of one topic says only the newest, and different topics together', () => {
  const said: string[] = [];
  const announcer = new Announcer((text) => said.push(text));
  announcer.say('a', 'task 1');
  announcer.say('a', 'task 2');
  announcer.say('b', 'done');
  vi.advanceTimersByTime(0);
  expect(said).toEqual(['task 2. done']);
});
