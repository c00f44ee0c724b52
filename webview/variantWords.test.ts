import { describe, expect, it } from 'vitest';
import { withWords } from './variantWords';

const variants = ['None', 'EWC · lambda 10', 'EWC · lambda 100', 'Replay · perClass 10', '睡眠'].map((label) => ({
  label,
}));
const found = (text: string) => withWords(variants, text).map(({ label }) => label);

describe('words in labels', () => {
  it('narrow the variants, each of them, in any order and of any case', () => {
    expect(found('ewc')).toEqual(['EWC · lambda 10', 'EWC · lambda 100']);
    expect(found(' 100  EWC ')).toEqual(['EWC · lambda 100']);
    expect(found('10')).toEqual(['EWC · lambda 10', 'EWC · lambda 100', 'Replay · perClass 10']);
    expect(found('眠')).toEqual(['睡眠']);
    expect(found('ＥＷＣ')).toHaveLength(2);
    expect(found('ewc replay')).toEqual([]);
  });

  it('that are not there leave all', () => {
    expect(found(' ')).toHaveLength(variants.length);
  });

  it('are words, no pattern', () => {
    expect(found('.*')).toEqual([]);
  });
});
