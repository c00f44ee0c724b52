import type { Tally } from './tally';

/** What all sections work with. */
export interface Ground {
  /** Folder with the real cli.js, keeper.js and train.js. */
  readonly programs: string;
  /** Folder for whatever the attack writes; gone afterwards. */
  readonly scratch: string;
  /** Where inputs that found something are kept. */
  readonly artifacts: string;
  /** The program that is started in process namespaces (insideProgram.ts). */
  readonly insider: string;
  readonly seed: number;
  /** Whether a kind of input or folder is meant: all are, unless only some are asked for. */
  readonly wants: (kind: string) => boolean;
}

export interface Attack extends Ground {
  readonly tally: Tally;
  /** False once time is up or somebody pressed Ctrl-C: trials that have begun are brought to an end. */
  readonly goesOn: () => boolean;
  /** For the progress line: so many trials are over. */
  readonly done: (trials: number) => void;
  /** Says why a part is left out on this machine. */
  readonly skip: (what: string, why: string) => void;
  /** A table of its own, as Markdown, that stands below that of the faults. */
  readonly table: (markdown: string) => void;
}

export interface Section {
  readonly name: string;
  readonly title: string;
  /** Trials of the short version, of the usual one, and of the one that counts. */
  readonly trials: { readonly short: number; readonly usual: number; readonly long: number };
  /** Share of the time when hours are given. */
  readonly share: number;
  run(attack: Attack, trials: number): Promise<void>;
}

/**
 * Runs `work` for the trials 0 … count − 1, some at a time, as long as the attack goes on. A trial that cannot be brought
 * to its end is a finding, and the others go on.
 */
export async function eachTrial(
  { goesOn, tally }: Pick<Attack, 'goesOn' | 'tally'>,
  count: number,
  parallel: number,
  work: (trial: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count && goesOn()) {
      try {
        await work(next++);
      } catch (error) {
        console.error(error);
        tally.add({ kind: 'The attack itself', found: ['a trial broke off'] });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
}
