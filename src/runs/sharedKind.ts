import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunManifest } from '../core/manifest';
import { datasetsOf } from '../core/streamTasks';

interface ProcessNeeds {
  readonly node: string;
  /** Folder with train.js. */
  readonly dist: string;
  /** Threads that the run computes with. */
  readonly threads: number;
}

/**
 * Stands for what a training process is started with besides its run: where it is the same for two runs one process may
 * train both, one after the other. Undefined where a run needs a process of its own: nobody knows what a program or code of
 * the user's own leaves behind. Runs on other data have one of theirs too: they would hold the memory of both.
 */
export async function kindOf(
  manifest: RunManifest | undefined,
  { node, dist, threads }: ProcessNeeds,
): Promise<string | undefined> {
  if (manifest?.trainer !== 'lethe' || manifest.spec.own) return undefined;
  const { stream, data } = manifest.spec;
  // An update of Lethe may put another program in its place while runs wait.
  const { mtimeMs, size } = await stat(join(dist, 'train.js'));
  return JSON.stringify([node, dist, mtimeMs, size, threads, manifest.backend, datasetsOf(stream), data]);
}
