// Native TensorFlow for tests. It is Lethe's own installer that installs it: with tests that need it, that is tested too.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = path.join(ROOT, 'dist', 'cli.js');
/** Where it goes when this machine does not have it yet. A clone that is deleted takes it along. */
const OWN = path.join(ROOT, 'node_modules', '.cache', 'lethe-engine');

/** What keeps a machine from having it, and is no fault of Lethe's. */
const CIRCUMSTANCES = ['unsupported', 'program missing', 'download', 'disk full', 'not writable', 'busy'];

/**
 * Makes native TensorFlow ready. Cheap when it already is: where `LETHE_ENGINE_DIR` says, in the user's cache, or here.
 * @param {(line: string) => void} say told what takes time
 * @returns {Promise<{ ready: true, folder: string } | { ready: false, reason: string }>} `folder` is for the variable
 *   `LETHE_ENGINE_DIR`; throws when the installer itself fails
 */
export async function setUpNative(say = () => {}) {
  const usual = await lethe({}, 'status');
  if (usual.installed) return { ready: true, folder: path.dirname(usual.folder) };
  if (!usual.supported) return { ready: false, reason: usual.why };
  const env = process.env.LETHE_ENGINE_DIR ? {} : { LETHE_ENGINE_DIR: OWN };
  const own = await lethe(env, 'status');
  if (own.installed) return { ready: true, folder: path.dirname(own.folder) };
  say(`installing native TensorFlow (about ${Math.round(own.needs.download / 1e6)} MB) into ${own.folder}`);
  const result = await lethe(env, 'install');
  if (result.type === 'engine') return { ready: true, folder: path.dirname(result.folder) };
  if (CIRCUMSTANCES.includes(result.fault)) return { ready: false, reason: result.message };
  throw new Error(`native TensorFlow could not be installed: ${result.message}`);
}

/** Runs `lethe engine VERB --json` and returns the last line. */
async function lethe(env, verb) {
  const options = { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  const run = promisify(execFile)(process.execPath, [CLI, 'engine', verb, '--json'], options);
  const { stdout, stderr } = await run.catch((error) => error);
  const last = stdout?.trim().split('\n').at(-1);
  if (!last) throw new Error(`lethe engine ${verb} said nothing\n${stderr ?? ''}`);
  return JSON.parse(last);
}
