import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { formatBytes } from '../core/format';
import type { RunManifest } from '../core/manifest';
import type { FileNaming, NamedAs, NamedFile, NamedFiles } from '../core/namedFiles';
import { namedFilesOf } from '../core/parse';
import { anyHeaderSchema, headerLength, LENGTH_BYTES, readHeader } from '../core/safetensorsHeader';
import { writeDurably } from './files';
import { runFiles } from './layout';
import { placeOfNamed } from './placeOfNamed';
import { FileFault, openRegularFile, type RegularFile } from './regularFile';
import { RunStoreError } from './storeError';

/** Weights of a network far larger than any here. */
const LARGEST = 512 * 1024 * 1024;

/** What is hashed at a time: less than a millisecond's work. */
const PIECE = 256 * 1024;

/**
 * What is known of the files that the text of an experiment file names: each is read, unless it has still the size and
 * the time of last change with which it was read before.
 *
 * @param experimentFile names are relative to its folder
 */
export async function readNamedFiles(text: string, experimentFile: string): Promise<NamedFiles> {
  const found = new Map<string, NamedFile>();
  for (const naming of namedFilesOf(text))
    found.set(naming.name, await readNamedFile(naming, placeOfNamed(naming.name, experimentFile)));
  return found;
}

interface Hashed {
  readonly stamp: string;
  readonly sha256: string;
}

/** By path: an editor asks again and again. */
const known = new Map<string, Hashed>();

const stampOf = ({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }) => `${size} ${mtimeMs}`;

/**
 * Reads a file in short turns, so that an editor goes on meanwhile. What the tensors of weights are, and whether they fit
 * the network, is looked at when a run starts.
 *
 * @param path absolute
 */
export async function readNamedFile({ name, as }: FileNaming, path: string): Promise<NamedFile> {
  try {
    const before = known.get(path);
    const now = before && (await stat(path).catch(() => undefined));
    const isSame = now?.isFile() && stampOf(now) === before?.stamp;
    const { stamp, sha256 } = isSame ? before : await hashed(path, as);
    known.set(path, { stamp, sha256 });
    return { kind: 'read', sha256 };
  } catch (error) {
    known.delete(path);
    return {
      kind: 'faulty',
      message: `${called[as]} ${JSON.stringify(name)} cannot be used: ${reasonOf(error)}. ${expected[as](path)}`,
    };
  }
}

const called: Readonly<Record<NamedAs, string>> = { weights: 'The weights', program: "The program's file" };

const expected: Readonly<Record<NamedAs, (path: string) => string>> = {
  weights: (path) => `A file of the safetensors format with the weights of this network is expected at ${path}.`,
  program: (path) => `A script of the program is expected at ${path}.`,
};

function reasonOf(error: unknown): string {
  if (error instanceof FileFault) return error.reason;
  if (error instanceof RangeError) return error.message;
  throw error;
}

/** @throws FileFault; RangeError for a file of another format */
export async function hashed(path: string, as: NamedAs): Promise<Hashed> {
  const hash = createHash('sha256');
  return reading(path, as, async (file) => {
    await piecesOf(file, (piece) => hash.update(piece));
    return { stamp: stampOf(file.stats), sha256: hash.digest('hex') };
  });
}

/** Opens a file, looks whether one of weights begins as such a file does, and closes it in the end. */
async function reading<T>(path: string, as: NamedAs, body: (file: RegularFile) => Promise<T>): Promise<T> {
  const file = await openRegularFile(path, { follow: true });
  try {
    if (file.stats.size > LARGEST) throw new FileFault(path, `it is larger than ${formatBytes(LARGEST)}`);
    if (as === 'weights') await requireTensors(file);
    return await body(file);
  } finally {
    await file.opened.close();
  }
}

async function requireTensors({ opened, stats: { size } }: RegularFile): Promise<void> {
  const called = 'the file';
  const start = Buffer.alloc(LENGTH_BYTES);
  await opened.read(start, 0, LENGTH_BYTES, 0);
  const header = Buffer.alloc(headerLength(start, size, called));
  const length = await opened.read(header, 0, header.length, LENGTH_BYTES);
  readHeader(header.toString('utf8', 0, length), size - LENGTH_BYTES - header.length, called, anyHeaderSchema);
}

/** Hands over the bytes of a file, as many as it had when it was opened, piece by piece in one buffer. */
async function piecesOf({ opened, stats: { size } }: RegularFile, take: (piece: Buffer) => void): Promise<void> {
  const buffer = Buffer.alloc(Math.min(PIECE, size));
  for (let read = 0; read < size;) {
    const length = await opened.read(buffer, 0, Math.min(buffer.length, size - read), read);
    if (length === 0) throw new RangeError('the file became shorter while it was read');
    take(buffer.subarray(0, length));
    read += length;
  }
}

/**
 * Copies into a run's folder the files that its settings name, so that it means the same whatever becomes of them.
 *
 * @param workspace folder to which the path of the experiment file is relative
 * @throws RunStoreError when one is another than was planned with
 */
export async function keepContents(folder: string, manifest: RunManifest, workspace: string): Promise<void> {
  if (manifest.trainer !== 'lethe') return;
  const { weights } = manifest.spec.network;
  if (weights === undefined) return;
  const path = resolve(workspace, manifest.experiment.file ?? '.', '..', weights);
  const refused = (why: string) =>
    new RunStoreError('not writable', `The weights ${JSON.stringify(weights)} ${why}. Nothing was started.`);
  const hash = createHash('sha256');
  const bytes = await reading(path, 'weights', async (file) => {
    const all = Buffer.alloc(file.stats.size);
    let length = 0;
    await piecesOf(file, (piece) => {
      hash.update(piece);
      length += piece.copy(all, length);
    });
    return all;
  }).catch((error: unknown) => {
    throw refused(`cannot be used: ${reasonOf(error)}`);
  });
  if (hash.digest('hex') !== manifest.spec.contents?.[weights]) throw refused('changed while runs were planned');
  await writeDurably(join(folder, runFiles.weights), bytes);
}
