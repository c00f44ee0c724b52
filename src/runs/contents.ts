import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Experiment, Variant } from '../core/experiment';
import { formatBytes } from '../core/format';
import type { RunManifest } from '../core/manifest';
import { errorCode } from './errorCode';
import { writeDurably } from './files';
import { runFiles } from './layout';
import { FileFault } from './regularFile';
import { RunStoreError } from './storeError';

/** Weights of a network far larger than any here. */
const LARGEST = 512 * 1024 * 1024;

/**
 * An experiment that knows by content the files its settings name, and what is the matter with those that cannot be read.
 *
 * @param file the experiment file: names are relative to its folder
 */
export function withContents(experiment: Experiment, file: string): { experiment: Experiment; faults: string[] } {
  const faults = new Set<string>();
  const known = (variant: Variant): Variant => {
    const { weights } = variant.network;
    if (weights === undefined) return variant;
    return { ...variant, contents: { [weights]: hashOf(resolve(file, '..', weights), weights, faults) } };
  };
  return { experiment: { ...experiment, variants: experiment.variants.map(known) }, faults: [...faults] };
}

/** By path, size and time of the last change: an editor asks again and again. */
const known = new Map<string, string>();

/** SHA-256 (hex) of a file; empty where it cannot be read. */
function hashOf(path: string, name: string, faults: Set<string>): string {
  try {
    const { size, mtimeMs } = requireReadable(path);
    const key = `${path}\n${size}\n${mtimeMs}`;
    const hash = known.get(key) ?? sha256(readFileSync(path));
    known.set(key, hash);
    return hash;
  } catch (error) {
    faults.add(`the weights ${JSON.stringify(name)} cannot be read: ${reasonOf(error)}`);
    return '';
  }
}

/** Looks before it opens: a FIFO would hold up who reads it. */
function requireReadable(path: string): { size: number; mtimeMs: number } {
  const found = statSync(path);
  if (!found.isFile()) throw new FileFault(path, 'it is no regular file');
  if (found.size > LARGEST) throw new FileFault(path, `it is larger than ${formatBytes(LARGEST)}`);
  return found;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const reasonOf = (error: unknown): string => {
  if (error instanceof FileFault) return error.reason;
  return errorCode(error) === 'ENOENT' ? 'there is no such file' : (errorCode(error) ?? String(error));
};

/**
 * Copies into a run's folder the files that its settings name, so that it means the same whatever becomes of them.
 *
 * @param workspace folder to which the path of the experiment file is relative
 * @throws RunStoreError when one is another than was planned with
 */
export async function keepContents(folder: string, manifest: RunManifest, workspace: string): Promise<void> {
  if (manifest.trainer !== 'lethe') return;
  const { weights } = manifest.spec.network;
  if (weights === undefined) return;
  const path = resolve(workspace, manifest.experiment.file ?? '.', '..', weights);
  const refused = (why: string) =>
    new RunStoreError('not writable', `The weights ${JSON.stringify(weights)} ${why}. Nothing was started.`);
  let bytes: Buffer;
  try {
    requireReadable(path);
    bytes = readFileSync(path);
  } catch (error) {
    throw refused(`cannot be read: ${reasonOf(error)}`);
  }
  if (sha256(bytes) !== manifest.spec.contents?.[weights]) throw refused('changed while runs were planned');
  await writeDurably(join(folder, runFiles.weights), bytes);
}
