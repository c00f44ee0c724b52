import * as fs from 'node:fs';
import * as later from 'node:fs/promises';
import { promisify } from 'node:util';
import { turn } from './turns';

// Reading a store of ten thousand runs takes a quarter of a million operations. On a local disk each takes microseconds, and
// handing it to another thread ten times as long. So they are done here while the disk answers at once, in short turns, and
// by other threads when it does not: a network disk must not hold up the process.

/** A disk that takes longer for one operation does not answer at once (ms). */
const AT_ONCE = 1;
/** Operations that are left to other threads then. */
const LEFT_TO_OTHERS = 1000;

let leftToOthers = 0;

/** Does an operation here or, while the disk is slow, elsewhere. */
export async function done<T>(here: () => T, elsewhere: () => Promise<T>): Promise<T> {
  if (leftToOthers > 0) {
    leftToOthers -= 1;
    return elsewhere();
  }
  await turn();
  const started = performance.now();
  try {
    return here();
  } finally {
    if (performance.now() - started > AT_ONCE) leftToOthers = LEFT_TO_OTHERS;
  }
}

const openElsewhere = promisify(fs.open);
const fstatElsewhere = promisify(fs.fstat);
const readElsewhere = promisify(fs.read);
const closeElsewhere = promisify(fs.close);

/** See `lstat(2)`. */
export const lstat = (file: string): Promise<fs.Stats> =>
  done(
    () => fs.lstatSync(file),
    () => later.lstat(file),
  );

/** The entries of a folder, with their kinds. */
export const entriesOf = (folder: string): Promise<fs.Dirent[]> =>
  done(
    () => fs.readdirSync(folder, { withFileTypes: true }),
    () => later.readdir(folder, { withFileTypes: true }),
  );

/** An open file. Its owner closes it. */
export class OpenFile {
  private constructor(private readonly descriptor: number) {}

  /** See `open(2)` for the flags. */
  static async open(file: string, flags: number): Promise<OpenFile> {
    return new OpenFile(
      await done(
        () => fs.openSync(file, flags),
        () => openElsewhere(file, flags, 0),
      ),
    );
  }

  stat(): Promise<fs.Stats> {
    return done(
      () => fs.fstatSync(this.descriptor),
      () => fstatElsewhere(this.descriptor),
    );
  }

  /** Reads up to `length` bytes from a place of the file to a place of the buffer. @returns how many: 0 at the end */
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<number> {
    return done(
      () => fs.readSync(this.descriptor, buffer, offset, length, position),
      async () => (await readElsewhere(this.descriptor, buffer, offset, length, position)).bytesRead,
    );
  }

  close(): Promise<void> {
    return done(
      () => fs.closeSync(this.descriptor),
      () => closeElsewhere(this.descriptor),
    );
  }
}
