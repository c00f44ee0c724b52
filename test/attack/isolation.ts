import { spawnSync } from 'node:child_process';

/** How programs are kept apart from this machine. */
export interface Isolation {
  /** What to put before a command so that it sees no process but its own, and can end none. Empty where that cannot be. */
  readonly prefix: readonly string[];
  /** The user that hostile stores are opened as; undefined: the one that attacks. */
  readonly uid: number | undefined;
}

const NOBODY = 65_534;
const own = ['--pid', '--fork', '--mount-proc', '--kill-child'];

/** As nobody, where this is root: what is broken then must not break this machine. */
export function isolation(): Isolation {
  const isRoot = process.getuid?.() === 0;
  const ways = [['unshare', ...own], ...(isRoot ? [] : [['unshare', '--user', '--map-root-user', ...own]])];
  const prefix = process.platform === 'linux' ? ways.find(works) : undefined;
  return { prefix: prefix ?? [], uid: isRoot ? NOBODY : undefined };
}

const works = ([program = '', ...args]: readonly string[]): boolean =>
  spawnSync(program, [...args, 'true']).status === 0;
