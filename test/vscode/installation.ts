import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** The product's root folder. Tests are started there. */
export const REPOSITORY = process.cwd();
/** Failure evidence, screenshots and reports; ignored by git. */
export const ARTIFACTS = path.join(REPOSITORY, 'test', 'artifacts');

const STAMP = path.join(REPOSITORY, 'test', 'vscode', 'host', 'node_modules', 'host.json');

/** Where `setup.mjs` put things: absolute paths. */
export interface Installation {
  readonly node: string;
  readonly server: string;
  readonly browser: string;
}

/** Why tests in a real VS Code must be skipped here, or undefined when they can run. */
export function reasonToSkip(): string | undefined {
  const declared = process.env.LETHE_NO_VSCODE_HOST;
  if (declared) return declared;
  return existsSync(STAMP) ? undefined : 'the VS Code for tests is not installed: run `node test/vscode/setup.mjs`';
}

/** Reads what `setup.mjs` installed. Throws when it has not run. */
export function installation(): Installation {
  const stamp: unknown = JSON.parse(readFileSync(STAMP, 'utf8'));
  if (!isInstallation(stamp)) throw new Error(`${STAMP} is damaged: delete it and run \`node test/vscode/setup.mjs\``);
  return stamp;
}

function isInstallation(value: unknown): value is Installation {
  if (typeof value !== 'object' || value === null) return false;
  return ['node', 'server', 'browser'].every((key) => typeof (value as Record<string, unknown>)[key] === 'string');
}

/** The .vsix under test: the variable LETHE_VSIX, else the newest one in the root folder or dist/. Throws when there is none. */
export function packagedExtension(): string {
  if (process.env.LETHE_VSIX) return path.resolve(process.env.LETHE_VSIX);
  const newest = [REPOSITORY, path.join(REPOSITORY, 'dist')]
    .filter((directory) => existsSync(directory))
    .flatMap((directory) => readdirSync(directory).map((name) => path.join(directory, name)))
    .filter((file) => file.endsWith('.vsix'))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  if (!newest) throw new Error('there is no .vsix to test: run `npm run build && npm run package`');
  return newest;
}
