import * as tf from '@tensorflow/tfjs-core';
import { examplesOf } from '../data/examplesOf';
import { taskAnswersOf } from '../measures/taskAnswers';
import type { RowFunctions } from '../steps/rowFunctions';
import { unitMask } from '../networks/layers';
import { TrainingData } from '../steps/trainingData';
import type { FinishedRun, KeptParameters } from './finishedRun';

/** Examples taken through the network at once. */
const CHUNK = 500;

/** Mean plain loss of some examples, and the share of them that is answered right. */
export interface Measured {
  readonly loss: number;
  readonly accuracy: number;
}

interface Chunk {
  readonly indices: Int32Array;
  readonly targets: tf.Tensor2D;
}

/** Loss and accuracy of some examples of a task at any θ, with the network as at test; what it holds has to be let go. */
export class TaskMeter {
  private readonly chunks: readonly Chunk[];
  private readonly active: tf.Tensor2D | undefined;
  private readonly rows: number;
  private readonly count: number;

  /** @throws RangeError without examples */
  constructor(
    { stream, headOf, manifest }: FinishedRun,
    private readonly task: number,
    private readonly part: 'train' | 'test',
    indices: Int32Array,
    private readonly rowFunctions: RowFunctions,
  ) {
    if (indices.length === 0) throw new RangeError(`Task ${task + 1} has no examples to look at.`);
    const head = headOf(task);
    const data = new TrainingData(stream, headOf, undefined, manifest.spec.training.labelSmoothing);
    this.active = head && unitMask([head], stream.outputs);
    this.count = indices.length;
    this.rows = Math.min(CHUNK, indices.length);
    this.chunks = Array.from({ length: Math.ceil(indices.length / this.rows) }, (_, i) => {
      const some = indices.subarray(i * this.rows, (i + 1) * this.rows);
      return { indices: some, targets: data.lossTargetsOf(examplesOf(task, some), part) };
    });
  }

  at({ network, theta: values, buffers: running }: Pick<KeptParameters, 'network' | 'theta' | 'buffers'>): Measured {
    const { plain, masked } = taskAnswersOf(network);
    let [loss, right] = [0, 0];
    tf.tidy(() => {
      const theta = tf.tensor1d(values);
      const buffers = running && tf.tensor1d(running);
      for (const { indices, targets } of this.chunks) {
        const more = [targets, ...[this.active, buffers].flatMap((one) => one ?? [])];
        const examples = { task: this.task, indices };
        const [sum, hits] = this.rowFunctions.apply(
          this.active ? masked : plain,
          this.rows,
          theta,
          this.part,
          examples,
          more,
        );
        loss += sum?.dataSync()[0] ?? NaN;
        right += hits?.dataSync()[0] ?? NaN;
      }
    });
    return { loss: loss / this.count, accuracy: right / this.count };
  }

  dispose(): void {
    tf.dispose([...this.chunks.map(({ targets }) => targets), ...(this.active ? [this.active] : [])]);
  }
}
