// The body of `npm test`. From a bare clone: installs packages, a real VS Code and native TensorFlow, checks types, builds
// and packages the extension, runs every test, and ends with the line `N passed, N failed`. Needs nothing but Node.js
// >= 20.3 and npm; what else native TensorFlow needs is in docs/engine.md, and its tests are skipped where that is missing.
// `npm test -- unit` and `npm test -- ui` run only one part; further words are file filters for Vitest.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from '../scripts/ensure-installed.mjs';
import { setUpNative } from './native.mjs';
import { addResults, countResults, noResults, summary } from './results.mjs';
import { setUpHost } from './vscode/setup.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = path.join(ROOT, 'node_modules', '.bin');
const REPORTS = path.join(ROOT, 'test', 'artifacts', 'reports');
const FAILED_STAGE = { ...noResults(), failed: 1 };
const STEPS = {
  'type check': [path.join(BIN, 'tsc'), ['--build']],
  build: ['npm', ['run', '--silent', 'build']],
  package: ['npm', ['run', '--silent', 'package']],
};
const BLUE_BOLD = process.stdout.isTTY ? ['\x1b[1;34m', '\x1b[0m'] : ['', ''];

process.chdir(ROOT);
const [part, ...filters] = process.argv.slice(2);
const total = await runAll();
console.log(summary(total));
process.exitCode = total.failed > 0 ? 1 : 0;

async function runAll() {
  const installed = await stage('packages', () => attempt(ensureInstalled));
  if (installed.failed) return FAILED_STAGE;
  if (part === 'unit') return runUnitOnly();
  const host = await stage('VS Code and browser for tests', () => attempt(() => setUpHost(say)));
  const built = await runSteps(STEPS);
  const native = built.failed > 0 ? { counts: noResults(), env: {} } : await nativeEngine();
  const unit = part === 'ui' ? noResults() : await stage('unit tests and guarantees', () => vitest('unit', native.env));
  const skip = reasonToSkip(host, built);
  if (skip) say(`tests in VS Code are skipped: ${skip}`);
  const env = skip ? { ...native.env, LETHE_NO_VSCODE_HOST: skip } : native.env;
  const ui = await stage('tests in a real VS Code', () => vitest('ui', env));
  return [host.failed ? FAILED_STAGE : noResults(), built, native.counts, unit, ui].reduce(addResults, noResults());
}

async function runUnitOnly() {
  // The installer of native TensorFlow is in the build.
  const built = await runSteps({ build: STEPS.build });
  if (built.failed > 0) return built;
  const native = await nativeEngine();
  const unit = await stage('unit tests and guarantees', () => vitest('unit', native.env));
  return addResults(native.counts, unit);
}

/** Installs native TensorFlow. `env` tells the tests where it is, or why it is not there. */
async function nativeEngine() {
  const { failed, value } = await stage('native TensorFlow for tests', () => attempt(() => setUpNative(say)));
  if (!failed && value.ready) return { counts: noResults(), env: { LETHE_ENGINE_DIR: value.folder } };
  const reason = failed ? 'the installation of native TensorFlow failed' : value.reason;
  say(`tests on native TensorFlow are skipped: ${reason}`);
  return { counts: failed ? FAILED_STAGE : noResults(), env: { LETHE_NO_NATIVE_ENGINE: reason } };
}

function reasonToSkip(host, built) {
  if (host.failed) return 'the installation of VS Code failed';
  if (!host.value.ready) return host.value.reason;
  return built.failed > 0 ? 'the extension could not be built' : undefined;
}

/** Runs a step whose failure must not hide the results of the others. */
async function attempt(step) {
  try {
    return { failed: false, value: await step() };
  } catch (error) {
    console.log(`${error.message}\nFAILED`);
    return { failed: true };
  }
}

/** A step that fails counts as one failed test; the steps after it could only repeat the failure. */
async function runSteps(steps) {
  for (const [name, [command, args]] of Object.entries(steps)) {
    const { code, output } = await stage(name, () => execute(command, args));
    if (code === 0) continue;
    console.log(`${output}\n${name} FAILED`);
    return FAILED_STAGE;
  }
  return noResults();
}

/** Runs Vitest with its progress shown, then reads its report. */
async function vitest(name, env) {
  const report = path.join(REPORTS, `${name}.json`);
  mkdirSync(REPORTS, { recursive: true });
  rmSync(report, { force: true });
  const config = name === 'ui' ? ['--config', 'vitest.ui.config.mts'] : [];
  const reporters = ['--reporter=default', '--reporter=./test/retryReporter.mjs', `--outputFile.json=${report}`];
  const args = ['run', ...config, ...reporters, ...filters];
  const options = { stdio: 'inherit', env: { ...process.env, ...env } };
  const { code } = await execute(path.join(BIN, 'vitest'), args, options);
  return countResults(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined, code);
}

async function stage(name, work) {
  console.log(`${BLUE_BOLD[0]}== ${name}${BLUE_BOLD[1]}`);
  const start = performance.now();
  const result = await work();
  say(`${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

function say(line) {
  console.log(`   ${line}`);
}

/** @returns {Promise<{ code: number, output: string }>} output is empty when it was shown already (stdio: inherit) */
function execute(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, ...options });
    let output = '';
    const collect = (chunk) => (output += chunk);
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
