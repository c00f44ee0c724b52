import * as tf from '@tensorflow/tfjs-core';
import type { Network } from './contract/network';
import type { Stream } from './contract/stream';
import type { OfOutputs } from './networkAtTest';

/** Accuracy of one task: as the scenario asks, and with outputs masked to the task's classes. Fractions; null when not defined. */
export interface TaskAccuracy {
  readonly accuracy: number | null;
  readonly taskAware: number;
}

/** What is made of the logits: those of a softmax or of sigmoids can be compared as they are. */
export const answersOf: Readonly<Record<Network['output'], OfOutputs>> = {
  softmax: ({ logits }) => [logits],
  sigmoid: ({ logits }) => [logits],
  relu: ({ logits }) => [tf.relu(logits)],
};

/** Test examples taken through the network at once. */
export const CHUNK = 500;

export interface EvaluationInput {
  readonly stream: Stream;
  readonly task: number;
  /** Outputs for test examples, at most `CHUNK` (or `samples`, if fewer): [n, outputs]. */
  readonly outputs: (indices: Int32Array) => Float32Array;
  /** Only the task-aware accuracy is defined. */
  readonly taskAwareOnly: boolean;
  /** Test on so many examples of the task, evenly spread over its test set; all when undefined. */
  readonly samples?: number;
  /** Training examples in place of the test set. */
  readonly examples?: Int32Array | undefined;
}

/** What the network takes the tested examples of a task for. */
export interface TaskAnswers {
  readonly task: number;
  /** The examples, and the output unit that is right for each. */
  readonly indices: Int32Array;
  readonly targets: Int32Array;
  /** The largest output of all, and the largest of the task's own head. */
  readonly among: Readonly<Record<'all' | 'head', Int32Array>>;
}

/** Asks about the test examples of a task. Ties go to the first output, as an argmax has it. */
export function answersTo({
  stream,
  task,
  outputs,
  samples,
  examples,
}: Omit<EvaluationInput, 'taskAwareOnly'>): TaskAnswers {
  const { dataset, unitOf, heads } = stream;
  const { labels } = examples ? dataset.train : dataset.test;
  const indices = someOf(examples ?? stream.tasks[task]?.test ?? new Int32Array(), samples);
  const head = heads[task] ?? [];
  const among = { all: new Int32Array(indices.length), head: new Int32Array(indices.length) };
  const targets = indices.map((example) => unitOf[task]?.[labels[example] as number] ?? -1);
  for (let start = 0; start < indices.length; start += CHUNK) {
    const chunk = indices.subarray(start, start + CHUNK);
    const found = outputs(chunk);
    chunk.forEach((_, row) => {
      const values = found.subarray(row * stream.outputs, (row + 1) * stream.outputs);
      among.all[start + row] = argmax(values);
      among.head[start + row] = argmaxAmong(values, head);
    });
  }
  return { task, indices, targets, among };
}

/** Which answers count: in a task-incremental run, and where a method must be told the task, those of the task's head. */
export const countedAmong = (stream: Stream, taskAwareOnly: boolean): keyof TaskAnswers['among'] =>
  stream.scenario === 'task' || taskAwareOnly ? 'head' : 'all';

/** Which examples were answered right: 1, else 0. */
export function rightOnes({ targets, among }: TaskAnswers, counted: keyof TaskAnswers['among']): Uint8Array {
  const right = new Uint8Array(targets.length);
  targets.forEach((target, i) => (right[i] = Number(among[counted][i] === target)));
  return right;
}

export function accuracyOf(answers: TaskAnswers, stream: Stream, taskAwareOnly: boolean): TaskAccuracy {
  const count = answers.indices.length;
  const share = (counted: keyof TaskAnswers['among']) =>
    count === 0 ? 0 : rightOnes(answers, counted).reduce((sum, one) => sum + one, 0) / count;
  const taskAware = share('head');
  if (taskAwareOnly) return { accuracy: null, taskAware };
  // Outputs of a larger task than this one compete too, where nobody says which task it is.
  return { accuracy: countedAmong(stream, false) === 'head' ? taskAware : share('all'), taskAware };
}

/** Tests a task. */
export const evaluateTask = (input: EvaluationInput): TaskAccuracy =>
  accuracyOf(answersTo(input), input.stream, input.taskAwareOnly);

/** The test examples of a task that are used. */
export const testedOf = ({ tasks }: Stream, task: number, samples: number | undefined): Int32Array =>
  someOf(tasks[task]?.test ?? new Int32Array(), samples);

const someOf = (all: Int32Array, samples: number | undefined): Int32Array =>
  samples === undefined ? all : evenlySpread(all, samples);

/** MNIST's test set gets harder towards its end, so a part of it must come from everywhere. */
export function evenlySpread(indices: Int32Array, count: number): Int32Array {
  if (count >= indices.length) return indices;
  return Int32Array.from({ length: count }, (_, i) => indices[Math.floor((i * indices.length) / count)] as number);
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** The one of some units whose value is largest; of equal ones the first. */
export function argmaxAmong(values: Float32Array, units: readonly number[]): number {
  let best = units[0] ?? 0;
  for (const unit of units) if ((values[unit] as number) > (values[best] as number)) best = unit;
  return best;
}
