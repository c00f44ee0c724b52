// Runs inside the extension host, bundled together with the test modules.
import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

/** One finished test, as written to the report file: one JSON line each. */
export interface InHostResult {
  /** Suite titles and test title. */
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  /** The error's stack when the test failed. */
  readonly error?: string;
}

const TEST_TIMEOUT_MS = 30_000;

/**
 * Runs the tests that `register` declares with mocha's describe and it, and appends each result to `reportFile` as
 * soon as it is known, so that a crash of the host loses none. Rejects when a test failed.
 */
export async function runMocha(register: () => void, reportFile: string): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: TEST_TIMEOUT_MS, reporter: reporterTo(reportFile) });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  register();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
}

function reporterTo(file: string): Mocha.ReporterConstructor {
  const write = (result: InHostResult) => appendFileSync(file, `${JSON.stringify(result)}\n`);
  return class {
    constructor(runner: Mocha.Runner) {
      runner.on('pass', (test) => write(resultOf(test, 'passed')));
      runner.on('pending', (test) => write(resultOf(test, 'skipped')));
      // Also reached by failing hooks, whose title says so.
      runner.on('fail', (test, error: unknown) => write({ ...resultOf(test, 'failed'), error: describeError(error) }));
    }
  } as unknown as Mocha.ReporterConstructor;
}

function resultOf(test: Mocha.Runnable, state: InHostResult['state']): InHostResult {
  return { title: test.titlePath().join(' › '), state, durationMs: test.duration ?? 0 };
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
