import { describe, expect, it } from 'vitest';
import type { PageRequest } from '../../src/core/fromWebview';
import { AskError, type Host } from '../host';
import { run, started, taskEnd } from '../testRuns';
import { InsideStore } from './insideStore';

function storeWith(answer: (request: PageRequest) => unknown) {
  const asked: PageRequest[] = [];
  let changes = 0;
  const ask = async (request: PageRequest): Promise<unknown> => {
    asked.push(request);
    return Promise.resolve(answer(request));
  };
  const store = new InsideStore({ ask } as unknown as Host, () => changes++);
  return { store, asked, changes: () => changes };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

const none = run('a', [started()]);
const one = run('a', [started(), taskEnd(0, [1, 0])]);
const two = run('a', [started(), taskEnd(0, [1, 0]), taskEnd(1, [0, 1])]);
const refusing = () => {
  throw new AskError('busy');
};

describe('what runs show', () => {
  it('is asked for once, and again when a run has learned another task; until it comes the old is there', async () => {
    const { store, asked, changes } = storeWith(() => [{ task: 0, method: 'x', views: [] }]);
    expect([store.toldBy(one), store.toldBy(one)]).toEqual([undefined, undefined]);
    await settled();
    expect([asked.length, changes(), store.toldBy(one)?.length]).toEqual([1, 1, 1]);
    expect(store.toldBy(two)?.length).toBe(1);
    expect(asked).toEqual(Array(2).fill({ kind: 'mechanisms', run: 'a' }));
  });

  it('is not asked for before a task is learned', () => {
    const { store, asked } = storeWith(() => []);
    expect([store.toldBy(none), asked]).toEqual([[], []]);
  });

  it('that is refused is asked for again when one says so', async () => {
    const { store, asked } = storeWith(refusing);
    store.toldBy(one);
    await settled();
    store.toldBy(one);
    expect([store.refused, asked.length]).toEqual(['busy', 1]);
    store.again();
    store.toldBy(one);
    expect([store.refused, asked.length]).toEqual([undefined, 2]);
  });
});

describe('pictures of what a memory keeps', () => {
  const pictures = ({ kind, ...request }: PageRequest) =>
    kind === 'images' && 'index' in request
      ? { height: 1, width: 1, channels: 1, bytes: Uint8Array.from(request.index) }
      : [];

  it('are asked for once, those that are missing together, and each is where it belongs', async () => {
    const { store, asked } = storeWith(pictures);
    const bytes = (index: number[]) => {
      const found = store.picturesOf({ run: 'a', index });
      return Array.isArray(found) ? (found as { bytes: Uint8Array }[]).map((picture) => [...picture.bytes]) : found;
    };
    expect(bytes([7, 9])).toBeUndefined();
    await settled();
    expect(bytes([9, 7])).toEqual([[9], [7]]);
    expect(bytes([9, 3])).toBeUndefined();
    await settled();
    expect(bytes([9, 3])).toEqual([[9], [3]]);
    expect(asked.map((request) => ('index' in request ? request.index : []))).toEqual([[7, 9], [3]]);
  });

  it('that do not come say why, and are asked for again when one says so', async () => {
    const { store, asked } = storeWith(refusing);
    store.picturesOf({ run: 'a', index: [1] });
    await settled();
    expect(store.picturesOf({ run: 'a', index: [1] })).toBe('busy');
    expect([store.refused, asked.length]).toEqual(['busy', 1]);
    store.again();
    expect(store.picturesOf({ run: 'a', index: [1] })).toBeUndefined();
    expect([store.refused, asked.length]).toEqual([undefined, 2]);
  });
});
