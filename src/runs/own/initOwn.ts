import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StartKind } from '../../core/own/ownFiles';
import { errorCode } from '../errorCode';
import { ifThere, writeWhole } from '../files';
import { ownCompilerOptions } from './compilerOptions';

/** What a folder for files of one's own was given. Paths from that folder, with forward slashes. */
export interface InitResult {
  /** The file to start from. */
  readonly start: string;
  /** The experiment that compares it. */
  readonly experiment: string;
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

/** The file to start from, and the experiment that compares it. */
const filesCalled = (name: string, kind: StartKind) =>
  [`${name}.${kind === 'program' ? 'py' : 'ts'}`, `${name}.lethe.json`] as const;

/** What the file to start from is called where nobody says. */
export const usualName = (kind: StartKind): string => `my-${kind}`;

/** Whether a file to start from, or its experiment, would have the name of one that is there. */
export const isTaken = (folder: string, name: string, kind: StartKind): boolean =>
  filesCalled(name, kind).some((file) => existsSync(join(folder, file)));

/** The usual name, with a number where that is taken: `my-method-2`. */
export function freeName(folder: string, kind: StartKind): string {
  const nameOf = (n: number) => (n === 1 ? usualName(kind) : `${usualName(kind)}-${n}`);
  let n = 1;
  while (isTaken(folder, nameOf(n), kind)) n += 1;
  return nameOf(n);
}

/**
 * Writes a file of the user's own to start from, with an experiment that compares it, and for one in TypeScript what an
 * editor needs to complete and check it. A file that is there is never written over, but for the types.
 *
 * @param dist folder with what ships
 * @param name of the file to start from, without its ending
 */
export async function initOwn(
  folder: string,
  kind: StartKind,
  dist: string,
  name = usualName(kind),
): Promise<InitResult> {
  const [start, experiment] = filesCalled(name, kind);
  const templates = filesCalled(usualName(kind), kind).map((file) => readFile(join(dist, 'own', file), 'utf8'));
  const [code = '', compared = ''] = (await Promise.all(templates)).map((text) =>
    text.replaceAll(usualName(kind), name),
  );
  const [written, kept]: [string[], string[]] = [[], []];
  await mkdir(folder, { recursive: true });
  const write = async (file: string, text: string) =>
    ((await writeNew(join(folder, file), text)) ? written : kept).push(file);
  const isTypeScript = kind !== 'program';
  if (isTypeScript) {
    const types = TYPES_HEAD + (await readFile(join(dist, 'lethe.d.ts'), 'utf8'));
    ((await writeTypes(join(folder, ...TYPES.split('/')), types)) ? written : kept).push(TYPES);
    await write(PROJECT_FILE, `${JSON.stringify(project, undefined, 2)}\n`);
  }
  await write(start, code);
  await write(experiment, compared);
  const isWhole = !isTypeScript || (await knowsLethe(folder));
  return { start, experiment, written, kept, ...(!isWhole && { missing: `"paths": { "lethe": ["./${TYPES}"] }` }) };
}

const knowsLethe = async (folder: string): Promise<boolean> =>
  /"lethe"\s*:/.test((await ifThere(readFile(join(folder, PROJECT_FILE), 'utf8'))) ?? '');

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
