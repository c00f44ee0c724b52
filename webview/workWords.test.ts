import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { speakEnglish, translatorOf, useTranslator } from '../src/core/text';
import { workText } from '../src/core/workText';
import { progressOf } from './progress';
import { useLanguage } from './strings';
import { run } from './testRuns';
import { stateWords } from './words';
import { workWords } from './workWords';

const read = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../l10n', name), 'utf8')) as Record<string, string>;

const methods = join(import.meta.dirname, '../src/engine/methods');

/** What Lethe's methods tell of between steps, and what they call stretches of steps, as their sources have it. */
const names = [
  ...new Set(
    readdirSync(methods, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .flatMap((name) => [
        ...readFileSync(join(methods, name), 'utf8').matchAll(
          /progress\('([a-z -]+)'|\bname: '([a-z -]+)', (?=steps)/g,
        ),
      ])
      .flatMap(([, work, stretch]) => work ?? stretch ?? []),
  ),
];

afterEach(() => {
  speakEnglish();
  useLanguage('en', {});
});

it('what methods do between steps is called alike on the page, in lenses and in the tree', () => {
  expect(names.length).toBeGreaterThan(12);
  expect(names.map(workText)).toEqual(names.map(workWords));
  useTranslator(translatorOf(read('bundle.l10n.zh-cn.json')), 'zh-cn');
  useLanguage('zh-cn', read('webview.zh-cn.json'));
  expect(names.map(workText)).toEqual(names.map(workWords));
  expect(names.map(workText).filter((name) => !/\p{Script=Han}/u.test(name))).toEqual([]);
  // Somebody else's are called what the log calls them.
  expect([workText('dream'), workWords('dream')]).toEqual(['dream', 'dream']);
});

it('a run at work says so in the language of the page', () => {
  useLanguage('zh-cn', read('webview.zh-cn.json'));
  const task = { name: 'a', classes: [0], train: 1, test: 1 };
  const asleep = run(
    'sleep',
    [
      {
        type: 'started',
        at: 0,
        schema: 1,
        tasks: [task, task],
        steps: [10, 10],
        backend: { name: 'wasm', version: '1' },
        parameters: 1,
      },
      { type: 'task-start', at: 0, task: 0, steps: 10 },
      { type: 'phase', at: 1, task: 0, name: 'sleep', done: 0.4 },
    ],
    'running',
  );
  expect(stateWords(progressOf([asleep], 1))).toContain('睡眠');
});
