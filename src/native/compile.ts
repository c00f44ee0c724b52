import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineError } from './engineError';
import { packageFolder } from './location';
import { failure, findProgram, runProgram } from './program';
import type { Installation } from './installation';

/** A C++ compiler of this machine. */
export async function findCompiler({ staging, signal }: Installation): Promise<string> {
  const named = process.env['CXX'];
  const candidates = [...(named ? [named] : []), 'g++', 'c++', 'clang++'];
  const compiler = await findProgram(candidates, ['--version'], { cwd: staging, signal });
  if (compiler !== undefined) return compiler;
  throw new EngineError(
    'program missing',
    'A C++ compiler was not found; it builds the link between Node.js and TensorFlow. Install one (Debian, Ubuntu: ' +
      'g++; Fedora: gcc-c++) and try again.',
  );
}

/** Version of Node-API that the addon is built for. Node-API is stable: every Node.js from 20 on can load it. */
const NAPI = '8';

/** The addon that connects Node.js with the library, relative to the folder of tfjs-node. */
export const ADDON = join('lib', `napi-v${NAPI}`, 'tfjs_binding.node');

/** Builds tfjs-node's addon against the unpacked library. */
export async function compileAddon(
  installation: Installation,
  compiler: string,
  libraries: readonly string[],
): Promise<void> {
  const { staging, temporary, signal, onProgress } = installation;
  onProgress({ phase: 'compile' });
  const folder = packageFolder(staging);
  await mkdir(dirname(join(folder, ADDON)), { recursive: true });
  const args = ['-std=c++17', '-O2', '-shared', '-fPIC', `-DNAPI_VERSION=${NAPI}`, '-DBUILDING_NODE_EXTENSION'];
  args.push('-I', join(staging, 'node_modules', 'node-api-headers', 'include'));
  args.push('-I', join('deps', 'include'), '-I', '.');
  args.push(join('binding', 'tfjs_backend.cc'), join('binding', 'tfjs_binding.cc'));
  args.push('-L', join('deps', 'lib'), ...libraries.map((name) => `-l:${name}`));
  // The addon finds the libraries beside it, wherever the folder is moved, and before those of LD_LIBRARY_PATH.
  args.push('-Wl,--disable-new-dtags,-rpath,$ORIGIN/../../deps/lib', '-o', ADDON);
  const outcome = await runProgram(compiler, args, { cwd: folder, signal, env: { TMPDIR: temporary } });
  if (!outcome.ok) throw failure('compile', `${compiler} could not build the engine`, outcome);
}
