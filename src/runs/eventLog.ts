import { parseEventLine, type RunEvent } from '../core/events';
import { isTold } from '../core/told';
import { emptyRun, takeLine, type RunState } from '../core/runModel';
import { ifThere } from './files';
import { tryAgain } from './passing';
import { FileFault, openRegularFile, type ReadOptions, type RegularFile } from './regularFile';
import { turn } from './turns';

const NEWLINE = 0x0a;
/** Bytes read and folded at once: a few milliseconds of work. */
const CHUNK = 1 << 16;
/** As many as logs were read at a time: new ones for each of many logs would wait for the garbage collector. */
const spareBuffers: Buffer[] = [];
/** Longest line that is read: anything longer is no event (bytes). */
const LONGEST_LINE = 1 << 23;
/** Largest log that is read (bytes): a hundred times that of a long run. */
const LARGEST_LOG = 1 << 30;

/** Where a line stands in its log (bytes), without its newline. */
export interface LinePlace {
  readonly at: number;
  readonly length: number;
}

const places = new WeakMap<RunEvent, LinePlace>();

/** Where an event stood in the log that it was read from: of those that are read again when somebody asks for them. */
export const placeOf = (event: RunEvent): LinePlace | undefined => places.get(event);

/** Told every event of a log, and where it stands, in the order they are read. */
export interface LogFollower {
  take(event: RunEvent, line: LinePlace): void;
  /** The log is read from its beginning again. */
  restart(): void;
}

/** The bytes of a log turned into a run state, piece by piece, wherever the pieces are cut. */
export class LogFold {
  private readonly folded = emptyRun();
  private rest: Buffer[] = [];
  private restLength = 0;
  /** Where the next line begins. */
  private position = 0;
  /** Events folded so far. */
  count = 0;

  /** @param follower is told the events; then they are counted, and not folded */
  constructor(private readonly follower?: Pick<LogFollower, 'take'>) {}

  /** The fold of all complete lines so far. Its lists grow in place: keep only the newest. */
  get state(): RunState {
    return { ...this.folded };
  }

  /** Whether the last line has not ended yet. */
  get isTorn(): boolean {
    return this.restLength > 0;
  }

  /**
   * Takes the next bytes of the log, which may be overwritten afterwards, and returns the events they complete: none where
   * a follower is told them.
   */
  take(bytes: Buffer): RunEvent[] {
    const events: RunEvent[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      const line = { at: this.position, length: this.restLength + end - from };
      this.fold(this.completed(bytes, from, end), line, events);
      this.position += line.length + 1;
      from = end + 1;
    }
    this.keep(Buffer.from(bytes.subarray(from)));
    return events;
  }

  /**
   * Says that nothing more will be written for now. A last line that is a whole event and only lacks its newline counts;
   * one that is torn stays, and is malformed (`malformed`) as long as nothing completes it.
   */
  settle(): RunEvent[] {
    const events: RunEvent[] = [];
    if (!this.isTorn) return events;
    const text = Buffer.concat(this.rest).toString('utf8');
    if (parseEventLine(text).kind === 'malformed') return events;
    const line = { at: this.position, length: this.restLength };
    this.position += line.length;
    this.fold(this.takeRest(), line, events);
    return events;
  }

  private keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.restLength += piece.length;
    // Of a line that is too long the beginning is enough to say that it is no event.
    if (this.restLength <= LONGEST_LINE) this.rest.push(piece);
  }

  /** A line that ends in these bytes, and may have begun before them. */
  private completed(bytes: Buffer, from: number, end: number): string {
    if (!this.isTorn && end - from <= LONGEST_LINE) return bytes.toString('utf8', from, end);
    this.keep(bytes.subarray(from, end));
    return this.takeRest();
  }

  private takeRest(): string {
    const text = Buffer.concat(this.rest).toString('utf8');
    this.rest = [];
    this.restLength = 0;
    return text;
  }

  private fold(text: string, place: LinePlace, events: RunEvent[]): void {
    if (text.trim() === '') return;
    const line = parseEventLine(text);
    if (!this.follower) takeLine(this.folded, line);
    if (line.kind !== 'event') return;
    this.count += 1;
    if (this.follower) {
      this.follower.take(line.event, place);
      return;
    }
    events.push(line.event);
    if (isTold(line.event)) places.set(line.event, place);
  }
}

export interface LogChange {
  readonly events: RunEvent[];
  /** The log got shorter or was replaced: `events` are all of it. */
  readonly restarted: boolean;
}

/** Follows a growing `events.jsonl` by byte offset: what was read once is not read again. */
export class LogTail {
  private fold: LogFold;
  private offset = 0;
  private inode: number | undefined;

  constructor(
    private readonly file: string,
    private readonly options: ReadOptions = { follow: false },
    /** Told the events in place of who reads. */
    private readonly follower?: LogFollower,
  ) {
    this.fold = new LogFold(follower);
  }

  get state(): RunState {
    return this.fold.state;
  }

  get count(): number {
    return this.fold.count;
  }

  get isTorn(): boolean {
    return this.fold.isTorn;
  }

  /** Reads what was appended since the last call. A file that is not there (yet) is an empty log. Throws FileFault. */
  async read(): Promise<LogChange> {
    const change = { events: [] as RunEvent[], restarted: false };
    // What was read before the file system failed stands.
    await tryAgain(() => this.readInto(change));
    return change;
  }

  private async readInto(change: { readonly events: RunEvent[]; restarted: boolean }): Promise<void> {
    const file = await ifThere(openRegularFile(this.file, this.options));
    const found = file?.stats;
    try {
      if (found && found.size > LARGEST_LOG) throw new FileFault(this.file, 'it is larger than 1 GB');
      const replaced = found !== undefined && this.inode !== undefined && found.ino !== this.inode;
      const restarted = this.offset > 0 && (replaced || (found?.size ?? 0) < this.offset);
      if (restarted) {
        this.fold = new LogFold(this.follower);
        this.follower?.restart();
        this.offset = 0;
        change.events.length = 0;
        change.restarted = true;
      }
      this.inode = found?.ino;
      if (file && found?.size !== this.offset) await this.drain(file, change.events);
    } finally {
      await file?.opened.close();
    }
  }

  /** See LogFold.settle. */
  settle(): RunEvent[] {
    return this.fold.settle();
  }

  private async drain({ opened, stats: { size } }: RegularFile, events: RunEvent[]): Promise<void> {
    const buffer = spareBuffers.pop() ?? Buffer.allocUnsafe(CHUNK);
    try {
      // What is appended from now on is for the next time.
      while (this.offset < size) {
        const bytesRead = await opened.read(buffer, 0, CHUNK, this.offset);
        if (bytesRead === 0) break;
        this.offset += bytesRead;
        await turn();
        for (const event of this.fold.take(buffer.subarray(0, bytesRead))) events.push(event);
      }
    } finally {
      spareBuffers.push(buffer);
    }
  }
}

export interface LoggedEvents {
  readonly events: readonly RunEvent[];
  readonly malformed: number;
  readonly firstMalformed?: string | undefined;
  readonly unknownTypes: readonly string[];
}

/** All events of a log. `final`: nobody writes it any more, so a torn last line counts as malformed. Throws FileFault. */
export async function readLog(file: string, final: boolean): Promise<LoggedEvents> {
  const tail = new LogTail(file);
  const { events } = await tail.read();
  if (final) events.push(...tail.settle());
  const { malformed, firstMalformed, unknownTypes } = tail.state;
  return { events, malformed: malformed + (final && tail.isTorn ? 1 : 0), firstMalformed, unknownTypes };
}
