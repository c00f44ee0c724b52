import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { nativeFiles } from './nativeFiles';
import { packageFolder } from './location';
import { whileGrowing } from './folderSize';
import { runProgram } from './program';
import type { Step } from './step';

/** A script that has brought no byte for so long hangs at a host it cannot reach (ms). */
const SILENCE = 60_000;

/**
 * Lets tfjs-node's own script download the library and the addon. It needs no compiler, but a host that many networks
 * block.
 *
 * @returns whether there is an addon afterwards; whether it works is for the self-test to say
 */
export async function tryOfficial(step: Step): Promise<boolean> {
  const { staging, signal, onProgress } = step;
  onProgress({ phase: 'official' });
  const silence = new AbortController();
  let heard = Date.now();
  let before = 0;
  const listen = (bytes: number) => {
    if (bytes !== before) heard = Date.now();
    before = bytes;
    if (Date.now() - heard > SILENCE) silence.abort();
  };
  const script = runProgram('npm', ['rebuild', '@tensorflow/tfjs-node', '--foreground-scripts'], {
    cwd: staging,
    signal: AbortSignal.any([signal, silence.signal]),
    env: { TMPDIR: step.temporary },
  });
  const ok = await whileGrowing(packageFolder(staging), listen, script).then(
    (outcome) => outcome.ok,
    () => false,
  );
  signal.throwIfAborted();
  return ok && (await nativeFiles(staging)) !== undefined;
}

/** Removes what the script left behind, so that the other way starts from a clean package. */
export async function undoOfficial(staging: string): Promise<void> {
  for (const name of ['deps', 'lib', 'build'])
    await rm(join(packageFolder(staging), name), { recursive: true, force: true });
}
