import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { addResults, countResults, noResults, summary } from './results.mjs';

const file = (status, ...states) => ({
  name: path.resolve('test/some.test.ts'),
  status,
  message: 'not to be loaded\nat a place',
  assertionResults: states.map((state) => ({ status: state, fullName: ' a test' })),
});
const counts = (passed, failed, skipped) => ({ ...noResults(), passed, failed, skipped });

describe('counting the results of a run', () => {
  test('adds up tests of all files by their state', () => {
    const report = { testResults: [file('passed', 'passed', 'skipped'), file('failed', 'passed', 'failed', 'todo')] };
    expect(countResults(report, 1)).toEqual({
      ...counts(2, 1, 2),
      notes: ['failed: test/some.test.ts: a test: '],
    });
  });

  test('counts a file that failed without a failing test', () => {
    expect(countResults({ testResults: [file('failed'), file('passed', 'passed')] }, 1)).toEqual({
      ...counts(1, 1, 0),
      notes: ['failed: test/some.test.ts: not to be loaded'],
    });
  });

  test('counts a failing run in which every test passed', () => {
    expect(countResults({ testResults: [file('passed', 'passed')] }, 1)).toEqual({
      ...counts(1, 1, 0),
      notes: ['failed: an error outside of all tests; the output above says more'],
    });
  });

  test('counts a run without a report as failed, whatever its exit code', () => {
    expect(countResults(undefined, 0).failed).toBe(1);
    expect(countResults(undefined, 1).failed).toBe(1);
  });

  test('counts a test that was tried again once, and names it', () => {
    // Beside the other tests, so that Vitest finds itself.
    const folder = mkdtempSync(path.join(import.meta.dirname, 'retries-'));
    try {
      writeFileSync(
        path.join(folder, 'a.flaky.mjs'),
        `import { describe, expect, test } from 'vitest';
         let tries = 0;
         describe('a group', () => {
           test('fails at first', () => expect(++tries).toBeGreaterThan(2));
           test('passes', () => undefined);
           test('fails always', () => expect(1).toBe(2));
         });`,
      );
      const report = path.join(folder, 'report.json');
      writeFileSync(
        path.join(folder, 'vitest.config.mjs'),
        `export default { test: { include: ['*.flaky.mjs'], retry: 2, reporters: ['${import.meta.dirname}/retryReporter.mjs'], outputFile: { json: '${report}' } } };`,
      );
      const vitest = path.join(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
      const { status } = spawnSync(process.execPath, [vitest, 'run', '--root', folder], { encoding: 'utf8' });
      const found = countResults(JSON.parse(readFileSync(report, 'utf8')), status);
      const notes = [
        'passed only at attempt 3: a group fails at first',
        `failed: ${path.relative('.', path.join(folder, 'a.flaky.mjs'))}: a group fails always: AssertionError: expected 1 to be 2 // Object.is equality`,
      ];
      expect(found).toEqual({ ...counts(2, 1, 0), notes });
      expect(summary(found).split('\n')).toEqual([...notes, '2 passed, 1 failed']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('the last line names skipped tests only where there are some', () => {
  expect(summary(noResults())).toBe('0 passed, 0 failed');
  expect(summary(addResults(counts(3, 1, 0), counts(1, 0, 2)))).toBe('4 passed, 1 failed, 2 skipped');
});
