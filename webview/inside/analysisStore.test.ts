import { describe, expect, it } from 'vitest';
import type { PageRequest } from '../../src/core/fromWebview';
import { AskError, type Host } from '../host';
import type { LiveRun } from '../liveRuns';
import { run, started } from '../testRuns';
import { AnalysisStore } from './analysisStore';

function storeWith(answer: () => unknown) {
  const asked: PageRequest[] = [];
  const ask = async (request: PageRequest): Promise<unknown> => {
    asked.push(request);
    return Promise.resolve(answer());
  };
  return { store: new AnalysisStore({ ask } as unknown as Host, () => undefined), asked };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));
const done: LiveRun = { ...run('a', [started()]), status: 'done' };

describe('what has been measured of a run', () => {
  it('is asked for once, and again when the host tells of more', async () => {
    const { store, asked } = storeWith(() => ({ known: [], kept: 5 }));
    expect([store.of(done), store.of(done)]).toEqual([undefined, undefined]);
    await settled();
    expect([store.of(done), asked]).toEqual([{ known: [], kept: 5 }, [{ kind: 'analyses', run: 'a' }]]);
    store.of({ ...done, analysed: 1 });
    expect(asked).toHaveLength(2);
  });

  it('is not asked for of a run that goes on, or of another program', () => {
    const { store, asked } = storeWith(() => ({ known: [], kept: 0 }));
    store.of({ ...done, status: 'running' });
    store.of({ ...done, manifest: { ...done.manifest, trainer: 'program' } });
    expect(asked).toEqual([]);
  });

  it('is asked for again where it was refused, when one says so', async () => {
    const { store, asked } = storeWith(() => {
      throw new AskError('busy');
    });
    store.of(done);
    await settled();
    store.of(done);
    expect([store.refused, asked.length]).toEqual(['busy', 1]);
    store.again();
    store.of(done);
    expect([store.refused, asked.length]).toEqual([undefined, 2]);
  });

  it('is asked for again where a newer version was refused, and until it comes that of before is there', async () => {
    let refuses = false;
    const { store, asked } = storeWith(() => {
      if (refuses) throw new AskError('busy');
      return { known: [], kept: asked.length };
    });
    store.of(done);
    await settled();
    refuses = true;
    const newer = { ...done, analysed: 1 };
    store.of(newer);
    await settled();
    expect([store.refused, store.of(newer)?.kept, asked.length]).toEqual(['busy', 1, 2]);
    refuses = false;
    store.again();
    expect(store.of(newer)?.kept).toBe(1);
    await settled();
    expect([store.refused, store.of(newer)?.kept, asked.length]).toEqual([undefined, 3, 3]);
  });
});
