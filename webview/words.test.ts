import { expect, it } from 'vitest';
import { INSTALL_ENGINE } from '../src/core/engineHint';
import { earlierWords, taskWords, withPaletteCommands } from './words';

it('a share of a task is said to be one of its training', () => {
  expect(taskWords(0.2, false)).toMatch(/^20\s%\strained$/);
  expect([taskWords(0, false), taskWords(1, false), taskWords(0.2, true)]).toEqual([
    'to come',
    'learned',
    'learning now',
  ]);
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

it('what a terminal would be asked for is called what the command palette calls it', () => {
  expect(withPaletteCommands(`not installed; ${INSTALL_ENGINE} installs it`)).toBe(
    'not installed; "Lethe: Install Native TensorFlow Engine" installs it',
  );
});
