import type { Executor, JobState } from '../executors/executor';
import type { WorkerTimes } from './worker';
import { beatOf, readWorkers, workersOf, type FoundWorker, type Seat } from './workerFile';

/** Without a sign of life for so many times as long as usual, a worker may be lost. */
const SUSPICIOUS = 4;
/** So many workers see to what others leave behind. */
const WATCHERS = 8;
/** Runs times workers up to which each worker looks at all runs. */
const FEW = 100_000;

export interface Judgement {
  /** Tokens of workers whose claims hold no longer. */
  readonly lost: ReadonlySet<string>;
  /** One that has runs may be lost, and it is too early to say. */
  readonly isOpen: boolean;
}

/** What a worker knows of the others of its batch: which of them are gone, and leave runs behind. */
export class OtherWorkers {
  /** Claimants that have no presence file, and when that was seen first (ms of this process). */
  private readonly absent = new Map<string, number>();

  constructor(
    private readonly store: string,
    private readonly batch: string,
    private readonly executor: Pick<Executor, 'look'>,
    private readonly times: Pick<WorkerTimes, 'beat' | 'silence' | 'longestSilence'>,
  ) {}

  /** Earlier starts of a place: over for certain, since the executor starts a place again only then. */
  async predecessors({ job, index, restarts }: Seat): Promise<ReadonlySet<string>> {
    if (restarts === 0) return new Set();
    const workers = await readWorkers(this.store, this.batch, await workersOf(this.store, this.batch));
    const gone = workers.filter((other) => other.job === job && other.index === index && other.restarts < restarts);
    return new Set(gone.map(({ token }) => token));
  }

  /**
   * With how many others a worker looks at the runs of the batch: of a thousand not each has to look at all. 0 for one that
   * looks at all, and sees to what those leave behind who are gone: everybody where workers are few, else those that come
   * first by their tokens, so that it is always somebody. Those of whom nobody knows yet that they are gone are counted.
   * @param own its token @param now its last sign of life, by the clock of the file system @param runs of the batch
   */
  async lookingToo(own: string, now: number, runs: number): Promise<number> {
    const all = await workersOf(this.store, this.batch);
    if (runs * all.length <= FEW) return 0;
    const earlier = all.filter((token) => token < own).sort();
    let watchers = 0;
    for (const token of earlier) {
      const at = await beatOf(this.store, this.batch, token);
      if (at !== undefined && now - at <= SUSPICIOUS * this.times.beat) watchers += 1;
      if (watchers === WATCHERS) return all.filter((other) => other !== own).length;
    }
    return 0;
  }

  /**
   * Which of those who have runs are gone. @param claimants tokens of others
   * @param now this worker's last sign of life, by the clock of the file system: so it is one clock that tells ages
   */
  async judge(claimants: ReadonlySet<string>, now: number): Promise<Judgement> {
    const present = await readWorkers(this.store, this.batch, [...claimants]);
    const known = new Set(present.map(({ token }) => token));
    const missing = [...claimants].filter((token) => !known.has(token));
    for (const token of missing) if (!this.absent.has(token)) this.absent.set(token, performance.now());
    // A file that was just made may not be seen yet: the clock of this process tells for how long.
    const isOver = (token: string) => performance.now() - (this.absent.get(token) ?? Infinity) > this.times.silence;
    const silent = present.filter(({ beat }) => now - beat > this.times.silence);
    const asked = await this.ask(silent);
    const isGone = ({ job, index, beat }: FoundWorker) =>
      asked ? asked.get(job)?.running.has(index) !== true : now - beat > this.times.longestSilence;
    const lost = new Set([...missing.filter(isOver), ...silent.filter(isGone).map(({ token }) => token)]);
    // What the executor says is running is no question any more.
    const isSuspect = ({ token, beat }: FoundWorker) =>
      now - beat > SUSPICIOUS * this.times.beat && !lost.has(token) && !(asked && now - beat > this.times.silence);
    const isOpen = missing.some((token) => !lost.has(token)) || present.some(isSuspect);
    return { lost, isOpen };
  }

  private async ask(silent: readonly FoundWorker[]): Promise<ReadonlyMap<string, JobState> | undefined> {
    return silent.length === 0 ? new Map() : this.executor.look([...new Set(silent.map(({ job }) => job))]);
  }
}
