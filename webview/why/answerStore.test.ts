import { describe, expect, it } from 'vitest';
import type { PageRequest } from '../../src/core/fromWebview';
import type { Host } from '../host';
import { AskError } from '../host';
import { run, started, taskEnd } from '../testRuns';
import { AnswerStore } from './answerStore';

type Answer = (request: PageRequest) => unknown;

function storeWith(answer: Answer) {
  const asked: PageRequest[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  let changes = 0;
  const ask = (request: PageRequest, signal?: AbortSignal): Promise<unknown> => {
    asked.push(request);
    signals.push(signal);
    return Promise.resolve().then(() => answer(request));
  };
  const store = new AnswerStore({ ask } as unknown as Host, () => changes++);
  return { store, asked, signals, changes: () => changes };
}
/** Lets every answer come. */
const settled = () => new Promise((resolve) => setTimeout(resolve));
const taken = { task: 2, label: 4 };
const sample = (index: number) => ({ index, task: 1, label: 2, first: taken, now: taken, since: 2 });
const one = run('a', [started(), taskEnd(0, [1, 0])]);
const two = run('a', [started(), taskEnd(0, [1, 0]), taskEnd(1, [0, 1])]);

describe('what is asked for', () => {
  it('is asked for once, row by row, and again when the run has learned another task; until then the old is shown', async () => {
    const { store, asked, changes } = storeWith(({ kind }) => [{ kind }]);
    expect(store.answersOf(one, 0)).toEqual({ confusions: [], forgotten: [] });
    store.answersOf(one, 0);
    await settled();
    expect([asked.map(({ kind }) => kind), changes()]).toEqual([['confusions', 'forgotten'], 2]);
    const first = store.answersOf(one, 0);
    expect(first).toEqual({ confusions: [{ kind: 'confusions' }], forgotten: [{ kind: 'forgotten' }] });
    expect(store.answersOf(two, 0)).toEqual(first);
    expect(store.answersOf(two, 1)).toEqual({ confusions: [], forgotten: first.forgotten });
    await settled();
    expect(asked.slice(2)).toEqual([
      { kind: 'forgotten', run: 'a' },
      { kind: 'confusions', run: 'a', task: 1 },
    ]);
  });

  it('is not asked for before a task is learned', () => {
    const { store, asked } = storeWith(() => []);
    expect(store.answersOf(run('a', [started()]), 0)).toEqual({ confusions: [], forgotten: [] });
    expect(asked).toEqual([]);
  });

  it('that is refused is not asked for again by itself, but when one says so', async () => {
    let refuses = true;
    const { store, asked } = storeWith(({ kind }) => {
      if (refuses) throw new AskError('busy');
      return [{ kind }];
    });
    store.answersOf(one, 0);
    await settled();
    store.answersOf(one, 0);
    expect([store.refused, asked.length]).toEqual(['busy', 2]);
    refuses = false;
    store.again();
    store.answersOf(one, 0);
    await settled();
    expect([store.refused, asked.length]).toEqual([undefined, 4]);
    expect(store.answersOf(one, 0).forgotten).toEqual([{ kind: 'forgotten' }]);
  });

  it('is cancelled when nobody looks any more', () => {
    const { store, signals } = storeWith(() => []);
    store.answersOf(one, 0);
    store.dispose();
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
  });
});

describe('pictures', () => {
  it('come together, each with its own bytes, and only those that are not here yet', async () => {
    const bytes = Uint8Array.from({ length: 8 }, (_, i) => i);
    const { store, asked } = storeWith(() => ({ height: 2, width: 2, channels: 1, bytes }));
    store.wantPictures('a', [sample(5), sample(6)]);
    store.wantPictures('a', [sample(6), sample(5)]);
    await settled();
    expect(asked).toEqual([{ kind: 'images', run: 'a', part: 'test', index: [5, 6], task: [1, 1] }]);
    expect([...(store.pictureOf('a', sample(6))?.bytes ?? [])]).toEqual([4, 5, 6, 7]);
    expect(store.pictureOf('b', sample(6))).toBeUndefined();
  });

  it('that cannot be had are not asked for again', async () => {
    const { store, asked } = storeWith(() => {
      throw new AskError('not there');
    });
    store.wantPictures('a', [sample(5)]);
    await settled();
    store.wantPictures('a', [sample(6)]);
    expect([store.noPictures, asked.length]).toEqual([true, 1]);
  });

  it('that were refused are asked for again when one says so', async () => {
    const { store, asked } = storeWith(() => {
      throw new AskError('busy');
    });
    store.wantPictures('a', [sample(5)]);
    await settled();
    store.wantPictures('a', [sample(5)]);
    expect([store.noPictures, store.refused, asked.length]).toEqual([false, 'busy', 1]);
    store.again();
    store.wantPictures('a', [sample(5)]);
    expect([store.refused, asked.length]).toEqual([undefined, 2]);
  });
});
