// A Python of one's own with what a requirements file asks for, by pip with the user's own settings.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** @param venv folder of the virtual environment */
export const pythonOf = (venv) => path.join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** Written when all is installed: a set-up that was interrupted starts anew. */
const stampOf = (venv) => path.join(venv, 'installed.txt');

/** Whether all has been installed once. */
export const isSetUp = (venv) => existsSync(stampOf(venv));

/** Makes it with the `python3` there is, or that of PYTHON, unless what the file asks for is there. @throws Error */
export function setUp(venv, requirements) {
  const wanted = readFileSync(requirements, 'utf8');
  if (isSetUp(venv) && readFileSync(stampOf(venv), 'utf8') === wanted) {
    console.log(`${venv}: in place`);
    return;
  }
  console.log(`${venv}: about 3 GB to download and 5 GB on disk, unless pip is set up to find builds without CUDA`);
  rmSync(venv, { recursive: true, force: true });
  run(process.env.PYTHON ?? 'python3', ['-m', 'venv', venv]);
  run(pythonOf(venv), ['-m', 'pip', 'install', '-r', requirements]);
  writeFileSync(stampOf(venv), wanted);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}`);
}
