import { closeSync, constants, fstatSync, fsyncSync, readSync, writeSync } from 'node:fs';
import type { RunEvent } from '../core/events';
import { openRegular } from './regularFile';

type WithoutTime<E> = E extends unknown ? Omit<E, 'at'> : never;
export type NewEvent = WithoutTime<RunEvent>;

/** Appends events to `events.jsonl`, one line each, written at once. */
export class EventLog {
  private readonly file: number;
  /** The last line has no end: a killed process left half of it, or the disk was full. */
  private torn: boolean;
  /** Seconds spent on writing. */
  seconds = 0;

  /** @throws Error when something else than a regular file has that path */
  constructor(path: string) {
    this.file = openRegular(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
    this.torn = !endsWithNewline(this.file);
  }

  write(event: NewEvent): void {
    const start = performance.now();
    // What is torn must not be continued by another event.
    const before = this.torn ? '\n' : '';
    const line = Buffer.from(`${before}${JSON.stringify({ ...event, at: Date.now() })}\n`);
    try {
      // A full disk may take part of a line only: the rest must not be glued to it by a later write.
      for (let written = 0; written < line.length;) written += writeSync(this.file, line, written);
      this.torn = false;
    } catch (error) {
      this.torn = !endsWithNewline(this.file);
      throw error;
    }
    this.seconds += (performance.now() - start) / 1000;
  }

  /** Returns when all that was written would outlast a power cut. */
  sync(): void {
    fsyncSync(this.file);
  }

  close(): void {
    try {
      this.sync();
    } catch {
      // Every line was written; readers see what there is of them.
    }
    closeSync(this.file);
  }
}

function endsWithNewline(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] === 0x0a;
}
