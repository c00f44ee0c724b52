import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from 'node:fs';

export interface Checksum {
  readonly bytes: number;
  readonly sha256: string;
}

/** Files by their names relative to a folder, with `/` on every system. */
export type Checksums = Readonly<Record<string, Checksum>>;

/** The folder in an engine that Node.js loads from. Whatever stands in it may become code of a training process. */
export const MODULES = 'node_modules';

/** Beside the files of an engine: what they looked like when they were last read, and what was found. */
const SEEN_FILE = 'seen.json';

/** The checksum of every regular file in a folder. */
export function checksumsOf(folder: string, place = ''): Record<string, Checksum> {
  const sums: Record<string, Checksum> = {};
  for (const entry of readdirSync(`${folder}/${place}`, { withFileTypes: true })) {
    const name = place === '' ? entry.name : `${place}/${entry.name}`;
    const file = `${folder}/${name}`;
    if (entry.isDirectory()) Object.assign(sums, checksumsOf(folder, name));
    else if (entry.isFile()) sums[name] = { bytes: lstatSync(file).size, sha256: sha256Of(file) };
  }
  return sums;
}

/**
 * What is wrong with a folder that should hold these files, or undefined. The files are read only when size, time or
 * inode of one is another than when they were last read; what was found then is kept beside them, where that can be
 * written. So looking costs a few milliseconds, and after a change or a copy as long as reading takes.
 */
export function findDamage(folder: string, wanted: Checksums): string | undefined {
  try {
    const names = Object.keys(wanted);
    const stamps: string[] = [];
    for (const [name, { bytes }] of Object.entries(wanted)) {
      const found = lstatSync(`${folder}/${name}`, { throwIfNoEntry: false });
      if (!found) return `${name} is missing`;
      if (!found.isFile()) return `${name} is no regular file`;
      if (found.size !== bytes) return `${name} has ${found.size} bytes instead of ${bytes}`;
      // Programs can set mtime back after a change, but not ctime.
      stamps.push(`${found.mtimeMs} ${found.ctimeMs} ${found.ino}`);
    }
    return findStranger(folder, names) ?? findChange(folder, wanted, stamps);
  } catch (error) {
    const { code, path = folder, message } = error as NodeJS.ErrnoException;
    return `${path} cannot be read (${code ?? message})`;
  }
}

/** Something among the modules that was not installed: Node.js might find it before what was. */
function findStranger(folder: string, names: readonly string[]): string | undefined {
  const folders = new Set(names.flatMap(foldersOf).filter((name) => name.split('/')[0] === MODULES));
  const known = new Set([...names, ...folders]);
  for (const place of folders.add(MODULES)) {
    const stranger = namesIn(`${folder}/${place}`).find((name) => !known.has(`${place}/${name}`));
    if (stranger !== undefined) return `${place}/${stranger} does not belong to it`;
  }
  return undefined;
}

function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function findChange(folder: string, wanted: Checksums, stamps: readonly string[]): string | undefined {
  const state = createHash('sha256')
    .update(JSON.stringify([wanted, stamps]))
    .digest('hex');
  const seen = readSeen(folder);
  if (seen?.state === state) return seen.why;
  const changed = Object.entries(wanted).find(([name, { sha256 }]) => sha256Of(`${folder}/${name}`) !== sha256);
  const why = changed && `the content of ${changed[0]} is not what was installed`;
  remember(folder, { state, why });
  return why;
}

interface Seen {
  /** Stands for what the files should be and how they look. */
  readonly state: string;
  /** What was wrong with them. */
  readonly why?: string | undefined;
}

function readSeen(folder: string): Seen | undefined {
  try {
    return (JSON.parse(readFileSync(`${folder}/${SEEN_FILE}`, 'utf8')) as Seen | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function remember(folder: string, seen: Seen): void {
  try {
    // Written half, it is no JSON, and the files are read again.
    writeFileSync(`${folder}/${SEEN_FILE}`, JSON.stringify(seen));
  } catch {
    // Somebody else's folder: the next run reads the files again.
  }
}

/** SHA-256 of a file as hexadecimal digits, read in pieces. */
export function sha256Of(file: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(256 * 1024);
  const opened = openSync(file, 'r');
  try {
    for (let read = readSync(opened, piece); read > 0; read = readSync(opened, piece))
      hash.update(piece.subarray(0, read));
  } finally {
    closeSync(opened);
  }
  return hash.digest('hex');
}
