import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** Where Debian's package puts its files. */
const PLACE = 'usr/share/datasets/fashion-mnist';
const PACKAGE = 'dataset-fashion-mnist';
/** A clone that is deleted takes it along. */
const OWN = resolve('node_modules/.cache/lethe-fashion-mnist');

/**
 * Folder of the real Fashion-MNIST, from Debian's package: where it is installed, or where it can be fetched (31 MB)
 * without installing it.
 *
 * @returns the folder, or why there is none
 */
export async function fashionMnist(): Promise<{ readonly folder: string } | { readonly reason: string }> {
  for (const root of ['/', OWN]) if (existsSync(join(root, PLACE))) return { folder: join(root, PLACE) };
  mkdirSync(resolve(OWN, '..'), { recursive: true });
  const folder = mkdtempSync(`${OWN}-`);
  const run = (command: string, args: readonly string[]) =>
    promisify(execFile)(command, args, { cwd: folder, timeout: 120_000 });
  try {
    await run('apt-get', ['download', PACKAGE]);
    const [file = ''] = readdirSync(folder);
    await run('dpkg-deb', ['-x', file, 'content']);
    renameSync(join(folder, 'content'), OWN);
    return { folder: join(OWN, PLACE) };
  } catch (error) {
    const [line = ''] = String(error).split('\n');
    return { reason: `Debian's package ${PACKAGE} is not installed and cannot be fetched (${line})` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
