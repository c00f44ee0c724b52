/** How often all idle workers of a batch together look at each of its runs before they give up. */
const PASSES = 8;

/**
 * In which order a worker looks for runs that wait, and when it has looked enough. First come the runs of its own share,
 * so that workers rarely meet; then those of others. Where there are many workers, nobody looks at all runs: a thousand
 * of them with ten thousand runs would ask the file server ten million times. They do it together, each its part of a few
 * passes, in an order of its own.
 */
export class LookingAround {
  private readonly own: readonly string[];
  private readonly others: readonly string[];
  private order: readonly string[];
  private at = 0;
  private limit: number;
  private looks = 0;

  /** @param runs of the batch @param place of this worker, from 0 @param places how many there are */
  constructor(runs: readonly string[], place: number, places: number) {
    const edge = (of: number) => Math.floor((of * runs.length) / places);
    const [from, to] = [edge(place % places), edge((place % places) + 1)];
    this.own = runs.slice(from, to);
    this.others = [...runs.slice(to), ...runs.slice(0, from)];
    this.order = this.own;
    this.limit = 0;
  }

  /** Begins again. @param workers how many of the batch there are, this one included */
  begin(workers: number): void {
    const { own, others } = this;
    const all = own.length + others.length;
    this.looks = Math.ceil((PASSES * all) / Math.max(1, workers));
    this.limit = own.length + this.looks;
    // Who looks at all of them anyway takes them in the order in which they should start.
    this.order = [...own, ...(this.limit < all ? shuffled(others) : others)];
    this.at = 0;
  }

  /** The next one to look at; undefined when that is enough for now. */
  next(): string | undefined {
    return this.at < this.limit ? this.order[this.at++] : undefined;
  }

  /** Whether there is no run that it has not looked at since it began. */
  get hasSeenAll(): boolean {
    return this.at >= this.own.length + this.others.length;
  }

  /** The last one waited: where one does there may be more. */
  found(): void {
    this.limit = Math.max(this.limit, this.at + this.looks);
  }
}

function shuffled(all: readonly string[]): string[] {
  const mixed = [...all];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j] as string, mixed[i] as string];
  }
  return mixed;
}
