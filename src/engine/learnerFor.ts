import type { ActiveOf } from './steps/activeOutputs';
import type { TrainingSpec } from '../core/recipe';
import type { Learner } from './contract/learner';
import type { Network } from './contract/network';
import type { Stream } from './contract/stream';
import { examplesOf } from './data/examplesOf';
import { measuredStatistics } from './measuredStatistics';
import type { MeanPlainLoss } from './meanPlainLoss';
import { randomStream } from './random';
import type { Memory } from './steps/memory';
import type { RowFunctions } from './steps/rowFunctions';
import type { Stepper } from './steps/stepper';
import type { TrainingData } from './steps/trainingData';
import type { TrainingState } from './trainingState';

/** The parts of a run that a method sees. */
export interface LearnerInput {
  readonly stream: Stream;
  readonly network: () => Network;
  readonly plainLoss: MeanPlainLoss;
  /** Output units that take part in a task; all when undefined. */
  readonly activeOf: ActiveOf;
  readonly replaceNetwork: Learner['replaceNetwork'];
  readonly beginning: Learner['beginning'];
  readonly training: TrainingSpec;
  readonly seed: number;
  readonly examples: readonly Int32Array[];
  readonly memory: Memory;
  readonly stepper: Stepper;
  readonly data: TrainingData;
  readonly rowFunctions: RowFunctions;
  readonly state: TrainingState;
  /** Whether tests are being prepared, where nothing of the training state changes. */
  readonly isTesting: () => boolean;
  /** The task that is being trained. */
  readonly task: () => number;
  readonly stepInTask: Learner['stepInTask'];
  readonly progress: Learner['progress'];
}

export function learnerFor(input: LearnerInput): Learner {
  const { stream, network, plainLoss, activeOf, training, seed, examples, memory, stepper, data, state, progress } =
    input;
  const { rowFunctions } = input;
  const changing =
    <Args extends readonly unknown[]>(change: (...args: Args) => void) =>
    (...args: Args) => {
      if (input.isTesting()) throw new Error('a method may not change the training state before an evaluation');
      change(...args);
    };
  return {
    stream,
    get network() {
      return network();
    },
    training,
    examples,
    beginning: input.beginning,
    memory,
    get theta() {
      return stepper.theta;
    },
    get buffers() {
      return state.buffers;
    },
    get task() {
      return input.task();
    },
    stepInTask: input.stepInTask,
    carried: {
      floats: (name) => state.carried(name),
      set: changing((name: string, values: Float32Array) => state.setCarried(name, values)),
    },
    setTheta: changing((values: Float32Array) => stepper.setTheta(values)),
    setBuffers: changing((values: Float32Array) => state.setBuffers(values)),
    measuredBuffers: (theta, { task, indices }, rows) =>
      measuredStatistics(
        network(),
        (fn, count, part, more) => rowFunctions.apply(fn, count, theta, 'train', { task, indices: part }, more),
        indices,
        rows,
      ),
    replaceNetwork: changing(input.replaceNetwork),
    resetOptimizer: changing(() => stepper.setSlots()),
    random: (name, ...place) => randomStream(seed, name, ...place),
    targets: (of, indices) => data.targetsOf(examplesOf(of, indices)),
    apply: (fn, rows, of, more) => rowFunctions.apply(fn, rows, stepper.theta, 'train', of, more),
    loss: (of) => plainLoss.at(stepper.theta, of),
    activeUnits: (task) => activeOf(task) ?? Array.from({ length: stream.outputs }, (_, unit) => unit),
    progress,
  };
}
