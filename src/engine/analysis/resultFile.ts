import { closeSync, constants, fsyncSync, lstatSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type * as z from 'zod';
import { moveOwn } from '../moveOwn';
import { readRegular } from '../regularFile';

/** Beside a run's checkpoints. */
const FOLDER = 'analyses';
const MOST_BYTES = 64 * 1024 * 1024;

export const fileFor = (runFolder: string, name: string): string => path.join(runFolder, FOLDER, `${name}.json`);

/** What an analysis found before; undefined where there is nothing that can be read. */
export function readResult<Result>(runFolder: string, name: string, schema: z.ZodType<Result>): Result | undefined {
  try {
    return schema.safeParse(JSON.parse(readRegular(fileFor(runFolder, name), MOST_BYTES).toString())).data;
  } catch {
    return undefined;
  }
}

/** Keeps a result in the folder of its run; no link is followed. @throws Error */
export function keepResult(runFolder: string, name: string, result: object): void {
  const file = fileFor(runFolder, name);
  const folder = path.dirname(file);
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) throw new Error(`${FOLDER} in the run folder is no folder`);
  if (!found) mkdirSync(folder);
  const part = `${file}.part`;
  rmSync(part, { force: true });
  const handle = openSync(part, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  try {
    writeFileSync(handle, `${JSON.stringify(result)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  moveOwn(part, file);
}
