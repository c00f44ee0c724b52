// Counts of finished tests, and the lines that end a test run.
import path from 'node:path';

/**
 * Each test counts once, however often it was tried. `notes` names those that passed only when tried again, and those that
 * failed with the first line of why: whoever has only the end of the output knows what to look at.
 * @typedef {{ passed: number, failed: number, skipped: number, notes: string[] }} Counts
 */

/** @returns {Counts} */
export function noResults() {
  return { passed: 0, failed: 0, skipped: 0, notes: [] };
}

/** @returns {Counts} */
export function addResults(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    notes: [...a.notes, ...b.notes],
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
  if (!failedUnseen && report !== undefined) return counts;
  const why = report === undefined ? 'there is no report' : 'an error outside of all tests';
  return {
    ...counts,
    failed: counts.failed + 1,
    notes: [...counts.notes, `failed: ${why}; the output above says more`],
  };
}

function countFile(file) {
  const { status, assertionResults } = file;
  const having = (...states) => assertionResults.filter((result) => states.includes(result.status)).length;
  const failed = having('failed');
  return {
    passed: having('passed'),
    failed: status === 'failed' && failed === 0 ? 1 : failed,
    skipped: having('skipped', 'pending', 'todo', 'disabled'),
    notes: [...assertionResults.flatMap((result) => noteOf(result, file)), ...noteOfFile(file, failed)],
  };
}

function noteOf({ status, fullName, meta, failureMessages }, file) {
  const name = fullName?.trim();
  if (status === 'failed') return [`failed: ${nameOf(file)}: ${name}: ${firstLine(failureMessages?.[0])}`];
  const retries = meta?.retries ?? 0;
  return status === 'passed' && retries > 0 ? [`passed only at attempt ${retries + 1}: ${name}`] : [];
}

/** What failed outside of a file's tests. */
function noteOfFile(file, failedTests) {
  return file.status === 'failed' && failedTests === 0 ? [`failed: ${nameOf(file)}: ${firstLine(file.message)}`] : [];
}

function nameOf({ name = '' }) {
  return path.relative(process.cwd(), name);
}

function firstLine(message = '') {
  return message.split('\n', 1)[0].slice(0, 300);
}

/** The last line, `N passed, N failed` and the skipped ones where there are any; before it one for each note. */
export function summary({ passed, failed, skipped, notes }) {
  const tail = skipped > 0 ? `, ${skipped} skipped` : '';
  return [...notes, `${passed} passed, ${failed} failed${tail}`].join('\n');
}
