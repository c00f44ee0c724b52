import { describe, expect, it } from 'vitest';
import { manifestFor, runOf } from '../runs/testManifests';
import { endText } from './endText';

const one = (seed: number) => manifestFor({ seed });

describe('what is said when runs are over', () => {
  it('is how many are done, and after how long', () => {
    const runs = [
      runOf(one(1), 'done', { firstAt: 1000, lastAt: 31_000 }),
      runOf(one(2), 'done', { firstAt: 5000, lastAt: 61_000 }),
    ];
    expect(endText(runs)).toEqual({ text: 'Test: all 2 runs are done, after 1 min.' });
    expect(endText(runs.slice(0, 1))?.text).toBe('Test: the run is done, after 30 s.');
  });

  it('is how many failed, and the reason of the first, in one line', () => {
    const failed = runOf(one(2), 'failed', { error: 'The loss became NaN.\nat step 3' });
    expect(endText([runOf(one(1), 'done'), failed, runOf(one(3), 'crashed')])).toEqual({
      text: 'Test: 2 of 3 runs failed. none, seed 2: The loss became NaN.',
      failed,
    });
    expect(endText([runOf(one(3), 'crashed')])?.text).toContain('none, seed 3: its process ended without a word');
  });

  it('is nothing where some were stopped: who did that knows it', () => {
    expect(endText([runOf(one(1), 'done'), runOf(one(2), 'stopped')])).toBeUndefined();
    expect(endText([])).toBeUndefined();
  });
});
