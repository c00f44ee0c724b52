/** The mean of the losses since it was asked for the last time. */
export class MeanLoss {
  /** @param count of the losses that `sum` adds up */
  constructor(
    public sum = 0,
    public count = 0,
  ) {}

  add(loss: number): void {
    this.sum += loss;
    this.count++;
  }

  /** The mean, which begins anew; NaN of nothing. */
  take(): number {
    const mean = this.sum / this.count;
    this.restore(0, 0);
    return mean;
  }

  restore(sum: number, count: number): void {
    this.sum = sum;
    this.count = count;
  }
}
