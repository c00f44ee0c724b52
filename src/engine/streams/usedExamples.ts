import type { TrainingSpec } from '../../core/recipe';
import { asked, type ValidationSpec } from '../../core/trainingSettings';
import type { Stream } from '../contract/stream';
import { randomStream, sample, shuffle } from '../random';

/** What a run makes of the training examples of its stream. */
export interface UsedExamples {
  /** Without the validation examples: whoever looks at training examples, a method too, does not see them. */
  readonly stream: Stream;
  /** Of each task the training examples that its steps use, in file order. */
  readonly training: readonly Int32Array[];
  /** Of each task its validation examples, in file order; absent where there are none. */
  readonly validation?: readonly Int32Array[];
}

/**
 * First the validation examples are taken from the training examples of each task, then `samplesPerTask` of what is left.
 *
 * @throws RangeError where nothing is left to train on, or nothing to validate with
 */
export function usedExamples(stream: Stream, training: TrainingSpec, seed: number): UsedExamples {
  const spec = asked(training.validation);
  const validation = spec && validationOf(stream, spec, seed);
  const rest = validation ? withoutExamples(stream, validation) : stream;
  return {
    stream: rest,
    training: rest.tasks.map(({ train }, task) => trainedOn(train, task, training, seed)),
    ...(validation && { validation }),
  };
}

function trainedOn(
  train: Int32Array,
  task: number,
  { samplesPerTask = train.length, sampling = 'first' }: TrainingSpec,
  seed: number,
): Int32Array {
  if (sampling === 'first') return train.subarray(0, samplesPerTask);
  return sample(train, samplesPerTask, randomStream(seed, 'samples', task)).sort();
}

/**
 * Of each task the last examples, or those whose images come first in an order drawn for the run: so an image that several
 * tasks show is validated with in all of them or in none.
 */
function validationOf(stream: Stream, spec: ValidationSpec, seed: number): Int32Array[] {
  const { count } = stream.dataset.train;
  const places = Int32Array.from({ length: count }, (_, index) => index);
  const rank = spec.from === 'drawn' ? shuffle(places, randomStream(seed, 'validation')) : places.reverse();
  return stream.tasks.map(({ name, train }) => {
    const wanted = spec.count ?? Math.round((spec.share ?? 0) * train.length);
    if (wanted < 1 || wanted >= train.length)
      throw new RangeError(
        `Task "${name}" has ${train.length} training examples: ${wanted} of them cannot be its validation set.`,
      );
    const byRank = train.slice().sort((a, b) => (rank[a] as number) - (rank[b] as number));
    return byRank.slice(0, wanted).sort();
  });
}

const withoutExamples = (stream: Stream, taken: readonly Int32Array[]): Stream => ({
  ...stream,
  tasks: stream.tasks.map((task, i) => {
    const own = new Set(taken[i]);
    return { ...task, train: task.train.filter((index) => !own.has(index)) };
  }),
});
