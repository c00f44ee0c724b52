import { describe, expect, it } from 'vitest';
import { streamSchema, withTaskCounts } from '../core/stream';
import { streamWords } from './streamWords';

const said = (stream: object) => streamWords('3 variants', streamSchema.parse(withTaskCounts(stream)));

describe('what a report says of a stream', () => {
  it.each([
    [{}, ' on split MNIST: 10 classes in 5 tasks, class-incremental'],
    [{ classesPerTask: [4, 2, 2] }, ' on split MNIST: 8 classes in 3 tasks (4, 2 and 2), class-incremental'],
    [{ classOrder: [3, 2, 1, 0], tasks: 2 }, ' on split MNIST: 4 classes in 2 tasks, class-incremental'],
    [{ kind: 'permuted' }, ' on permuted MNIST: 10 classes in each of 10 tasks, class-incremental'],
    [{ kind: 'rotated', scenario: 'task' }, ' on rotated MNIST: 10 classes in each of 20 tasks, task-incremental'],
    [
      { kind: 'parts', parts: [{}, { kind: 'split' }, { kind: 'permuted', tasks: 3 }], scenario: 'domain' },
      ' on MNIST, split MNIST and permuted MNIST: 9 tasks, domain-incremental',
    ],
    [{ kind: 'parts', parts: Array.from({ length: 7 }, () => ({})) }, ' on 7 parts: 7 tasks, class-incremental'],
    [{ dataset: 'mine', kind: 'permuted' }, ' on permuted mine: 10 tasks, class-incremental'],
    [{ blurry: 0.25 }, '5 tasks whose boundaries are blurry over 25.0 % of a task, class-incremental'],
  ])('%j', (stream, words) => {
    expect(said(stream)).toContain(words);
  });

  it('of the user’s own is its file, on its data', () => {
    const own = { kind: './pairs.ts', dataset: ['mnist', 'fashion-mnist'], tasks: 3, scenario: 'domain' };
    expect(streamWords('3 variants', own)).toMatch(
      /^3 variants on mnist and fashion-mnist in 3 tasks from \.\/pairs\.ts, domain-inc/,
    );
  });

  it('of another program is what is plain', () => {
    expect(streamWords('1 variant', { dataset: 'cifar', tasks: 2, kind: 'parts' })).toBe(
      '1 variant on cifar in 2 tasks',
    );
  });
});
