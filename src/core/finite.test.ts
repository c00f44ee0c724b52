import { expect, it } from 'vitest';
import { parseEventLine } from './events';
import { isFinite } from './finite';

it('finds an infinite number at any depth', () => {
  expect(isFinite({ a: [1, { b: 'x' }, null] })).toBe(true);
  expect(isFinite(JSON.parse('{"a":[1,{"b":-1e999}]}'))).toBe(false);
  let deep: unknown = Infinity;
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  expect(isFinite(deep)).toBe(false);
});

it('is false for what is nested more deeply than JSON is written', () => {
  const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;
  expect(isFinite(nested(60))).toBe(true);
  expect(isFinite(nested(70))).toBe(false);
  expect(isFinite(nested(5000))).toBe(false);
});

it('times that add up to no number are no event', () => {
  const line = '{"type":"ended","at":1,"status":"done","seconds":1e308}';
  expect(parseEventLine(line)).toMatchObject({ kind: 'malformed', reason: expect.stringContaining('seconds') });
});

it('a view of a method that holds one is no event', () => {
  const view = '{"kind":"layers","title":"t","quantity":"q","unit":"1","layers":[{"name":"a","value":1e999}]}';
  const line = `{"type":"mechanism","at":1,"task":0,"method":"x","views":[${view}]}`;
  expect(parseEventLine(line)).toMatchObject({ kind: 'malformed', reason: expect.stringContaining('too large') });
});
