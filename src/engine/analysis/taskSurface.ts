import * as tf from '@tensorflow/tfjs-core';
import { examplesOf } from '../data/examplesOf';
import { unitMask } from '../networks/layers';
import { lossSurface, type LossSurface, type SurfaceBatch } from '../measures/lossSurface';
import { randomStream, sample } from '../random';
import type { RowFunctions } from '../steps/rowFunctions';
import { TrainingData } from '../steps/trainingData';
import type { FinishedRun, KeptParameters } from './finishedRun';

/** Examples taken through the network at once. */
const CHUNK = 250;

/** Some training examples of a task, drawn with the seed: the same ones for every analysis and checkpoint. */
export const drawnExamples = ({ examples, manifest }: FinishedRun, task: number, count: number): Int32Array =>
  sample(examples[task] ?? new Int32Array(), count, randomStream(manifest.seed, 'analysed examples', task)).sort();

/** Which examples a surface is of, where they are not training examples, and how they are normalised. */
interface Seen {
  readonly part?: 'train' | 'test';
  readonly byBatch?: boolean;
}

/** The plain loss of some examples of a task as a function of θ; what it holds has to be let go. */
export function surfaceOf(
  { stream, manifest, headOf }: FinishedRun,
  { network, buffers: running }: Pick<KeptParameters, 'network' | 'buffers'>,
  task: number,
  indices: Int32Array,
  rowFunctions: RowFunctions,
  { part = 'train', byBatch = false }: Seen = {},
): { readonly surface: LossSurface; readonly dispose: () => void } {
  const head = headOf(task);
  const data = new TrainingData(stream, headOf, undefined, manifest.spec.training.labelSmoothing);
  const active = head && unitMask([head], stream.outputs);
  const buffers = running && tf.tensor1d(running);
  const rows = Math.min(CHUNK, indices.length);
  const batches: SurfaceBatch[] = [];
  for (let start = 0; start < indices.length; start += rows) {
    const some = indices.subarray(start, start + rows);
    batches.push({ task, indices: some, targets: data.lossTargetsOf(examplesOf(task, some), part), active });
  }
  const surface = lossSurface({
    ...{ network, buffers, byBatch, batches },
    apply: (fn, theta, batch, more) =>
      rowFunctions.apply(fn, rows, theta, part, { task, indices: batch.indices }, more),
  });
  const dispose = () =>
    tf.dispose([...batches.map(({ targets }) => targets), ...[active, buffers].flatMap((one) => one ?? [])]);
  return { surface, dispose };
}
