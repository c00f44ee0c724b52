import { lstatSync, lutimesSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readRegular } from './regularFile';

/** Another process trains the run now, or its folder is gone: this one has nothing to say there any more. */
export class Superseded extends Error {
  override name = 'Superseded';
}

/** A sign of life is given so often (ms). */
const SIGN_EVERY = 10_000;
const MOST_BYTES = 1 << 16;
/** Who starts a process writes `process.json` right afterwards; one that has died in between never does (ms). */
const LONGEST_WAIT = 10_000;
const MOST_TRIES = 8;
/** Before the second try (ms); before later ones longer. */
const TRY_AFTER = 50;

/**
 * The right of this process to write into a run folder. Each start of a run puts another token into `process.json`; who
 * has one that is not there any more was taken for lost, and another process trains the run. Without a token (training
 * by hand) nothing is compared.
 */
export class Tenure {
  private readonly file: string;
  private lastSign = -Infinity;
  /** Inode of `process.json` when it was last read: each start makes a new file. */
  private inode: number | undefined;

  constructor(
    runFolder: string,
    readonly token?: string,
  ) {
    this.file = path.join(runFolder, 'process.json');
  }

  /**
   * Resolves when `process.json` names this start. It is written after the process is recorded where it can be found
   * again: a process that nobody could record never trains. @throws Superseded
   */
  async begin(): Promise<void> {
    if (this.token === undefined) return;
    const deadline = performance.now() + LONGEST_WAIT;
    while (tokenIn(this.file) !== this.token && performance.now() < deadline) await delay(20);
    this.confirm();
  }

  /** To be called before anything is written that would speak for the run. @throws Superseded */
  confirm(): void {
    if (this.token === undefined) return;
    this.inode = inodeOf(this.file);
    if (tokenIn(this.file) !== this.token) throw new Superseded('superseded');
  }

  /**
   * To be called every now and then. Notices at once when another process was started, and lets other machines see that
   * this one lives: the time of `process.json` is now. @throws Superseded
   */
  giveSign(): void {
    if (this.token === undefined) return;
    const isDue = performance.now() - this.lastSign >= SIGN_EVERY;
    // The file may have been written in its place, and an inode be used again: no sign without a look inside.
    if (isDue || inodeOf(this.file) !== this.inode) this.confirm();
    if (!isDue) return;
    this.lastSign = performance.now();
    try {
      const now = new Date();
      lutimesSync(this.file, now, now);
    } catch {
      // It trains all the same.
    }
  }
}

function inodeOf(file: string): number | undefined {
  try {
    return lstatSync(file).ino;
  } catch {
    return undefined;
  }
}

/** Whatever cannot be read holds no token. */
function tokenIn(file: string): string | undefined {
  for (let tries = 1; ; tries++) {
    try {
      const record: unknown = JSON.parse(readRegular(file, MOST_BYTES).toString('utf8'));
      const { token } = record as { readonly token?: unknown };
      return typeof token === 'string' ? token : undefined;
    } catch (error) {
      // That nothing was read says nothing of the file: a run must not be left for it.
      if (tries === MOST_TRIES || !isPassing(error)) return undefined;
      wait(TRY_AFTER * tries);
    }
  }
}

/** The file system did not answer, or the file was replaced this very moment; not: there is no such file. */
function isPassing(error: unknown): boolean {
  const { errno, code = '' } = error as NodeJS.ErrnoException;
  return errno !== undefined && !['ENOENT', 'ENOTDIR'].includes(code);
}

/** Waits (ms), and does nothing else meanwhile. */
const wait = (time: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, time);
