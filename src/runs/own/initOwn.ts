import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OwnKind } from '../../core/own/ownFiles';
import { errorCode } from '../errorCode';
import { ifThere, writeWhole } from '../files';
import { ownCompilerOptions } from './compilerOptions';

/** What a folder for files of one's own was given. Paths from that folder, with forward slashes. */
export interface InitResult {
  /** The file to start from. */
  readonly start: string;
  readonly written: readonly string[];
  /** There already, and left as they are. */
  readonly kept: readonly string[];
  /** What its `tsconfig.json` lacks, so that the editor knows `lethe`; undefined where it lacks nothing. */
  readonly missing?: string;
}

/** Folder with the types of the module `lethe`: it is Lethe's own, and brought up to date by the next `lethe init`. */
const TYPES = '.lethe-types/lethe.d.ts';
const TYPES_HEAD = '// Written by "lethe init": the types of the module "lethe". Changes are lost the next time.\n';

const PROJECT_FILE = 'tsconfig.json';

const project = {
  compilerOptions: { ...ownCompilerOptions, paths: { lethe: [`./${TYPES}`] } },
  include: ['**/*.ts', '**/*.mts', TYPES],
};

/**
 * Writes what an editor needs to complete and check files of the user's own, and one of a kind to start from, with an
 * experiment that compares it. A file that is there is never written over, but for the types.
 *
 * @param dist folder with what ships
 */
export async function initOwn(folder: string, kind: OwnKind, dist: string): Promise<InitResult> {
  const [start, experiment] = [`my-${kind}.ts`, `my-${kind}.lethe.json`];
  const template = (name: string) => readFile(join(dist, 'own', name), 'utf8');
  const files = [
    [PROJECT_FILE, `${JSON.stringify(project, undefined, 2)}\n`],
    [start, await template(start)],
    [experiment, await template(experiment)],
  ] as const;
  const types = TYPES_HEAD + (await readFile(join(dist, 'lethe.d.ts'), 'utf8'));
  const [written, kept]: [string[], string[]] = [[], []];
  await mkdir(folder, { recursive: true });
  ((await writeTypes(join(folder, ...TYPES.split('/')), types)) ? written : kept).push(TYPES);
  for (const [name, text] of files) ((await writeNew(join(folder, name), text)) ? written : kept).push(name);
  const knowsLethe = /"lethe"\s*:/.test((await ifThere(readFile(join(folder, PROJECT_FILE), 'utf8'))) ?? '');
  return { start, written, kept, ...(!knowsLethe && { missing: `"paths": { "lethe": ["./${TYPES}"] }` }) };
}

/** False when something is there already, a link included. */
async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Those that an earlier `lethe init` wrote are replaced; anything else stays. False where nothing was written. */
async function writeTypes(file: string, text: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  const present = await ifThere(readFile(file, 'utf8'));
  if (present === text || (present !== undefined && !present.startsWith(TYPES_HEAD))) return false;
  await writeWhole(file, text);
  return true;
}
