import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from './engineError';
import { packageFolder } from './location';
import packageLock from './packageLock.json';
import { failure, runProgram } from './program';
import type { Installation } from './installation';

/**
 * The packages of the engine, pinned with their checksums by `packageLock.json`. The union package of TensorFlow.js,
 * which tfjs-node asks for, is replaced by its core: of its 280 MB training uses nothing else. To renew the lock file,
 * run `npm install --ignore-scripts --package-lock-only --omit-lockfile-registry-resolved` on this manifest.
 */
const manifest = {
  name: packageLock.name,
  private: true,
  dependencies: packageLock.packages[''].dependencies,
  overrides: { '@tensorflow/tfjs': 'npm:@tensorflow/tfjs-core@4.22.0' },
};

/** Installs the packages into the staging folder, without running any of their scripts. */
export async function installPackages({ staging, temporary, signal, onProgress }: Installation): Promise<void> {
  onProgress({ phase: 'packages' });
  await writeFile(join(staging, 'package.json'), JSON.stringify(manifest, undefined, 2));
  await writeFile(join(staging, 'package-lock.json'), JSON.stringify(packageLock, undefined, 2));
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const outcome = await runProgram('npm', args, { cwd: staging, signal, env: { TMPDIR: temporary } });
  if (outcome.missing)
    throw new EngineError('program missing', 'npm was not found. It comes with Node.js; install it and try again.');
  if (outcome.output.includes('EINTEGRITY'))
    throw new EngineError(
      'damaged download',
      'The packages that npm has got are not the expected ones: a checksum differs. Nothing was kept. Check the ' +
        "network and npm's settings for mirrors and proxies, and try again.",
    );
  if (!outcome.ok) throw failure('download', 'npm could not install the packages of the engine', outcome);
  await standInForCore(join(packageFolder(staging), '..', 'tfjs-core'));
}

/** tfjs-node asks for the core under its own name too: the same module again. */
async function standInForCore(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: '@tensorflow/tfjs-core', main: 'index.js' }));
  await writeFile(join(folder, 'index.js'), "module.exports = require('@tensorflow/tfjs');\n");
}
