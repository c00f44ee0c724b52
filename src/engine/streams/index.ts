import type { RunSpec } from '../../core/manifest';
import type { Dataset } from '../contract/dataset';
import { normalisationOf } from '../data/scaling';
import { requireWhole } from '../data/whole';
import { permutedStream } from './permuted';
import { splitStream } from './split';
import type { Stream } from '../contract/stream';

/**
 * The tasks that a run meets, as its settings and seed have them: the same for every method.
 *
 * @throws RangeError when the data set is not as it has to be
 */
export function streamOf(dataset: Dataset, spec: RunSpec['stream'], seed: number): Stream {
  requireWhole(dataset);
  const normalisation = normalisationOf(dataset, spec.inputs);
  const stream = tasksOf(dataset, spec, seed);
  return normalisation ? { ...stream, normalisation } : stream;
}

function tasksOf(dataset: Dataset, spec: RunSpec['stream'], seed: number): Stream {
  switch (spec.kind) {
    case 'split':
      return splitStream(dataset, spec, seed);
    case 'permuted':
      return permutedStream(dataset, spec, seed);
  }
}
