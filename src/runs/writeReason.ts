import { errorCode } from './errorCode';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it is larger than the file system takes',
  EISDIR: 'it is a folder',
  ENOTEMPTY: 'it is a folder',
  ENOTDIR: 'a file stands where a folder is needed',
  EEXIST: 'a file stands where a folder is needed',
  ENOENT: 'the folder does not exist',
  ENXIO: 'nothing there can be written to',
  EPIPE: 'nobody reads from it',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'another program uses it',
  ETXTBSY: 'another program uses it',
  EIO: 'the disk reports an error',
};

/** Why a file could not be written, in plain words and with the system's own: "permission denied (EACCES)". */
export function writeReason(error: unknown): string {
  const code = errorCode(error);
  const reason = reasons[code ?? ''];
  if (reason !== undefined && code !== undefined) return `${reason} (${code})`;
  return error instanceof Error ? error.message : String(error);
}
