/** What a task's time goes into, besides compiling and writing events. `files`: checkpoints and parameters. */
type Part = 'train' | 'evaluate' | 'method' | 'files';

/** Seconds spent elsewhere on the way, as they stand at the moment. */
export interface OwnSeconds {
  readonly compile: () => number;
  readonly events: () => number;
}

const nothing = (): Record<Part, number> => ({ train: 0, evaluate: 0, method: 0, files: 0 });

/** Counts the seconds of a task by part. What compiling takes on the way is a part of its own. */
export class Clock {
  private seconds = nothing();
  private before = { compile: 0, events: 0 };
  /** Seconds for files that the last task had at its end. */
  private filesBefore = 0;

  constructor(private readonly own: OwnSeconds) {}

  /** From here on a task's seconds count; those for files since the end of the one before do, too. */
  begin(): void {
    const { files } = this.seconds;
    this.seconds = { ...nothing(), files: files - this.filesBefore };
    this.filesBefore = 0;
    this.before = { compile: this.own.compile(), events: this.own.events() };
  }

  /** Seconds since the task began. */
  get ofTask(): Readonly<Record<Part | keyof OwnSeconds, number>> {
    return {
      ...this.seconds,
      compile: this.own.compile() - this.before.compile,
      events: this.own.events() - this.before.events,
    };
  }

  /** The seconds of a task were said: what its files take from here on belongs to the next one. */
  end(): void {
    this.filesBefore = this.seconds.files;
  }

  during<T>(part: Part, work: () => T): T {
    const end = this.start(part);
    const result = work();
    end();
    return result;
  }

  async duringWait<T>(part: Part, work: () => Promise<T>): Promise<T> {
    const end = this.start(part);
    const result = await work();
    end();
    return result;
  }

  private start(part: Part): () => void {
    const [start, compile] = [performance.now(), this.own.compile()];
    return () => {
      this.seconds[part] += (performance.now() - start) / 1000 - (this.own.compile() - compile);
    };
  }
}
