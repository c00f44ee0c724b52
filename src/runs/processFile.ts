import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { readJson, writeWhole } from './files';
import { runFiles } from './layout';
import { identitySchema } from './liveness';
import type { ReadOptions } from './regularFile';

/**
 * `process.json` of a run folder: which start of the run is the last. Training leaves when it is another's, so that a run
 * never lives twice. Touched by training while it lives, for those who cannot see the process. It comes with the folder,
 * so it is no evidence of anything to end.
 */
export const processFileSchema = z.object({
  /** New for each start. */
  token: z.string().min(1).max(64),
  /** Milliseconds since 1970 when it was started. */
  at: z.number(),
  process: identitySchema,
});
export type ProcessFile = z.output<typeof processFileSchema>;

const LARGEST = 16_384;

export const newToken = (): string => randomBytes(12).toString('hex');

export async function readProcessFile(folder: string, options?: ReadOptions): Promise<ProcessFile | undefined> {
  const parsed = processFileSchema.safeParse(await readJson(join(folder, runFiles.process), LARGEST, options));
  return parsed.success ? parsed.data : undefined;
}

export const writeProcessFile = (folder: string, content: ProcessFile): Promise<void> =>
  writeWhole(join(folder, runFiles.process), JSON.stringify(content));
