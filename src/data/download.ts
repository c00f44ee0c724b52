import { mkdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes } from '../core/format';
import { originals, type OriginalFile } from '../core/originals';
import { makeFolder } from '../runs/folders';
import { dataFolder } from '../runs/userFolders';
import { addData, knownOf, refuseName, type Known } from './add';
import { DataError } from './dataError';
import { checksumsOf } from './files';
import { downloadFolder, inWords, refuseTaken } from './keep';
import { fetchFile, safeAddress, type FetchOptions } from './network/fetchFile';
import type { DataRecord } from './record';

export interface DownloadProgress {
  /** In this order; `check` is of what was downloaded. */
  readonly phase: 'download' | 'check' | 'read' | 'write';
  /** Bytes, where they are counted. */
  readonly done?: number;
  readonly total?: number;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DownloadProgress) => void;
  /** The user's data folder. */
  readonly root?: string | undefined;
  readonly replace?: boolean | undefined;
  /** A folder at another address that has the same files: their checksums are those of the original. */
  readonly from?: string | undefined;
  readonly patience?: FetchOptions['patience'];
  readonly pause?: FetchOptions['pause'];
}

/** What a download loads. */
export interface DownloadPlan {
  readonly title: string;
  readonly licence: string;
  readonly page: string;
  readonly bytes: number;
  readonly addresses: readonly string[];
}

/** @throws DataError for a data set that cannot be downloaded */
export function planDownload(name: string, from?: string, known: Known | undefined = knownOf(name)): DownloadPlan {
  refuseName(name);
  if (!known)
    throw new DataError(
      `The address of "${name}" is not known. Known are: ${Object.keys(originals).join(', ')}. Your own: lethe data add ${name} <path>.`,
    );
  const { facts, original } = known;
  const { licence, page, files } = original;
  const addresses = files.map((file) => safeAddress(addressOf(file, from)).href);
  return { title: facts.title, licence, page, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), addresses };
}

const addressOf = ({ name, address }: OriginalFile, from: string | undefined): string =>
  from === undefined ? address : `${from.replace(/\/+$/, '')}/${name}`;

/**
 * Loads a known data set from its original address, checks it and adds it. What was loaded before an abort or a failure
 * is kept, and the next call goes on from there; what has another checksum is not.
 *
 * @throws DataError with what to do; the signal's reason
 */
export async function downloadData(
  name: string,
  options: DownloadOptions,
  known: Known | undefined = knownOf(name),
): Promise<DataRecord> {
  const { root = dataFolder(), signal, onProgress, from, replace } = options;
  const { bytes: total } = planDownload(name, from, known);
  if (!replace) refuseTaken(root, name);
  const folder = downloadFolder(root, name);
  try {
    await makeFolder(root);
    await mkdir(folder, { recursive: true });
    const files = known?.original.files ?? [];
    await checkSpace(folder, total);
    let before = 0;
    for (const file of files) {
      const progress = (done: number) => onProgress({ phase: 'download', done: before + done, total });
      await fetchChecked(file, folder, { ...options, onProgress: progress });
      before += file.bytes;
    }
    onProgress({ phase: 'check' });
    const paths = known?.original.format === 'idx' ? [folder] : files.map((file) => join(folder, file.name));
    const onPhase = (phase: 'read' | 'write') => onProgress({ phase });
    const record = await addData(
      name,
      paths,
      { root, signal, replace, onPhase, from: from ?? known?.original.page },
      known,
    );
    await rm(folder, { recursive: true, force: true });
    return record;
  } catch (error) {
    signal.throwIfAborted();
    throw inWords(root, error);
  }
}

/** A file of the original in a folder, whole and with its checksum. */
async function fetchChecked(
  { name, address, bytes, md5, sha256 }: OriginalFile,
  folder: string,
  options: Omit<DownloadOptions, 'onProgress'> & { readonly onProgress: (done: number) => void },
): Promise<void> {
  const { from, signal, onProgress, patience, pause } = options;
  const file = join(folder, name);
  const place = addressOf({ name, address, bytes, md5 }, from);
  if (!(await stat(file).catch(() => undefined)))
    await fetchFile({
      ...{ address: place, file, bytes, signal, onProgress },
      ...(patience !== undefined && { patience }),
      ...(pause !== undefined && { pause }),
    });
  onProgress(bytes);
  const found = await checksumsOf(file, name, signal);
  const isSame = found.md5 === md5 && (sha256 === undefined || found.sha256 === sha256);
  if (isSame) return;
  await rm(file, { force: true });
  const [kind, wanted, own] = sha256 ? ['SHA-256', sha256, found.sha256] : ['MD5', md5, found.md5];
  throw new DataError(
    `${place} is not the file that is known: its ${kind} is ${own.slice(0, 12)}…, expected ${wanted.slice(0, 12)}…. Nothing of it was unpacked or kept. It may have been changed there, or on the way.`,
  );
}

async function checkSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes)
    throw new DataError(
      `The download has ${formatBytes(bytes)}, and the disk of ${folder} has ${formatBytes(bavail * bsize)} free.`,
    );
}
