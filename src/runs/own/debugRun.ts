import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnManifest } from '../../core/manifest';
import { threadVariables } from '../../core/threads';
import { writeDurably } from '../files';
import { runFiles, storeFolder } from '../layout';
import { refuseLink } from '../regularFile';
import type { RunStore } from '../store';
import { flagsOf } from '../trainingProcess';
import { ownBeside, writeCopies } from './ownCopies';

/** How a training process is started under a debugger. */
export interface DebugLaunch {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Makes a run folder for a debugger: in `.lethe/debug`, not among the runs, so that it is listed and compared nowhere.
 * There is one at a time; the last one stays to be looked at.
 *
 * @param dist folder with own.js
 * @throws OwnCodeError, RunStoreError
 */
export async function debugRun(store: RunStore, manifest: OwnManifest, dist: string): Promise<DebugLaunch> {
  await store.checkWritable();
  const debug = join(storeFolder(store.folder), 'debug');
  await refuseLink(debug);
  await rm(debug, { recursive: true, force: true });
  const folder = join(debug, manifest.id);
  await mkdir(folder, { recursive: true });
  const own = await ownBeside(store.folder, manifest);
  if (own) await writeCopies(folder, own.copies);
  await writeDurably(join(folder, runFiles.manifest), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return {
    program: join(dist, 'own.js'),
    args: [folder, '--eager', '--tell', ...flagsOf(own?.permission)],
    // VS Code's own executable acts as Node.js with the first.
    env: { ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '2', ...threadVariables(1) },
  };
}
