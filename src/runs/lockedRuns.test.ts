import { describe, expect, it } from 'vitest';
import { changedMeasures, held, lockedOf, onceEach, UNKNOWN, yardstickOf, type LockedRun } from '../core/lockedRuns';
import { manifestFor, runOf } from './testManifests';

const line = (more: Partial<LockedRun> = {}): LockedRun => ({
  ...{ variant: 'none', hash: 'h', seed: 1, backend: 'native 1', processor: 'p', measures: { accuracy: 0.196 } },
  ...more,
});

describe('a run as it is locked', () => {
  const use = { name: 'native', version: '2', why: 'asked for by name', threads: 4, processor: 'p' };

  it('has what its numbers follow from, where they were computed, and the usual measures', () => {
    const manifest = manifestFor({ seed: 3 });
    expect(lockedOf(runOf(manifest, 'done', { backendUse: use }))).toEqual({
      ...{ variant: 'none', hash: manifest.variant.hash, seed: 3, backend: 'native 2', processor: 'p' },
      measures: { accuracy: 1, taskAwareAccuracy: 1, learningAccuracy: 1, memoryBytes: 0 },
    });
  });

  it('has other measures too where they are asked for and defined', () => {
    const { measures } = lockedOf(runOf(manifestFor(), 'done', { seconds: 7 }), ['seconds', 'stabilityGap']);
    expect(measures).toMatchObject({ seconds: 7 });
    expect(measures).not.toHaveProperty('stabilityGap');
  });

  it('names no processor where it is not known, or another program trained', () => {
    const { processor: _, ...unnamed } = use;
    expect(lockedOf(runOf(manifestFor(), 'done', { backendUse: unnamed }))).toMatchObject({ processor: UNKNOWN });
    expect(lockedOf(runOf(manifestFor(), 'done'))).toMatchObject({ backend: UNKNOWN });
    const foreign = { ...manifestFor(), trainer: 'program', program: 'mine' } as never;
    expect(lockedOf(runOf(foreign, 'done', { backendUse: use }))).toMatchObject({ processor: UNKNOWN });
  });
});

it('a run stands once in a lock, as it was said last, where it was said first', () => {
  const [a, b] = [line(), line({ seed: 2 })];
  const again = line({ measures: { accuracy: 0.2 } });
  expect(onceEach([a, b, again])).toEqual([again, b]);
  expect(onceEach([a, line({ processor: 'q' }), line({ backend: 'wasm 1' })])).toHaveLength(3);
});

it('a measure has changed in its last bit, or when it is gone, but not when there is one more', () => {
  expect(changedMeasures({ accuracy: 0.196 }, { accuracy: 0.196, forgetting: 1 })).toEqual([]);
  expect(changedMeasures({ accuracy: 0.196 }, { accuracy: 0.196 + Number.EPSILON })).toHaveLength(1);
  expect(changedMeasures({ accuracy: 0.196 }, {})).toEqual([{ measure: 'accuracy', locked: 0.196, now: NaN }]);
});

describe('a run that is held against the lock', () => {
  const near = { accuracy: 0.21 };
  const outcome = (now: Partial<LockedRun>, tolerance?: number) => held(line(), line(now), tolerance).outcome;

  it('is equal bit for bit, wherever it was computed', () => {
    expect(outcome({})).toBe('equal');
    expect(outcome({ backend: 'wasm 1', processor: 'q' })).toBe('equal');
  });

  it('has changed at the same place when a bit has', () => {
    expect(outcome({ measures: { accuracy: 0.196 + Number.EPSILON } })).toBe('changed');
    expect(outcome({ measures: near })).toBe('changed');
  });

  it('may differ by rounding on another backend or processor, and no further', () => {
    for (const place of [{ backend: 'wasm 1' }, { processor: 'q' }]) {
      expect(outcome({ ...place, measures: near })).toBe('elsewhere');
      expect(outcome({ ...place, measures: { accuracy: 0.22 } })).toBe('changed');
      expect(outcome({ ...place, measures: { accuracy: 0.22 } }, 0.03)).toBe('elsewhere');
      expect(outcome({ ...place, measures: {} })).toBe('changed');
    }
  });

  it('is at no known place where nobody names the processor', () => {
    const unnamed = line({ processor: UNKNOWN });
    expect(held(unnamed, { ...unnamed, measures: near })).toMatchObject({ outcome: 'elsewhere', isSamePlace: false });
  });

  it('is held against the line of its own place, else of its backend, else against the first', () => {
    const [first, own] = [line({ processor: 'q' }), line()];
    expect(yardstickOf([first, own], line({ measures: near }))).toBe(own);
    expect(yardstickOf([first, own], line({ backend: 'wasm 1' }))).toBe(first);
    const wasm = line({ backend: 'wasm 1', processor: 'q' });
    expect(yardstickOf([first, own, wasm], line({ backend: 'wasm 1' }))).toBe(wasm);
    expect(yardstickOf([], line())).toBeUndefined();
  });
});
