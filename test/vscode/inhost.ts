// Mocha tests inside the real extension host, against the installed package.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { describe, test } from 'vitest';
import { withHost, type Host, type HostOptions } from './harness';
import { reasonToSkip, REPOSITORY } from './installation';
import type { InHostResult } from './mocha-in-host';

export type { InHostResult } from './mocha-in-host';

export interface InHostOptions extends Omit<HostOptions, 'testDriver'> {
  /** TypeScript modules that declare tests with `describe` and `it` imported from 'mocha'. */
  readonly tests: readonly string[];
  /** How long all tests together may take. */
  readonly timeoutMs?: number;
}

const RUN_MS = 180_000;
const RUNNER = path.join(REPOSITORY, 'test', 'vscode', 'mocha-in-host');

/**
 * Installs the package, then has VS Code load the tests from an empty second extension, so that what ships is tested
 * and not the sources. Throws, with evidence kept, when the host never finishes or reports nothing.
 */
export async function runInHost(name: string, options: InHostOptions): Promise<InHostResult[]> {
  let results: InHostResult[] = [];
  await withHost(name, { trusted: true, ...options, testDriver: true }, async (host) => {
    const root = path.dirname(host.workspace);
    const report = path.join(root, 'report.jsonl');
    const carrier = await carrierExtension(path.join(root, 'carrier'), options.tests, report);
    const ended = await runTests(host, carrier, options.timeoutMs ?? RUN_MS);
    results = readResults(report);
    if (results.length === 0 || ended === 'timeout') {
      throw new Error(
        `the extension host ${ended === 'timeout' ? 'did not finish' : 'ran no test'}; so far:\n${listing(results)}`,
      );
    }
  });
  return results;
}

/**
 * Runs the tests in the extension host and reports each as a Vitest test of its own. To be awaited at the top of a test
 * file: which tests there are is known only after the host ran.
 */
export async function reportInHost(name: string, options: InHostOptions): Promise<void> {
  if (reasonToSkip() !== undefined) {
    test.skip(`${name}: ${options.tests.length} files`);
    return;
  }
  const results = await runInHost(name, options);
  describe(name, () => {
    for (const { title, state, error } of results) {
      test.skipIf(state === 'skipped')(title, () => {
        if (state === 'failed') throw new Error(error);
      });
    }
  });
}

/** VS Code runs tests only on behalf of an extension under development; this one has nothing else in it. */
async function carrierExtension(directory: string, tests: readonly string[], report: string): Promise<string> {
  mkdirSync(directory);
  const manifest = { name: 'test-carrier', publisher: 'lethe-tests', version: '0.0.0', engines: { vscode: '*' } };
  writeFileSync(path.join(directory, 'package.json'), JSON.stringify(manifest));
  const requires = tests.map((file) => `require(${JSON.stringify(path.resolve(file))});`).join(' ');
  await build({
    stdin: {
      contents: `import { runMocha } from ${JSON.stringify(RUNNER)};
        export const run = () => runMocha(() => { ${requires} }, ${JSON.stringify(report)});`,
      resolveDir: REPOSITORY,
      loader: 'ts',
    },
    outfile: path.join(directory, 'tests.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
    // Mocha reads its own package.json and reporters by relative paths: it stays where it is installed.
    plugins: [{ name: 'installed-mocha', setup: (bundle) => bundle.onResolve({ filter: /^mocha$/ }, installedMocha) }],
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return directory;
}

function installedMocha(): { path: string; external: boolean } {
  return { path: path.join(REPOSITORY, 'node_modules', 'mocha'), external: true };
}

async function runTests(host: Host, carrier: string, timeoutMs: number): Promise<number | 'timeout'> {
  const page = await host.browser.page();
  const exit = new Promise<number>((resolve) => {
    void page.exposeFunction('codeAutomationExit', resolve);
  });
  await page.exposeFunction('codeAutomationLog', () => undefined);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), timeoutMs);
  });
  const payload = [
    ['extensionDevelopmentPath', host.server.remote(carrier)],
    ['extensionTestsPath', host.server.remote(path.join(carrier, 'tests'))],
  ] as const;
  await page.goto(host.server.url(host.workspace, payload), { waitUntil: 'domcontentloaded' });
  return Promise.race([exit, timeout]).finally(() => clearTimeout(timer));
}

function readResults(report: string): InHostResult[] {
  if (!existsSync(report)) return [];
  const lines = readFileSync(report, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as InHostResult);
}

function listing(results: readonly InHostResult[]): string {
  return results.map(({ state, title }) => `  ${state} ${title}`).join('\n');
}
