import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { parseEventLine, type RunEvent } from '../core/events';
import { emptyRun, reduceLine, type RunState } from '../core/runModel';
import { ifThere } from './files';

const NEWLINE = 0x0a;
const CHUNK = 1 << 20;

/** The bytes of a log turned into a run state, piece by piece, wherever the pieces are cut. */
export class LogFold {
  #state: RunState = emptyRun();
  #rest: Buffer = Buffer.alloc(0);
  /** Events folded so far. */
  count = 0;

  /** The fold of all complete lines so far. It grows in place: keep only the newest. */
  get state(): RunState {
    return this.#state;
  }

  /** Whether the last line has not ended yet. */
  get isTorn(): boolean {
    return this.#rest.length > 0;
  }

  /** Takes the next bytes of the log and returns the events they complete. */
  take(bytes: Buffer): RunEvent[] {
    const events: RunEvent[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      const tail = bytes.subarray(from, end);
      const line = this.isTorn ? Buffer.concat([this.#rest, tail]) : tail;
      this.#rest = Buffer.alloc(0);
      from = end + 1;
      this.#fold(line.toString('utf8'), events);
    }
    this.#rest = Buffer.concat([this.#rest, bytes.subarray(from)]);
    return events;
  }

  /**
   * Says that nothing more will be written for now. A last line that is a whole event and only lacks its newline counts;
   * one that is torn stays, and is malformed (`malformed`) as long as nothing completes it.
   */
  settle(): RunEvent[] {
    const events: RunEvent[] = [];
    if (!this.isTorn) return events;
    const text = this.#rest.toString('utf8');
    if (parseEventLine(text).kind === 'malformed') return events;
    this.#rest = Buffer.alloc(0);
    this.#fold(text, events);
    return events;
  }

  #fold(text: string, events: RunEvent[]): void {
    if (text.trim() === '') return;
    const line = parseEventLine(text);
    this.#state = reduceLine(this.#state, line);
    if (line.kind !== 'event') return;
    events.push(line.event);
    this.count += 1;
  }
}

export interface LogChange {
  readonly events: RunEvent[];
  /** The log got shorter or was replaced: `events` are all of it. */
  readonly restarted: boolean;
}

/** Follows a growing `events.jsonl` by byte offset: what was read once is not read again. */
export class LogTail {
  #fold = new LogFold();
  #offset = 0;
  #inode: number | undefined;

  constructor(private readonly file: string) {}

  get state(): RunState {
    return this.#fold.state;
  }

  get count(): number {
    return this.#fold.count;
  }

  get isTorn(): boolean {
    return this.#fold.isTorn;
  }

  /** Reads what was appended since the last call. A file that is not there (yet) is an empty log. */
  async read(): Promise<LogChange> {
    const found = await ifThere(stat(this.file));
    const replaced = found !== undefined && this.#inode !== undefined && found.ino !== this.#inode;
    const restarted = this.#offset > 0 && (replaced || (found?.size ?? 0) < this.#offset);
    if (restarted) {
      this.#fold = new LogFold();
      this.#offset = 0;
    }
    this.#inode = found?.ino;
    if (!found || found.size === this.#offset) return { events: [], restarted };
    const handle = await ifThere(open(this.file, 'r'));
    if (!handle) return { events: [], restarted };
    try {
      return { events: await this.#drain(handle), restarted };
    } finally {
      await handle.close();
    }
  }

  /** See LogFold.settle. */
  settle(): RunEvent[] {
    return this.#fold.settle();
  }

  async #drain(handle: FileHandle): Promise<RunEvent[]> {
    const events: RunEvent[] = [];
    const buffer = Buffer.alloc(CHUNK);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK, this.#offset);
      if (bytesRead === 0) return events;
      this.#offset += bytesRead;
      for (const event of this.#fold.take(Buffer.from(buffer.subarray(0, bytesRead)))) events.push(event);
    }
  }
}

export interface LoggedEvents {
  readonly events: readonly RunEvent[];
  readonly malformed: number;
  readonly unknownTypes: readonly string[];
}

/** All events of a log. `final`: nobody writes it any more, so a torn last line counts as malformed. */
export async function readLog(file: string, final: boolean): Promise<LoggedEvents> {
  const fold = new LogFold();
  const bytes = await ifThere(readFile(file));
  const events = bytes ? fold.take(bytes) : [];
  if (final) events.push(...fold.settle());
  const { malformed, unknownTypes } = fold.state;
  return { events, malformed: malformed + (final && fold.isTorn ? 1 : 0), unknownTypes };
}
