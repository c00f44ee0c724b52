import { describe, expect, it } from 'vitest';
import { lostRule, lostWords } from './lostTasks';

const labels = ['0, 1', '2, 3', '4, 5', '6, 7'];
/** What is left of old tasks whose best was 80 %, before a newest one. */
const said = (...left: number[]): string =>
  lostWords(
    [...left.map((now, task) => ({ task, peak: 0.8, now })), { task: left.length, peak: 1, now: 1 }],
    labels,
  ).join(' ');

describe('tasks that are lost', () => {
  it('are those of which less than half of the best is left, as the rule says', () => {
    expect(lostRule()).toMatch(/less than 50 %.*above 20 %.*10 points or more/);
    expect(said(0.39, 0.8, 0.8)).toContain('loses 1 of 3 old tasks: task 1');
    expect(said(0.4, 0.8, 0.8)).toMatch(/^loses most of task 1/);
  });

  it('in part are those that fell by ten points', () => {
    expect(said(0.1, 0.69, 0.8)).toContain('in part task 2');
    expect(said(0.1, 0.71, 0.8)).not.toContain('in part');
  });

  it('are named in short where there are many of them', () => {
    expect(said(0.1, 0.3, 0.8)).toMatch(/task 1 \(0, 1\) 80 % → 10 %, task 2 \(2, 3\)/);
    expect(said(0.1, 0.3, 0.39, 0.8)).toBe('loses 3 of 4 old tasks: T1 80 % → 10 %, T2 80 % → 30 %, T3 80 % → 39 %.');
  });

  it('are none that never were learned', () => {
    const never = [0.2, 0.19].map((peak, task) => ({ task, peak, now: 0 }));
    expect(lostWords([...never, { task: 2, peak: 1, now: 1 }], labels).join(' ')).toMatch(/^loses most of/);
  });
});
