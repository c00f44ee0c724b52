import { expect, it } from 'vitest';
import { INSTALL_ENGINE } from '../src/core/engineHint';
import { run } from './testRuns';
import { earlierWords, reasonWords, taskWords, withPaletteCommands } from './words';

it('how far a task is learned is said in runs: a percentage would read like an accuracy', () => {
  const standing = { isCurrent: false, learned: 2, planned: 6, share: 0.4 };
  expect(taskWords(standing)).toBe('learned by 2 of 6 runs');
  expect(taskWords({ ...standing, learned: 0, share: 0 })).toBe('to come');
  expect(taskWords({ ...standing, learned: 6, share: 1 })).toBe('learned');
  expect(taskWords({ ...standing, isCurrent: true })).toBe('learning now');
});

it('runs from before a change are counted, with what was changed', () => {
  expect(earlierWords({ earlier: { changed: 'code', runs: 1 } })).toEqual([
    'its code has changed since: 1 earlier run',
  ]);
  expect(earlierWords({ earlier: { changed: 'settings', runs: 3 } })).toEqual([
    'its settings have changed since: 3 earlier runs',
  ]);
  expect(earlierWords({})).toEqual([]);
});

it('a run that failed says why in a line', () => {
  const failed = (error: string) => run('a', [{ type: 'ended', at: 0, status: 'failed', error }], 'failed');
  expect(reasonWords([run('b', [], 'done'), failed('lib/merge.ts:6: no more\nat f()')])).toEqual([
    'lib/merge.ts:6: no more',
  ]);
  expect(reasonWords([failed('x'.repeat(500))])[0]).toHaveLength(100);
  expect(reasonWords([run('b', [], 'crashed')])).toEqual([]);
});

it('what a terminal would be asked for is called what the command palette calls it', () => {
  expect(withPaletteCommands(`not installed; ${INSTALL_ENGINE} installs it`)).toBe(
    'not installed; "Lethe: Install Native TensorFlow Engine" installs it',
  );
});
