// Makes sure that node_modules holds what package-lock.json says, so that `npm start` and `npm test` work right after a
// clone. Uses nothing but Node.js and npm. A few milliseconds when everything is there.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @returns true when packages had to be installed. Throws when npm fails; its output has been shown. */
export function ensureInstalled(root = ROOT) {
  if (isInstalled(root)) return false;
  console.log('installing packages');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
  return true;
}

/** Compares versions, not dates: a fresh clone and a restored cache have arbitrary dates. */
function isInstalled(root) {
  const installedLock = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const wanted = packagesOf(path.join(root, 'package-lock.json'));
  const installed = packagesOf(installedLock);
  return Object.entries(wanted).every(
    ([place, entry]) => place === '' || entry.optional || installed[place]?.version === entry.version,
  );
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) ensureInstalled();
