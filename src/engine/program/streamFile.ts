import type { RecordedBuiltIn } from '../../core/stream';
import { stepsPerTask, type TrainingSpec } from '../../core/recipe';
import type { Dataset, Normalisation } from '../contract/dataset';
import type { Stream } from '../contract/stream';
import { usedExamples } from '../streams/usedExamples';

/** Indices of examples: all of them, or the first and how many where they follow each other. */
export type Indices = readonly number[] | { readonly first: number; readonly count: number };

export interface TaskOfFile {
  readonly name: string;
  /** Classes of the data, in the order of the task's outputs. */
  readonly classes: readonly number[];
  /** The output unit of each of these classes, as Lethe's own networks have them. */
  readonly units: readonly number[];
  /** Examples to train on, to validate with where the training asks for that, and to test with. */
  readonly train: Indices;
  readonly validation?: Indices;
  readonly test: Indices;
  /** Training steps that the settings come to. */
  readonly steps: number;
  /** Which value of an image stands at each input; −1: none, it is 0. Absent: as they lie. */
  readonly view?: readonly number[];
}

/** `stream.json`: the stream of a run as data, so that a program meets the very tasks that Lethe's own methods meet. */
export interface StreamFile {
  /** Version of this file. */
  readonly lethe: 1;
  readonly seed: number;
  readonly scenario: Stream['scenario'];
  /** The data sets, in the order in which indices and classes count through them. */
  readonly datasets: readonly {
    readonly name: string;
    readonly classes: number;
    readonly train: number;
    readonly test: number;
  }[];
  /** SHA-256 of the files of the data, by name. */
  readonly data: Readonly<Record<string, string>>;
  /** Height, width and channels of an image, a border of `pad` zeros on each side among them. */
  readonly shape: readonly number[];
  readonly pad?: number;
  /** Output units of the network. */
  readonly outputs: number;
  readonly normalisation?: Normalisation;
  /** Share of a task's steps over which it runs into its neighbours. */
  readonly blurry?: number;
  readonly tasks: readonly TaskOfFile[];
}

/** What the file of a stream is made of. */
export interface StreamOfRun {
  readonly datasets: readonly Dataset[];
  readonly stream: Stream;
  readonly spec: RecordedBuiltIn;
  readonly training: TrainingSpec;
  readonly seed: number;
}

/** The stream of a run as data. @throws RangeError where nothing is left to train on */
export function streamFileOf({ datasets, stream, spec, training, seed }: StreamOfRun): StreamFile {
  const used = usedExamples(stream, training, seed);
  const pad = spec.kind === 'permuted' ? spec.pad : 0;
  return {
    lethe: 1,
    seed,
    scenario: stream.scenario,
    datasets: datasets.map(({ id, classes, train, test }) => ({
      ...{ name: id, classes },
      ...{ train: train.count, test: test.count },
    })),
    data: stream.dataset.checksums,
    shape: stream.dataset.shape,
    ...(pad > 0 && { pad }),
    outputs: stream.outputs,
    ...(stream.normalisation && { normalisation: stream.normalisation }),
    ...(stream.blurry !== undefined && { blurry: stream.blurry }),
    tasks: stream.tasks.map(({ name, classes, test }, task): TaskOfFile => {
      const [train, validation, view] = [used.training[task], used.validation?.[task], stream.views?.[task]];
      return {
        ...{ name, classes, units: stream.heads[task] ?? [] },
        train: indicesOf(train ?? new Int32Array()),
        ...(validation && { validation: indicesOf(validation) }),
        test: indicesOf(test),
        steps: stepsPerTask(training, train?.length ?? 0),
        ...(view && { view: Array.from(view) }),
      };
    }),
  };
}

/** A task that has all examples of a data set would say sixty thousand numbers. */
function indicesOf(indices: Int32Array): Indices {
  const first = indices[0] ?? 0;
  return indices.every((index, i) => index === first + i) ? { first, count: indices.length } : Array.from(indices);
}
