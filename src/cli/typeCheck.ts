import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { ownCompilerOptions } from '../runs/own/compilerOptions';

/** Lines of faults that are shown. */
const MOST_FAULTS = 20;

/**
 * What TypeScript says is wrong with a file of the user's own, a line each; or why it was not asked. Lethe brings none: it
 * takes the one that the file's own folder has, or the present one.
 *
 * @param file absolute path
 */
export async function typeFaults(file: string, dist: string): Promise<string[] | string> {
  if (!/\.m?ts$/.test(file)) return 'it is JavaScript.';
  const types = join(dist, 'lethe.d.ts');
  if (!existsSync(types)) return 'this build has no types of "lethe".';
  const compiler = compilerOf(file);
  if (compiler === undefined) return 'TypeScript is not installed beside the file (npm install --save-dev typescript).';
  const folder = await mkdtemp(join(tmpdir(), 'lethe-types-'));
  try {
    const project = join(folder, 'tsconfig.json');
    const options = { ...ownCompilerOptions, paths: { lethe: [types] }, typeRoots: [] };
    await writeFile(project, JSON.stringify({ compilerOptions: options, files: [file] }));
    return faultsIn(await output([compiler, '--project', project, '--pretty', 'false']), file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function compilerOf(file: string): string | undefined {
  for (const from of [file, join(process.cwd(), 'x.js')])
    try {
      return join(dirname(createRequire(from).resolve('typescript/package.json')), 'lib', 'tsc.js');
    } catch {
      // Not there.
    }
  return undefined;
}

const output = (args: readonly string[]): Promise<string> =>
  new Promise((done) => {
    execFile(process.execPath, [...args], { maxBuffer: 1 << 24, cwd: process.cwd() }, (_, stdout) => done(stdout));
  });

/** As one would click on them: from the present folder. */
function faultsIn(text: string, file: string): string[] {
  const lines = text.split('\n').filter((line) => /^.+\(\d+,\d+\): error /.test(line) || line.startsWith('error '));
  const shown = lines.slice(0, MOST_FAULTS).map((line) => {
    const [, path, place, rest] = /^(.+)\((\d+),\d+\): error \w+: (.*)$/.exec(line) ?? [];
    if (path === undefined) return line;
    const here = relative(dirname(file), resolve(process.cwd(), path));
    return `${here}:${place}: ${rest}`;
  });
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `… and ${more} more.`] : shown;
}
