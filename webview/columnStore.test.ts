import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CurveColumns } from '../src/core/curveColumns';
import { AGAIN_MS, ColumnStore, LEAST_MS } from './columnStore';
import { AskError, type Host } from './host';
import { evaluation, run, started } from './testRuns';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A host that answers with as many as it was asked before, when it is told to. */
function setUp() {
  const asked: { request: unknown; signal: AbortSignal | undefined; answer: () => void; refuse: () => void }[] = [];
  const ask = (request: unknown, signal?: AbortSignal) =>
    new Promise((resolve, reject) => {
      const of = asked.length;
      signal?.addEventListener('abort', () => reject(new AskError('cancelled')));
      asked.push({
        ...{ request, signal },
        answer: () => resolve({ of, places: new Float64Array(10) }),
        refuse: () => reject(new AskError('busy')),
      });
    });
  let changes = 0;
  const store = new ColumnStore('curve', { ask } as unknown as Pick<Host, 'ask'>, () => changes++);
  const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
  return { store, asked, settle, changes: () => changes };
}
const wish = { measure: 'accuracy', points: 100 } as const;
const runs = (...steps: number[]) => [run('a', [started(), ...steps.map((step) => evaluation(0, step, [0.5]))])];
const numberOf = (curve: CurveColumns | undefined) => curve?.of;

describe('curves of the host', () => {
  it('are asked for once, and are there when they have come', async () => {
    const { store, asked, settle, changes } = setUp();
    expect(store.columns('x', runs(1), wish)).toBeUndefined();
    store.columns('x', runs(1), wish);
    expect(asked.map(({ request }) => request)).toEqual([{ kind: 'curve', runs: ['a'], ...wish }]);
    asked[0]?.answer();
    await settle();
    expect([numberOf(store.columns('x', runs(1), wish)), asked.length, changes()]).toEqual([0, 1, 1]);
  });

  it('are asked for anew when runs have more, now and then, and the old ones stand until then', async () => {
    const { store, asked, settle, changes } = setUp();
    store.columns('x', runs(1), wish);
    asked[0]?.answer();
    await settle();
    for (const more of [2, 3, 4]) expect(numberOf(store.columns('x', runs(1, more), wish))).toBe(0);
    expect(asked).toHaveLength(1);
    await settle(LEAST_MS);
    expect(changes()).toBe(2);
    store.columns('x', runs(1, 4), wish);
    store.columns('x', runs(1, 5), wish);
    expect(asked).toHaveLength(2);
    asked[1]?.answer();
    await settle();
    expect(numberOf(store.columns('x', runs(1, 4), wish))).toBe(1);
  });

  it('of another wish in the same place are asked for at once, and nobody waits for those before', async () => {
    const { store, asked, settle, changes } = setUp();
    store.columns('x', runs(1), wish);
    expect(store.columns('x', runs(1), { ...wish, from: 2, to: 3 })).toBeUndefined();
    expect([asked.length, asked[0]?.signal?.aborted]).toEqual([2, true]);
    asked[1]?.answer();
    await settle();
    expect([numberOf(store.columns('x', runs(1), { ...wish, from: 2, to: 3 })), changes()]).toEqual([1, 1]);
    // Elsewhere it is another matter.
    store.columns('y', runs(1), wish);
    expect(asked).toHaveLength(3);
  });

  it('are asked for again some time after a refusal', async () => {
    const { store, asked, settle, changes } = setUp();
    store.columns('x', runs(1), wish);
    asked[0]?.refuse();
    await settle();
    store.columns('x', runs(1), wish);
    expect([asked.length, changes()]).toEqual([1, 1]);
    await settle(AGAIN_MS);
    store.columns('x', runs(1), wish);
    expect([asked.length, changes()]).toEqual([2, 2]);
  });

  it('of no runs are none', () => {
    const { store, asked } = setUp();
    expect([store.columns('x', [], wish), asked.length]).toEqual([undefined, 0]);
  });
});
