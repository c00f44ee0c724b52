import path from 'node:path';
import { stepsPerTask, type TrainingSpec } from '../../core/recipe';
import { npyOf } from '../../data/readers/npy';
import type { Stream } from '../contract/stream';
import { DataOrder } from '../streams/order';
import { usedExamples } from '../streams/usedExamples';
import { writeWhole } from './writeWhole';

/** The file of a task, counted from 0: `batches-1.npy` is that of the first. */
export const batchFileName = (task: number): string => `batches-${task + 1}.npy`;

/**
 * The examples of each step of a task, [steps, batch size]: those that a method of Lethe's meets which trains on the task's
 * own examples alone, in the order in which it does.
 */
export function batchesOf(stream: Stream, training: TrainingSpec, seed: number, task: number) {
  const { training: used } = usedExamples(stream, training, seed);
  const examples = used[task] ?? new Int32Array();
  const order = new DataOrder(examples.length, training.batchSize, seed, [task]);
  const steps = stepsPerTask(training, examples.length);
  const indices = new Int32Array(steps * order.batchSize);
  for (let step = 0; step < steps; step++)
    indices.set(
      order.batch(step).map((place) => examples[place] as number),
      step * order.batchSize,
    );
  return { indices, shape: [steps, order.batchSize] as const };
}

/** Writes the order of batches of each task into a run folder. */
export function writeBatches(runFolder: string, stream: Stream, training: TrainingSpec, seed: number): void {
  stream.tasks.forEach((_, task) => {
    const { indices, shape } = batchesOf(stream, training, seed, task);
    writeWhole(path.join(runFolder, batchFileName(task)), npyOf(indices, shape));
  });
}
