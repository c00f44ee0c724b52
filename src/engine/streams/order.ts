import { randomStream, shuffle } from '../random';

/**
 * The order in which the examples of a task are met: every epoch a new shuffle, whole batches only (the rest of an
 * epoch is dropped). Any step can be asked for, so a resumed run goes on where it stopped.
 */
export class DataOrder {
  private epoch = -1;
  private shuffled: Int32Array;
  readonly batchSize: number;

  /** `place` names the stream of random numbers: the same for every method of a comparison. */
  constructor(
    private readonly indices: Int32Array,
    batchSize: number,
    private readonly seed: number,
    private readonly place: readonly (number | string)[],
  ) {
    this.batchSize = Math.min(batchSize, indices.length);
    this.shuffled = indices;
  }

  /** Indices of the examples of step 0, 1, …; valid until the next call. */
  batch(step: number): Int32Array {
    const perEpoch = Math.floor(this.indices.length / this.batchSize);
    const epoch = Math.floor(step / perEpoch);
    if (epoch !== this.epoch) {
      this.shuffled = shuffle(Int32Array.from(this.indices), randomStream(this.seed, 'order', ...this.place, epoch));
      this.epoch = epoch;
    }
    const start = (step % perEpoch) * this.batchSize;
    return this.shuffled.subarray(start, start + this.batchSize);
  }
}
