import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { RunEvent } from '../core/events';

type WithoutTime<E> = E extends unknown ? Omit<E, 'at'> : never;
export type NewEvent = WithoutTime<RunEvent>;

/** Appends events to `events.jsonl`, one line each, written at once. */
export class EventLog {
  private readonly file: number;
  /** Seconds spent on writing. */
  seconds = 0;

  constructor(path: string) {
    this.file = openSync(path, 'a+');
    if (!endsWithNewline(this.file)) writeSync(this.file, '\n');
  }

  write(event: NewEvent): void {
    const start = performance.now();
    const line = Buffer.from(`${JSON.stringify({ ...event, at: Date.now() })}\n`);
    // A full disk may take part of a line only: the rest must not be glued to it by a later write.
    for (let written = 0; written < line.length;) written += writeSync(this.file, line, written);
    this.seconds += (performance.now() - start) / 1000;
  }

  close(): void {
    closeSync(this.file);
  }
}

/** A killed process may have left half a line; a new one must not continue it. */
function endsWithNewline(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] === 0x0a;
}
