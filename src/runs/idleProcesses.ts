import { dismiss, type IdleProcess } from './trainingProcess';

/**
 * Training processes that have nothing to do at the moment. Who has no run for them dismisses them at once: they are there
 * from the end of one run to the start of the next, and never wait for runs that may come.
 */
export class IdleProcesses {
  private readonly idle: IdleProcess[] = [];

  offer(process: IdleProcess): void {
    this.idle.push(process);
  }

  /** One for a run of this kind, for the caller to use; undefined when there is none. */
  take(kind: string): IdleProcess | undefined {
    const at = this.idle.findIndex((process) => process.kind === kind && isThere(process));
    return at < 0 ? undefined : this.idle.splice(at, 1)[0];
  }

  /** All others may go: each ends as soon as it is told that nobody has a run for it. */
  dismiss(): void {
    for (const { child } of this.idle.splice(0)) dismiss(child);
  }
}

const isThere = ({ child }: IdleProcess): boolean =>
  child.connected && child.exitCode === null && child.signalCode === null;
