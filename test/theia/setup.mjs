// Installs Eclipse Theia for the test beside this file, into test/theia/installed: one to three minutes and 610 MB the
// first time. It runs on the Node.js and in the browser of the other tests (../vscode/setup.mjs).
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execute, NODE, npm, setUpHost } from '../vscode/setup.mjs';

const HOST = fileURLToPath(new URL('./host/', import.meta.url));
const INSTALLED = fileURLToPath(new URL('./installed/', import.meta.url));
/** Written last, so its presence means that the installation is complete. */
const STAMP = path.join(INSTALLED, 'complete');
const PACKAGE_FILES = ['package.json', 'package-lock.json', '.npmrc'];
const STAND_IN = 'drives.js';

/**
 * Makes Theia ready. Cheap when it already is.
 * @param {(line: string) => void} say told what takes time
 * @returns {Promise<{ ready: true } | { ready: false, reason: string }>} throws when an installation step fails
 */
export async function setUpTheia(say) {
  const host = await setUpHost(say);
  if (!host.ready) return host;
  const contents = contentHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === contents) return { ready: true };
  say('installing Eclipse Theia (about 610 MB) into test/theia/installed');
  rmSync(INSTALLED, { recursive: true, force: true });
  mkdirSync(INSTALLED);
  for (const file of PACKAGE_FILES) copyFileSync(path.join(HOST, file), path.join(INSTALLED, file));
  await npm(INSTALLED, ['ci', '--ignore-scripts']);
  replaceDrivelist();
  say('building Theia');
  const cli = path.join('node_modules', '@theia', 'cli', 'bin', 'theia.js');
  const env = { ...process.env, PATH: `${path.dirname(NODE)}${path.delimiter}${process.env.PATH}` };
  await execute(NODE, [cli, 'build', '--mode', 'production'], { cwd: INSTALLED, env });
  writeFileSync(STAMP, contents);
  return { ready: true };
}

/** Theia's build copies the compiled file without looking into it. */
function replaceDrivelist() {
  const drivelist = path.join(INSTALLED, 'node_modules', 'drivelist');
  copyFileSync(path.join(HOST, STAND_IN), path.join(drivelist, 'js', 'index.js'));
  mkdirSync(path.join(drivelist, 'build', 'Release'), { recursive: true });
  writeFileSync(path.join(drivelist, 'build', 'Release', 'drivelist.node'), '');
}

function contentHash() {
  const hash = createHash('sha256');
  for (const file of [...PACKAGE_FILES, STAND_IN]) hash.update(readFileSync(path.join(HOST, file)));
  return hash.update(readFileSync(fileURLToPath(import.meta.url))).digest('hex');
}
