import { randomStream, shuffle } from '../random';

/**
 * The order in which a list of examples is met: every epoch a new shuffle, whole batches only (the rest of an epoch is
 * dropped). Any step can be asked for, so a resumed run goes on where it stopped.
 */
export class DataOrder {
  private epoch = -1;
  private shuffled = new Int32Array();
  readonly batchSize: number;

  /**
   * @param count examples in the list
   * @param place names the stream of random numbers: the same for every method of a comparison
   */
  constructor(
    private readonly count: number,
    batchSize: number,
    private readonly seed: number,
    private readonly place: readonly (number | string)[],
  ) {
    this.batchSize = Math.min(batchSize, count);
  }

  /** Places in the list of the examples of step 0, 1, …; valid until the next call. */
  batch(step: number): Int32Array {
    const perEpoch = Math.floor(this.count / this.batchSize);
    const epoch = Math.floor(step / perEpoch);
    if (epoch !== this.epoch) {
      const places = Int32Array.from({ length: this.count }, (_, place) => place);
      this.shuffled = shuffle(places, randomStream(this.seed, 'order', ...this.place, epoch));
      this.epoch = epoch;
    }
    const start = (step % perEpoch) * this.batchSize;
    return this.shuffled.subarray(start, start + this.batchSize);
  }
}
