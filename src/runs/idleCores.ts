import { factsIn, shippedCatalogue } from '../core/catalogue';
import type { RunManifest, RunSpec } from '../core/manifest';
import { cardOf, isMethodId } from '../core/methods/index';
import { productsOf } from '../core/productsOf';
import { isOwnNetwork, volumeOf, type MlpSpec } from '../core/recipe';
import { isOwnStream } from '../core/stream';
import { imageShapeOf, outputsOf } from '../core/streamTasks';
import { trainingSettings, withoutNeutral } from '../core/trainingSettings';

/** Products of one image's way through the network from which on a second thread gains (docs/engine.md). */
const LARGE_NETWORK = 300_000;
/**
 * What is seen to give the same bits as one thread: test/guarantees/threads.test.ts trains at each of these bounds, without a
 * remedy at all batches, each method and combination that may have more than one thread at the least of them. Whether an
 * operation is divided among threads, and a sum with it, depends on all its sizes at once, and not evenly: with SGD, batches of
 * 128 and two threads, networks of 784-800-800 and 784-1000-1000 have other parameters after three steps, 784-600-600 and
 * 784-2000-2000 the same. So nothing is concluded for what is larger, deeper or trained otherwise. Nor for more threads: sums of
 * 160,000 values and more are divided among four, and often come out otherwise.
 */
export const TESTED = {
  threads: [2],
  batchSize: { least: 128, most: 1024 },
  /** Hidden layers at most, and units of each. */
  hidden: { layers: 2, units: 400 },
  /** Of an image. */
  values: 784,
  outputs: 10,
  /** Combinations of methods, in their order. */
  together: [
    ['replay', 'lwf'],
    ['der', 'averaging'],
  ],
} as const;

/** Settings of methods that say how many examples are computed with at once. */
const BATCHES = ['batchSize', 'perTask'];

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

function isLargeAndExact(spec: RunSpec): boolean {
  const { stream, network } = spec;
  // Others than fully connected ones were not compared.
  if (isOwnStream(stream) || isOwnNetwork(network) || network.kind !== 'mlp') return false;
  if (!isTestedNetwork(network) || !isTestedTraining(spec) || !areTestedMethods(spec)) return false;
  try {
    const facts = factsIn(shippedCatalogue);
    const image = imageShapeOf(stream, facts);
    const isTested = volumeOf(image) <= TESTED.values && outputsOf(stream, facts) <= TESTED.outputs;
    return isTested && productsOf(network, image) >= LARGE_NETWORK;
  } catch {
    // Data of the user's own is not looked at here.
    return false;
  }
}

const isTestedNetwork = ({ hidden, bias, dropout, output }: MlpSpec): boolean =>
  hidden.length <= TESTED.hidden.layers &&
  hidden.every((units) => units <= TESTED.hidden.units) &&
  bias &&
  dropout === 0 &&
  output === 'softmax';

/** SGD, with momentum or without, and Adam, as they are by default, from the first task to the last. */
function isTestedTraining({ training, changes }: RunSpec): boolean {
  const isPlain = Object.keys(withoutNeutral(training)).every((key) => !Object.hasOwn(trainingSettings, key));
  return changes === undefined && isPlain && isTestedBatch(training.batchSize);
}

const isTestedBatch = (size: number) => size >= TESTED.batchSize.least && size <= TESTED.batchSize.most;

function areTestedMethods({ methods, training: { batchSize } }: RunSpec): boolean {
  const ids = methods.map(({ method }) => method);
  if (ids.join() === 'none') return true;
  const isTested = ids.length === 1 || TESTED.together.some((tested) => tested.join() === ids.join());
  return isTested && batchSize === TESTED.batchSize.least && methods.every(isExact);
}

/** Its own batches are joined to those of the training: they are no larger than where it is tested. */
function isExact({ method, settings }: RunSpec['methods'][number]): boolean {
  if (!isMethodId(method) || cardOf(method).oneThread !== undefined) return false;
  const own = BATCHES.map((name) => settings[name]).filter((size) => typeof size === 'number');
  return own.every((size) => size <= TESTED.batchSize.least);
}
