import { lutimesSync } from 'node:fs';
import path from 'node:path';
import { readRegular } from './regularFile';

/** Another process trains the run now, or its folder is gone: this one has nothing to say there any more. */
export class Superseded extends Error {
  override name = 'Superseded';
}

/** A sign of life is given so often (ms). */
const SIGN_EVERY = 10_000;
const MOST_BYTES = 1 << 16;

/**
 * The right of this process to write into a run folder. Each start of a run puts another token into `process.json`; who
 * has one that is not there any more was taken for lost, and another process trains the run. Without a token (training
 * by hand) nothing is compared.
 */
export class Tenure {
  private readonly file: string;
  private lastSign = -Infinity;

  constructor(
    runFolder: string,
    readonly token?: string,
  ) {
    this.file = path.join(runFolder, 'process.json');
  }

  /** To be called before anything is written that would speak for the run. @throws Superseded */
  confirm(): void {
    if (this.token !== undefined && tokenIn(this.file) !== this.token) throw new Superseded('superseded');
  }

  /** Lets other machines see now and then that this process lives: the time of `process.json` is now. @throws Superseded */
  giveSign(): void {
    if (this.token === undefined || performance.now() - this.lastSign < SIGN_EVERY) return;
    this.lastSign = performance.now();
    this.confirm();
    try {
      const now = new Date();
      lutimesSync(this.file, now, now);
    } catch {
      // It trains all the same.
    }
  }
}

/** Whatever cannot be read holds no token. */
function tokenIn(file: string): string | undefined {
  try {
    const record: unknown = JSON.parse(readRegular(file, MOST_BYTES).toString('utf8'));
    const { token } = record as { readonly token?: unknown };
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}
