import * as tf from '@tensorflow/tfjs-core';
import type { SharpnessSettings } from '../../core/analyses/sharpness';
import type { AnalysisRow } from '../../core/analyses/result';
import { examplesOf } from '../data/examplesOf';
import { lossSurface, type LossSurface, type SurfaceBatch } from '../measures/lossSurface';
import { largestEigenvalue, samSharpness } from '../measures/sharpness';
import { randomStream, sample } from '../random';
import { RowFunctions } from '../steps/rowFunctions';
import { TrainingData } from '../steps/trainingData';
import type { Analysis, Report } from './analysis';
import type { FinishedRun, KeptParameters } from './finishedRun';

/** Examples taken through the network at once. */
const CHUNK = 250;

/**
 * Sharpness of the loss of each task learned so far, at the parameters that a run kept: of the plain loss on training
 * examples, without penalties and dropout, running statistics as they are. The parameters are those of training: of a method
 * that tests with others (a mean, a mask for each task) they are not the ones that were tested.
 */
export const measureSharpness: Analysis<SharpnessSettings> = async (run, settings, report) => {
  const compile = run.backend.name === 'native';
  const rowFunctions = new RowFunctions(run.stream, compile, report.warning);
  const pairs = run.kept.flatMap((kept) => Array.from({ length: kept.task + 1 }, (_, of) => ({ kept, of })));
  const rows: AnalysisRow[] = [];
  try {
    for (const [i, { kept, of }] of pairs.entries()) {
      const told = ofPair(report, i, pairs.length, `after task ${kept.task + 1}, of task ${of + 1}`);
      rows.push(await measured(run, kept, of, settings, rowFunctions, told));
    }
  } finally {
    rowFunctions.dispose();
  }
  return rows;
};

/** Reports the share of the whole that some evaluations of one of several pairs come to. */
const ofPair = (report: Report, i: number, pairs: number, what: string) => (done: number, most: number) =>
  report.progress(Math.min(1, (i + Math.min(1, done / most)) / pairs), what);

async function measured(
  run: FinishedRun,
  kept: KeptParameters,
  of: number,
  settings: SharpnessSettings,
  rowFunctions: RowFunctions,
  told: (done: number, most: number) => Promise<void>,
): Promise<AnalysisRow> {
  const { rho, steps, samples, products, tolerance } = settings;
  const { seed } = run.manifest;
  const indices = sample(
    run.examples[of] ?? new Int32Array(),
    samples,
    randomStream(seed, 'analysed examples', of),
  ).sort();
  const most = 1 + steps + 2 * products;
  const { surface, dispose } = surfaceOf(run, kept, of, indices, rowFunctions);
  try {
    const random = randomStream(seed, 'sharpness', kept.task, of);
    const sam = await samSharpness(surface, kept.theta, rho, steps, (done) => told(done, most));
    const eigenvalue = await largestEigenvalue(surface, kept.theta, {
      ...{ random, most: products, tolerance },
      evaluated: (done) => told(1 + steps + done, most),
    });
    const { value, residual } = eigenvalue;
    const found = { loss: sam.loss, sharpness: sam.sharpness, eigenvalue: value, residual };
    const values = Object.entries(found).map(([name, one]) => [name, Number.isFinite(one) ? one : null] as const);
    return { after: kept.task, of, values: Object.fromEntries(values) };
  } finally {
    dispose();
  }
}

function surfaceOf(
  { stream, manifest, headOf }: FinishedRun,
  { network, buffers: running }: KeptParameters,
  task: number,
  indices: Int32Array,
  rowFunctions: RowFunctions,
): { readonly surface: LossSurface; readonly dispose: () => void } {
  const head = headOf(task);
  const data = new TrainingData(stream, head !== undefined, undefined, manifest.spec.training.labelSmoothing);
  const units = Array.from({ length: stream.outputs }, (_, unit) => (head?.includes(unit) ? 1 : 0));
  const active = head && tf.tensor2d(units, [1, stream.outputs]);
  const buffers = running && tf.tensor1d(running);
  const rows = Math.min(CHUNK, indices.length);
  const batches: SurfaceBatch[] = [];
  for (let start = 0; start < indices.length; start += rows) {
    const part = indices.subarray(start, start + rows);
    batches.push({ task, indices: part, targets: data.lossTargetsOf(examplesOf(task, part)), active });
  }
  const surface = lossSurface({
    ...{ network, buffers, batches },
    apply: (fn, theta, batch, more) =>
      rowFunctions.apply(fn, rows, theta, 'train', { task, indices: batch.indices }, more),
  });
  const dispose = () =>
    tf.dispose([...batches.map(({ targets }) => targets), ...[active, buffers].flatMap((one) => one ?? [])]);
  return { surface, dispose };
}
