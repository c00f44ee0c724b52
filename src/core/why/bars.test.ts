import { describe, expect, it } from 'vitest';
import type { Why } from './why';
import { barsOf } from './bars';

const numbers = {
  ...{ accuracy: 0.2, taskAwareAccuracy: 0.9, learningAccuracy: 0.95, forgetting: 0.75, taskAwareForgetting: 0.05 },
  ...{ taskInference: NaN, classWithinTask: NaN, recencyBias: NaN, interference: NaN, negativeFlips: NaN },
  ...{
    positiveFlips: NaN,
    hasCounts: false,
    asksClasses: true,
    steps: { looked: 0, against: 0, along: 0 },
    learned: 5,
    tasks: 5,
  },
};
const why = (answers: Why['answers'], change: Partial<Why['numbers']> = {}): Why => ({
  ...{ text: '', more: [], missing: [], answers },
  numbers: { ...numbers, ...change },
});
const shares = { right: 0.2, otherClass: 0.1, newest: 0.6, otherTask: 0.1 };

describe('the bars of a method', () => {
  it('are two where tasks compete: where answers go, and what is right when told', () => {
    const [untold, told, ...others] = barsOf(why('competing', { shares }));
    expect(untold?.parts.map(({ kind, share }) => [kind, share])).toEqual(Object.entries(shares));
    expect(told?.parts.map(({ kind }) => kind)).toEqual(['right', 'wrong']);
    expect(others).toEqual([]);
  });

  it('say only right and wrong where the log does not say more', () => {
    expect(barsOf(why('competing'))[0]?.parts.map(({ kind }) => kind)).toEqual(['right', 'wrong']);
    expect(barsOf(why('competing', { taskAwareAccuracy: NaN })).map(({ name }) => name)).toEqual(['untold']);
    expect(barsOf(why('told only', { accuracy: NaN })).map(({ name }) => name)).toEqual(['told']);
  });

  it('are one of what was learned and what is left elsewhere', () => {
    const [bar, ...others] = barsOf(why('shared'));
    expect(others).toEqual([]);
    expect(bar?.parts.map(({ kind, share }) => [kind, Number(share.toFixed(12))])).toEqual([
      ['right', 0.2],
      ['lost', 0.75],
      ['unlearned', 0.05],
    ]);
    const gained = barsOf(why('told', { accuracy: 0.97 }))[0]?.parts ?? [];
    expect(gained.find(({ kind }) => kind === 'lost')?.share).toBe(0);
  });

  it('are full', () => {
    for (const answers of ['competing', 'told', 'told only', 'shared', 'unknown'] as const)
      for (const { parts } of barsOf(why(answers, { shares })))
        expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});
