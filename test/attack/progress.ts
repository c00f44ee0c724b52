import { createLogUpdate } from 'log-update';
import { formatDuration } from '../../src/core/format';

/** A line that says how far a section is, and how long it will still take. */
export class ProgressLine {
  private readonly update = process.stdout.isTTY ? createLogUpdate(process.stdout) : undefined;
  private begun = performance.now();
  private title = '';
  private trials = 0;
  private until: number | undefined;
  private said = 0;

  /** A section begins: so many trials, or as many as fit before a time (ms of `performance.now`). */
  begin(title: string, trials: number, until?: number): void {
    this.begun = performance.now();
    this.title = title;
    this.trials = trials;
    this.until = until;
    this.said = 0;
    this.show(0, 0);
  }

  show(done: number, findings: number): void {
    const line = this.line(done, findings);
    this.update?.(line);
    // Where nobody watches, a line now and then is enough.
    if (this.update || performance.now() - this.said < EVERY_MS) return;
    this.said = performance.now();
    console.log(line);
  }

  end(done: number, findings: number): void {
    this.update?.clear();
    console.log(
      `${this.title}: ${countOf(done)} trials, ${countOf(findings)} findings, ${formatDuration(this.elapsed / 1000)}`,
    );
  }

  private get elapsed(): number {
    return performance.now() - this.begun;
  }

  private line(done: number, findings: number): string {
    const of = this.until === undefined ? ` of ${countOf(this.trials)}` : '';
    const left = this.left(done);
    const time = left === undefined ? '' : `, ${formatDuration(left / 1000)} left`;
    return `${this.title}: ${countOf(done)}${of} trials, ${countOf(findings)} findings${time}`;
  }

  private left(done: number): number | undefined {
    if (this.until !== undefined) return Math.max(0, this.until - performance.now());
    return done === 0 ? undefined : (this.elapsed / done) * Math.max(0, this.trials - done);
  }
}

const EVERY_MS = 20_000;

const countOf = (n: number) => n.toLocaleString('en');
