import { describe, expect, test } from 'vitest';
import { addResults, countResults, noResults, summary } from './results.mjs';

const file = (status, ...states) => ({ status, assertionResults: states.map((state) => ({ status: state })) });

describe('counting the results of a run', () => {
  test('adds up tests of all files by their state', () => {
    const report = { testResults: [file('passed', 'passed', 'skipped'), file('failed', 'passed', 'failed', 'todo')] };
    expect(countResults(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  test('counts a file that failed without a failing test', () => {
    const report = { testResults: [file('failed'), file('passed', 'passed')] };
    expect(countResults(report, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  test('counts a failing run in which every test passed', () => {
    expect(countResults({ testResults: [file('passed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  test('counts a run without a report as failed, whatever its exit code', () => {
    expect(countResults(undefined, 0).failed).toBe(1);
    expect(countResults(undefined, 1).failed).toBe(1);
  });
});

test('the last line names skipped tests only where there are some', () => {
  expect(summary(noResults())).toBe('0 passed, 0 failed');
  const sum = addResults({ passed: 3, failed: 1, skipped: 0 }, { passed: 1, failed: 0, skipped: 2 });
  expect(summary(sum)).toBe('4 passed, 1 failed, 2 skipped');
});
