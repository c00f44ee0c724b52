// Installs PyTorch and avalanche-lib, which the benchmarks compare with, into bench/.venv: node bench/setup.mjs
// By pip with the user's own settings. Nothing happens when what requirements.txt asks for is there.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { requirements, venv, venvPython } from './processes.mjs';

const wanted = readFileSync(requirements, 'utf8');
/** Written when all is installed: a set-up that was interrupted starts anew. */
const stamp = `${venv}/installed.txt`;

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}`);
}

if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
  console.log(`bench/.venv: in place`);
} else {
  console.log('bench/.venv: about 3 GB to download and 5 GB on disk, unless pip is set up to find builds without CUDA');
  rmSync(venv, { recursive: true, force: true });
  run(process.env.PYTHON ?? 'python3', ['-m', 'venv', venv]);
  run(venvPython, ['-m', 'pip', 'install', '-r', requirements]);
  writeFileSync(stamp, wanted);
}
