import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseEventLine, type EventOf, type RunEvent } from '../core/events';
import { RunColumns } from '../core/runColumns';
import type { ToldKind } from '../core/told';
import { decodeColumns, encodeColumns } from './columnFile';
import { lstat } from './disk';
import { LogTail, placeOf } from './eventLog';
import { ifThere, removeFile, writeDurably } from './files';
import { runFiles } from './layout';
import { openRegularFile } from './regularFile';
import { turn } from './turns';
import { cacheFolder } from './userFolders';

/** Of finished runs so many numbers are kept in memory (bytes), the last used of them. */
const MOST_KEPT = 64 * 2 ** 20;
/** Of a shorter log (bytes) nothing is kept on disk: it is read as fast. */
const SHORTEST_LOG = 200_000;
const MANY_EVENTS = 1000;
/** How long a file that nobody makes anew is kept (ms). */
const LONGEST_KEPT = 90 * 86_400_000;

interface Kept {
  readonly stamp: string;
  readonly columns: RunColumns;
  readonly bytes: number;
}

/**
 * What runs measured on the way, as columns. A log is read once: what a run that goes on adds is read as it comes, and the
 * columns of a finished run are kept in the user's cache folder, where they hold as long as its log is as it was. Deleting
 * them changes nothing but time.
 */
export class ColumnReader {
  private readonly kept = new Map<string, Kept>();
  private readonly following = new Map<string, Following>();
  private readonly reading = new Map<string, Promise<RunColumns>>();
  private readonly folder: string;
  private hasTidied = false;

  constructor(
    store: string,
    private readonly folderOf: (id: string) => string,
  ) {
    const name = createHash('sha256').update(resolve(store)).digest('hex').slice(0, 32);
    this.folder = join(cacheFolder(), 'columns', name);
  }

  /** @param isOver nobody writes the log any more. Rejects with a FileFault where the log cannot be read */
  async read(id: string, isOver: boolean): Promise<RunColumns> {
    const known = this.reading.get(id);
    if (known) return known;
    const reading = this.readOnce(id, isOver).finally(() => this.reading.delete(id));
    this.reading.set(id, reading);
    return reading;
  }

  /** Events of a run, of one kind, after one task or all; in the order of the log. Rejects with a FileFault. */
  async told<Kind extends ToldKind>(id: string, isOver: boolean, kind: Kind, task?: number): Promise<EventOf<Kind>[]> {
    const columns = await this.read(id, isOver);
    const lines = columns.told.of(kind, task);
    if (lines.length === 0) return [];
    const { opened } = await openRegularFile(this.logOf(id), { follow: false });
    try {
      const events: EventOf<Kind>[] = [];
      for (const { at, length } of lines) {
        const bytes = Buffer.alloc(length);
        await opened.read(bytes, 0, length, at);
        await turn();
        const line = parseEventLine(bytes.toString('utf8'));
        // Another log may have taken the place of the one that was read.
        if (line.kind === 'event' && line.event.type === kind) events.push(line.event as EventOf<Kind>);
      }
      return events;
    } finally {
      await opened.close();
    }
  }

  /** Keeps the columns of a finished run whose log was just read whole, where they are worth it. */
  async learn(id: string, events: readonly RunEvent[], stamp: string): Promise<void> {
    if (events.length < MANY_EVENTS) return;
    const columns = events.reduce((sofar, event) => sofar.after(event, placeOf(event)), new RunColumns());
    await this.save(id, encodeColumns(columns, stamp));
  }

  /** The run is gone. */
  forget(id: string): void {
    this.kept.delete(id);
    this.following.delete(id);
  }

  private async readOnce(id: string, isOver: boolean): Promise<RunColumns> {
    const found = await ifThere(lstat(this.logOf(id)));
    const stamp = found ? `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : '';
    const kept = this.kept.get(id);
    if (kept?.stamp === stamp) {
      // The last used come last.
      this.kept.delete(id);
      this.kept.set(id, kept);
      return kept.columns;
    }
    const isLong = isOver && (found?.size ?? 0) >= SHORTEST_LOG;
    const stored = isLong ? await this.load(id, stamp) : undefined;
    if (stored) return this.keep(id, stamp, stored);
    const following = this.following.get(id) ?? new Following(this.logOf(id));
    this.following.set(id, following);
    await following.read(isOver);
    if (!isOver) return following.columns;
    this.following.delete(id);
    if (isLong) await this.save(id, encodeColumns(following.columns, stamp));
    return this.keep(id, stamp, following.columns);
  }

  private keep(id: string, stamp: string, columns: RunColumns): RunColumns {
    const bytes = columns.tables
      .flatMap((table) => table.columns)
      .reduce((sum, { values }) => sum + values.byteLength, 0);
    this.kept.delete(id);
    this.kept.set(id, { stamp, columns, bytes });
    let sum = 0;
    for (const [other, own] of [...this.kept].reverse()) {
      sum += own.bytes;
      if (sum > MOST_KEPT && other !== id) this.kept.delete(other);
    }
    return columns;
  }

  private logOf(id: string): string {
    return join(this.folderOf(id), runFiles.events);
  }

  private fileOf(id: string): string {
    return join(this.folder, `${id}.columns`);
  }

  private async load(id: string, stamp: string): Promise<RunColumns | undefined> {
    try {
      const { opened, stats } = await openRegularFile(this.fileOf(id), { follow: false });
      try {
        const bytes = Buffer.alloc(stats.size);
        await opened.read(bytes, 0, bytes.length, 0);
        return decodeColumns(bytes, stamp);
      } finally {
        await opened.close();
      }
    } catch {
      // Then the log itself is read.
      return undefined;
    }
  }

  /** What cannot be written is read from the log again next time. */
  private async save(id: string, bytes: Buffer): Promise<void> {
    const beside = `${this.fileOf(id)}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await writeDurably(beside, bytes);
      await rename(beside, this.fileOf(id));
      if (!this.hasTidied) await removeForgotten(dirname(this.folder));
      this.hasTidied = true;
    } catch {
      await removeFile(beside).catch(() => undefined);
    }
  }
}

/** Files of runs and stores that may be gone. */
async function removeForgotten(root: string): Promise<void> {
  for (const store of await readdir(root))
    for (const name of await readdir(join(root, store))) {
      const file = join(root, store, name);
      if (Date.now() - (await stat(file)).mtimeMs > LONGEST_KEPT) await removeFile(file);
    }
}

/** A log that is read as it grows. */
class Following {
  columns = new RunColumns();
  private readonly tail: LogTail;

  constructor(file: string) {
    this.tail = new LogTail(
      file,
      { follow: false },
      {
        take: (event, line) => (this.columns = this.columns.after(event, line)),
        restart: () => (this.columns = new RunColumns()),
      },
    );
  }

  async read(isOver: boolean): Promise<void> {
    await this.tail.read();
    if (isOver) this.tail.settle();
  }
}
