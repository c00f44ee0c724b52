import { constants, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { formatBytes } from '../core/format';
import { lstat, OpenFile } from './disk';
import { errorCode } from './errorCode';
import { tryAgain } from './passing';

/** Why a file cannot be read, in plain words. */
export class FileFault extends Error {
  override readonly name = 'FileFault';

  constructor(
    readonly file: string,
    /** Goes on a sentence about the file: "it is a folder", "permission denied". */
    readonly reason: string,
    /** Of the file system's error (`ENOENT`, …), where there was one. */
    readonly code?: string,
  ) {
    super(`${file}: ${reason}`);
  }

  /** Whether there is no file of that name: often no fault at all. A link that leads nowhere is one. */
  get isMissing(): boolean {
    return this.reason === NO_SUCH_FILE;
  }
}

export interface ReadOptions {
  /** Whether a link is followed to the file it names: for files that the user names, not for those a folder came with. */
  readonly follow: boolean;
  /** Its kind was seen just now, in the listing of its folder: it is not looked at once more before it is opened. */
  readonly looked?: boolean;
}

/** An open regular file, and what it was when it was opened. */
export interface RegularFile {
  readonly opened: OpenFile;
  readonly stats: Stats;
}

const NO_SUCH_FILE = 'there is no such file';
const IS_FOLDER = 'it is a folder';
const IS_LINK = 'it is a link';
const LEADS_NOWHERE = 'it is a link that leads nowhere or in a circle';
const LOOP_ON_THE_WAY = 'a link on the way to it leads in a circle';

const reasons = new Map([
  ['ENOENT', NO_SUCH_FILE],
  ['ENOTDIR', NO_SUCH_FILE],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', IS_FOLDER],
  ['ENXIO', 'it is no regular file'],
  ['ELOOP', LOOP_ON_THE_WAY],
  ['ENAMETOOLONG', 'its name is too long'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
]);

// Neither a FIFO without a writer nor a terminal may hold up who opens it. Windows has none of these flags.
const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0, O_NOCTTY = 0 } = constants as Partial<typeof constants>;
const FLAGS = (O_RDONLY ?? 0) | O_NONBLOCK | O_NOCTTY;

/**
 * Opens a regular file for reading and nothing else: no folder, device, FIFO or socket, and no link unless `follow` says
 * so. Never waits for another program. The caller closes it. Throws FileFault.
 */
export const openRegularFile = (file: string, options: ReadOptions): Promise<RegularFile> =>
  tryAgain(() => openOnce(file, options));

async function openOnce(file: string, options: ReadOptions): Promise<RegularFile> {
  const { follow, looked = false } = options;
  try {
    // To open some devices is to act on them, so look first; and look again at what was opened in the end.
    if (!looked || O_NOFOLLOW === 0) refuseIrregular(file, await (follow ? stat(file) : lstat(file)));
    const opened = await OpenFile.open(file, FLAGS | (follow ? 0 : O_NOFOLLOW));
    try {
      const stats = await opened.stat();
      refuseIrregular(file, stats);
      return { opened, stats };
    } catch (error) {
      await opened.close();
      throw error;
    }
  } catch (error) {
    throw await faultOf(file, error, options);
  }
}

/**
 * Reads a text file (UTF-8, a byte order mark is left out) of at most `limit` bytes. Takes no more memory than that,
 * whatever size the file says it has. Throws FileFault.
 */
export const readTextFile = (file: string, limit: number, options: ReadOptions): Promise<string> =>
  tryAgain(() => readOnce(file, limit, options));

async function readOnce(file: string, limit: number, options: ReadOptions): Promise<string> {
  const found = await openOnce(file, options);
  try {
    return decoded(file, await readUpTo(file, found, limit));
  } catch (error) {
    throw await faultOf(file, error, options);
  } finally {
    await found.opened.close();
  }
}

function refuseIrregular(file: string, found: Stats): void {
  if (found.isFile()) return;
  if (found.isSymbolicLink()) throw linkFault(file);
  throw found.isDirectory() ? new FileFault(file, IS_FOLDER, 'EISDIR') : new FileFault(file, 'it is no regular file');
}

async function readUpTo(file: string, { opened, stats: { size } }: RegularFile, limit: number): Promise<Buffer> {
  const tooLarge = () => new FileFault(file, `it is larger than ${formatBytes(limit).replace(/\.0+ /, ' ')}`);
  if (size > limit) throw tooLarge();
  // One byte more than there should be shows a file that grows, or one whose size says nothing (/proc).
  let buffer = Buffer.alloc(size + 1);
  let length = 0;
  for (;;) {
    const bytesRead = await opened.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
    if (length === size && size > 0) return buffer.subarray(0, length);
    if (length > limit) throw tooLarge();
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(2 * length + 4096, limit + 1));
  }
}

function decoded(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FileFault(file, 'it is no text in UTF-8');
  }
}

async function faultOf(file: string, error: unknown, { follow }: ReadOptions): Promise<FileFault> {
  if (error instanceof FileFault) return error;
  const code = errorCode(error);
  if ((code === 'ENOENT' || code === 'ELOOP') && (await isLink(file)))
    return new FileFault(file, follow ? LEADS_NOWHERE : IS_LINK, code);
  return new FileFault(file, reasons.get(code ?? '') ?? `it cannot be read (${code ?? String(error)})`, code);
}

export const isLink = (file: string): Promise<boolean> =>
  lstat(file).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );

/** Throws FileFault when something is a link; what is not there is none. */
export async function refuseLink(place: string): Promise<void> {
  if (await isLink(place)) throw linkFault(place);
}

export const linkFault = (place: string): FileFault => new FileFault(place, IS_LINK);
