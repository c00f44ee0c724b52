import type { RunSpec } from '../../core/manifest';
import type { Dataset } from '../contract/dataset';
import { permutedStream } from './permuted';
import { splitStream } from './split';
import type { Stream } from '../contract/stream';

/** The tasks that a run meets, as its settings and seed have them: the same for every method. */
export function streamOf(dataset: Dataset, spec: RunSpec['stream'], seed: number): Stream {
  switch (spec.kind) {
    case 'split':
      return splitStream(dataset, spec, seed);
    case 'permuted':
      return permutedStream(dataset, spec, seed);
  }
}
