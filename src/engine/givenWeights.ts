import { createHash } from 'node:crypto';
import path from 'node:path';
import type { RunSpec } from '../core/manifest';
import type { Network } from './contract/network';
import { weightsFrom, type Beginning } from './networks/weights';
import { readRegular } from './regularFile';
import { decodeForeignTensors } from './safetensors';

/** The copy in a run's folder. */
const COPY = 'weights.safetensors';
const MOST_BYTES = 512 * 1024 * 1024;

/**
 * What a network begins with: `initial`, or the weights of the file that the experiment names.
 *
 * @throws Error that says what is the matter with the file
 */
export function beginningOf(
  { network: spec, contents }: RunSpec,
  runFolder: string,
  network: Network,
  initial: Float32Array,
): Beginning {
  const { weights, freshHead } = spec;
  if (weights === undefined) return { theta: initial };
  try {
    const bytes = readRegular(path.join(runFolder, COPY), MOST_BYTES);
    if (createHash('sha256').update(bytes).digest('hex') !== contents?.[weights])
      throw new RangeError('the copy in the run folder is not what the run was planned with');
    return weightsFrom(decodeForeignTensors(bytes), network, initial, freshHead === true);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The weights ${JSON.stringify(weights)} cannot be used: ${reason}.`, { cause: error });
  }
}
