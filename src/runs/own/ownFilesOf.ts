import { dirname, join } from 'node:path';
import { ownFileFrom } from '../../core/own/description';
import type { OwnFile, OwnFiles } from '../../core/own/ownFiles';
import { ownAsksOf } from '../../core/parse';
import { describeOwn, type DescribeOptions } from './describeOwn';

/** What is known of the files of the user's own that an experiment file names: those not known yet are loaded for it. */
export async function ownFilesOf(text: string, experimentFile: string, options: DescribeOptions): Promise<OwnFiles> {
  const found = new Map<string, OwnFile>();
  // One after the other: each is a process.
  for (const { path, settings } of ownAsksOf(text))
    found.set(
      path,
      ownFileFrom(path, await describeOwn(join(dirname(experimentFile), path), { ...options, settings })),
    );
  return found;
}
