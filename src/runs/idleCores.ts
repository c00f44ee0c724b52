import { factsIn, shippedCatalogue } from '../core/catalogue';
import type { RunManifest, RunSpec } from '../core/manifest';
import { cardOf, isMethodId } from '../core/methods/index';
import { productsOf } from '../core/productsOf';
import { isOwnNetwork } from '../core/recipe';
import { isOwnStream } from '../core/stream';
import { imageShapeOf } from '../core/streamTasks';

/** Products of one image's way through the network, and images of a batch, from which on a second thread gains (docs/engine.md). */
const LARGE_NETWORK = 300_000;
const LARGE_BATCH = 32;
/** So many are seen to give the same bits as one (test/guarantees/threads.test.ts). */
const MOST_THREADS = 4;

/** Cores that training may have, and what asks for them. */
export interface Cores {
  readonly cores: number;
  /** Threads of the runs that train. */
  readonly taken: number;
  /** Runs that could begin now, this one among them. */
  readonly beginning: number;
}

/**
 * Threads for a run that is about to begin: one where others wait for a core, and else those that nobody wants, where its
 * steps are large enough to gain from them and give the same bits.
 */
export function threadsFor(manifest: RunManifest | undefined, { cores, taken, beginning }: Cores): number {
  const share = Math.floor((cores - taken) / Math.max(1, beginning));
  const isLarge = share > 1 && manifest?.trainer === 'lethe' && isLargeAndExact(manifest.spec);
  return isLarge ? Math.min(share, MOST_THREADS) : 1;
}

function isLargeAndExact({ stream, network, training, methods }: RunSpec): boolean {
  // Others than fully connected ones were not compared.
  if (isOwnStream(stream) || isOwnNetwork(network) || network.kind !== 'mlp') return false;
  if (!methods.every(({ method }) => isMethodId(method) && cardOf(method).oneThread === undefined)) return false;
  if (training.batchSize < LARGE_BATCH) return false;
  try {
    return productsOf(network, imageShapeOf(stream, factsIn(shippedCatalogue))) >= LARGE_NETWORK;
  } catch {
    // Data of the user's own is not looked at here.
    return false;
  }
}
