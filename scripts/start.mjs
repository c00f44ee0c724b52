// The body of `npm start`: from a bare clone to the first experiment. Installs packages and builds where needed, then runs
// the example with the command line. Arguments go on to `lethe run`: npm start -- --seeds 1
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';

const EXPERIMENT = 'examples/split-mnist.lethe.json';
const REPORT = 'lethe-report.html';
const SOURCES = ['src', 'webview', 'media/thumbnails-mnist.json', 'esbuild.config.mjs', 'package-lock.json'];
const BUILT = ['cli.js', 'train.js', 'keeper.js', 'extension.js', 'webview/dashboard.js', 'wasm', 'data'];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
step('packages', 'in place', () => ensureInstalled() && 'installed');
step('build', 'up to date', () => isStale() && build());
console.log(`lethe run ${EXPERIMENT}`);
process.exitCode = await run(['run', EXPERIMENT, '--report', REPORT, ...process.argv.slice(2)]);

/** Says in one line what a step did and how long it took. */
function step(name, nothingToDo, work) {
  const start = performance.now();
  const done = work();
  console.log(`${name}: ${done || nothingToDo} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

function isStale() {
  const built = BUILT.map((name) => path.join('dist', name));
  if (!built.every((file) => existsSync(file))) return true;
  const oldest = Math.min(...built.filter((file) => file.endsWith('.js')).map(changed));
  return SOURCES.flatMap(withContents).some((file) => changed(file) > oldest);
}

function changed(file) {
  return statSync(file).mtimeMs;
}

/** Folders count too: theirs changes when a file goes. */
function withContents(file) {
  if (!statSync(file).isDirectory()) return [file];
  return [file, ...readdirSync(file, { recursive: true }).map((name) => path.join(file, name))];
}

function build() {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['esbuild.config.mjs'], { encoding: 'utf8' });
  if (status === 0) return 'done';
  console.error(`${stdout}${stderr}\nThe build failed.`);
  process.exit(1);
}

/**
 * Runs the command line and waits for it whatever happens, because it stops politely. A terminal sends Ctrl-C to both
 * processes, and a second one would end the runs at once; so it is passed on only where no terminal does.
 */
function run(args) {
  const child = spawn(process.execPath, ['dist/cli.js', ...args], { stdio: 'inherit' });
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
