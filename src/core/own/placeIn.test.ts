import { expect, it } from 'vitest';
import { placeIn } from './placeIn';

it.each([
  ['mine.ts:8: no more', { name: 'mine.ts', line: 8, said: 'no more' }],
  ['lib/merge.ts:12: one\ntwo: 3', { name: 'lib/merge.ts', line: 12, said: 'one\ntwo: 3' }],
  ['There is no file mine.ts here.', undefined],
  ['mine.ts: It was not loaded after 30 s.', undefined],
  ['../other.ts:8: no', undefined],
  ['/etc/other.ts:8: no', undefined],
  ['mine.ts:0: no', undefined],
])('the place that a message begins with: %s', (message, place) => {
  expect(placeIn(message)).toEqual(place);
});
