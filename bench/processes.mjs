// Starts the processes that are measured, one at a time, and says what they took.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSetUp, pythonOf } from '../scripts/virtualEnvironment.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export const root = here('..');
export const requirements = here('requirements.txt');
export const venv = here('.venv');
export const venvPython = pythonOf(venv);

/** Whether `node bench/setup.mjs` has been run; without it Lethe is measured alone. */
export const hasPython = isSetUp(venv);

/** Runs a command and returns its standard output. @throws Error with its standard error when it fails */
export async function output(command, args, { env = {} } = {}) {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, status] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise((resolve, reject) => child.once('error', reject).once('close', resolve)),
  ]);
  if (status === 0) return stdout;
  throw new Error(`${path.basename(command)} ${args.join(' ')}: exit code ${status}\n${stderr.slice(-2000)}`);
}

/**
 * Runs a command and returns its standard output with its wall-clock and CPU seconds and the peak resident memory
 * (bytes) of its largest process, start and descendants included.
 */
export async function measured(command, args, options) {
  return withFolder(async (folder) => {
    const file = path.join(folder, 'measured.json');
    const wrapper = [here('python/measured.py'), file, command, ...args];
    const stdout = await output(hasPython ? venvPython : 'python3', wrapper, options);
    return { stdout, ...JSON.parse(readFileSync(file, 'utf8')) };
  });
}

/** Command and arguments of one of the counterparts in bench/python. */
export const counterpart = (script, args) => [venvPython, [here(`python/${script}`), ...args.map(String)]];

/** Gives `work` an empty folder that is gone afterwards. */
export async function withFolder(work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-bench-'));
  try {
    return await work(folder);
  } finally {
    // A process that is just ending may still write.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

async function textOf(stream) {
  let text = '';
  for await (const part of stream.setEncoding('utf8')) text += part;
  return text;
}
