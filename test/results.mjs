// Counts of finished tests, and the lines that end a test run.

/**
 * Each test counts once, however often it was tried. `retried` names those that passed only when tried again.
 * @typedef {{ passed: number, failed: number, skipped: number, retried: string[] }} Counts
 */

/** @returns {Counts} */
export function noResults() {
  return { passed: 0, failed: 0, skipped: 0, retried: [] };
}

/** @returns {Counts} */
export function addResults(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    retried: [...a.retried, ...b.retried],
  };
}

/**
 * Reads the JSON report of retryReporter.mjs. What fails outside of a test counts as one failure each: a file that could not be
 * loaded, a failing hook, an unhandled error, a run that left no report.
 * @param {unknown} report the parsed report, undefined when there is none
 * @param {number} exitCode of Vitest
 * @returns {Counts}
 */
export function countResults(report, exitCode) {
  const counts = (report?.testResults ?? []).map(countFile).reduce(addResults, noResults());
  const failedUnseen = exitCode !== 0 && counts.failed === 0;
  return failedUnseen || report === undefined ? { ...counts, failed: counts.failed + 1 } : counts;
}

function countFile({ status, assertionResults }) {
  const having = (...states) => assertionResults.filter((result) => states.includes(result.status)).length;
  const failed = having('failed');
  return {
    passed: having('passed'),
    failed: status === 'failed' && failed === 0 ? 1 : failed,
    skipped: having('skipped', 'pending', 'todo', 'disabled'),
    retried: assertionResults
      .filter(({ status: state, meta }) => state === 'passed' && (meta?.retries ?? 0) > 0)
      .map(({ fullName, meta }) => `passed only at attempt ${meta.retries + 1}: ${fullName.trim()}`),
  };
}

/** The last line, `N passed, N failed` and the skipped ones where there are any; before it one for each retried test. */
export function summary({ passed, failed, skipped, retried }) {
  const tail = skipped > 0 ? `, ${skipped} skipped` : '';
  return [...retried, `${passed} passed, ${failed} failed${tail}`].join('\n');
}
