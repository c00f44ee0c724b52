/** What a task's time goes into, besides compiling and writing events. */
type Part = 'train' | 'evaluate' | 'method';

/** Seconds spent elsewhere on the way, as they stand at the moment. */
export interface OwnSeconds {
  readonly compile: () => number;
  readonly events: () => number;
}

const nothing = (): Record<Part, number> => ({ train: 0, evaluate: 0, method: 0 });

/** Counts the seconds of a task by part. What compiling takes on the way is a part of its own. */
export class Clock {
  private seconds = nothing();
  private before = { compile: 0, events: 0 };

  constructor(private readonly own: OwnSeconds) {}

  /** From here on a task's seconds count. */
  begin(): void {
    this.seconds = nothing();
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
