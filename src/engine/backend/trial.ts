import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import type { EngineRecord } from '../../native/location';
import { tellingLine } from '../../native/program';

/** Set in the process that tries. */
const TRYING = 'LETHE_ENGINE_TRIAL';

/**
 * Lets a process of its own load an engine first, where none has on this computer: a library that is made for another
 * processor throws nothing but ends the process. What came of it is remembered beside the engine.
 *
 * @param script train.js; without it nothing is tried
 * @throws Error with what happened, as the end of a sentence about native TensorFlow
 */
export function tryEngine(folder: string, record: EngineRecord, script: string): void {
  const proof = path.join(folder, `works-${keyOf(record)}`);
  if (process.env[TRYING] || existsSync(proof) || !existsSync(script)) return;
  const { status, signal, stderr } = spawnSync(process.execPath, [script, '--self-test'], {
    env: { ...process.env, [TRYING]: '1', LETHE_ENGINE_DIR: path.dirname(folder), ELECTRON_RUN_AS_NODE: '1' },
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (signal) throw new Error(`in ${folder} ends the process that loads it (${signal})`);
  if (status !== 0) throw new Error(`in ${folder} does not work: ${tellingLine(stderr)}`);
  try {
    writeFileSync(proof, '');
  } catch {
    // Somebody else's folder: the next run tries again.
  }
}

/** Stands for this computer and the content of these very files. */
function keyOf({ files }: EngineRecord): string {
  const contents = Object.entries(files).map(([name, { sha256 }]) => [name, sha256]);
  return createHash('sha256')
    .update(JSON.stringify([hostname(), process.arch, contents]))
    .digest('hex')
    .slice(0, 16);
}
