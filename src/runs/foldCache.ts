import { createHash } from 'node:crypto';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { version } from '../../package.json';
import { FOLD_VERSION } from '../core/runModel';
import { appendText, ifThere, removeFile } from './files';
import { internedRun } from './interned';
import { openRegularFile } from './regularFile';
import type { ReadRun } from './trackedRun';
import { turn } from './turns';
import { cacheFolder } from './userFolders';

/** How long the file of a store that does not change is kept (ms). */
const LONGEST_KEPT = 90 * 86_400_000;

/** A line that differs in this is another program's. */
const VERSION = `${version} ${FOLD_VERSION}`;

interface Line extends ReadRun {
  readonly version: string;
  /** Name of the run folder. */
  readonly id: string;
}

/**
 * Finished runs of one store as they were read earlier, in the user's cache folder: never in the store, which may be
 * cloned, shared or read-only. A line holds as long as the stamp in it does. Deleting the file changes nothing but time.
 */
export class FoldCache {
  private readonly file: string;
  private linesRead = 0;

  constructor(store: string) {
    const name = createHash('sha256').update(resolve(store)).digest('hex').slice(0, 32);
    this.file = join(cacheFolder(), 'runs', `${name}.jsonl`);
  }

  /** What is kept, by name of the run folder. Nothing where there is no such file or it cannot be read. */
  async read(): Promise<Map<string, ReadRun>> {
    const found = new Map<string, ReadRun>();
    try {
      for await (const text of linesOf(this.file)) {
        const line = parseLine(text);
        this.linesRead += 1;
        if (line) found.set(line.id, { stamp: line.stamp, run: internedRun(line.run), count: line.count });
      }
    } catch {
      // Then everything is read from the runs themselves.
    }
    return found;
  }

  /**
   * Adds runs. `all`: everything worth keeping; written anew when more than half of the file is out of date. What cannot
   * be written is read from the runs again next time.
   */
  async add(added: ReadonlyMap<string, ReadRun>, all: () => ReadonlyMap<string, ReadRun>): Promise<void> {
    if (added.size === 0) return;
    try {
      await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
      const anew = this.linesRead + added.size > 2 * all().size + 100;
      if (anew) {
        await removeFile(this.file);
        await removeForgotten(dirname(this.file));
      }
      const lines = anew ? all() : added;
      for (const text of textsOf(lines)) {
        await turn();
        await appendText(this.file, text);
      }
      this.linesRead = anew ? lines.size : this.linesRead + added.size;
    } catch {
      // A full or read-only disk: no loss.
    }
  }
}

/** Files of stores that nobody has looked at for long: they may be gone. */
async function removeForgotten(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const { mtimeMs } = await stat(file);
    if (name.endsWith('.jsonl') && Date.now() - mtimeMs > LONGEST_KEPT) await removeFile(file);
  }
}

const LINES_AT_ONCE = 100;

/** The lines of some runs, a few at a time: all of them together may be tens of megabytes. */
function* textsOf(runs: ReadonlyMap<string, ReadRun>): Generator<string> {
  let text = '';
  let count = 0;
  for (const [id, { stamp, run, count: events }] of runs) {
    text += `${JSON.stringify({ version: VERSION, id, stamp, run, count: events } satisfies Line)}\n`;
    count += 1;
    if (count % LINES_AT_ONCE > 0) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** Only this program writes these files, whole lines at a time: a line that can be read and is of this version is right. */
function parseLine(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Line;
    return line.version === VERSION ? line : undefined;
  } catch {
    return undefined;
  }
}

const CHUNK = 1 << 18;

async function* linesOf(file: string): AsyncGenerator<string> {
  const found = await ifThere(openRegularFile(file, { follow: false }));
  if (!found) return;
  const { opened } = found;
  try {
    const buffer = Buffer.alloc(CHUNK);
    let rest = Buffer.alloc(0);
    let position = 0;
    for (;;) {
      const bytesRead = await opened.read(buffer, 0, CHUNK, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      let from = 0;
      for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
        await turn();
        yield bytes.toString('utf8', from, end);
        from = end + 1;
      }
      rest = bytes.subarray(from);
    }
  } finally {
    await opened.close();
  }
}
