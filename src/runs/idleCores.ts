import { factsIn, shippedCatalogue } from '../core/catalogue';
import type { RunManifest, RunSpec } from '../core/manifest';
import { cardOf, isMethodId } from '../core/methods/index';
import { productsOf } from '../core/productsOf';
import { isOwnNetwork, volumeOf } from '../core/recipe';
import { isOwnStream } from '../core/stream';
import { imageShapeOf } from '../core/streamTasks';

/** Products of one image's way through the network from which on a second thread gains (docs/engine.md). */
const LARGE_NETWORK = 300_000;
/**
 * What is seen to give the same bits as one thread (test/guarantees/threads.test.ts): so many threads, with batches as large
 * and images no larger. TensorFlow splits sums by their length and by the number of threads.
 */
const TESTED = { threads: [4, 2], batchSize: 128, values: 784 };

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
  return isLarge ? (TESTED.threads.find((threads) => threads <= share) ?? 1) : 1;
}

function isLargeAndExact({ stream, network, training, methods }: RunSpec): boolean {
  // Others than fully connected ones were not compared.
  if (isOwnStream(stream) || isOwnNetwork(network) || network.kind !== 'mlp') return false;
  if (!methods.every(({ method }) => isMethodId(method) && cardOf(method).oneThread === undefined)) return false;
  if (training.batchSize < TESTED.batchSize) return false;
  try {
    const image = imageShapeOf(stream, factsIn(shippedCatalogue));
    return volumeOf(image) <= TESTED.values && productsOf(network, image) >= LARGE_NETWORK;
  } catch {
    // Data of the user's own is not looked at here.
    return false;
  }
}
