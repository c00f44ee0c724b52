import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, type CommandOptions, type Ended, type Running } from './command';
import { leftIn } from './processes';
import type { Attack } from './section';
import { shimOption } from './shims';
import { tinyExperiment } from './tinyExperiment';

/** A workspace folder with a home, a state folder and temporary files of its own, for one experiment. */
export interface Sandbox {
  readonly folder: string;
  readonly workspace: string;
  /** The experiment file in it. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes one; `inside`: a folder it lies in, such as one with a file system of its own. */
export function newSandbox({ scratch }: Pick<Attack, 'scratch'>, inside = scratch): Sandbox {
  const folder = mkdtempSync(join(inside, 'place-'));
  const workspace = join(folder, 'workspace');
  const own = Object.fromEntries(['home', 'state', 'cache', 'tmp'].map((name) => [name, join(folder, name)]));
  for (const place of [workspace, ...Object.values(own)]) mkdirSync(place, { recursive: true });
  // Whoever runs the programs can reach it.
  chmodSync(folder, 0o755);
  const file = join(workspace, 'tiny.lethe.json');
  writeFileSync(file, JSON.stringify(tinyExperiment));
  return { folder, workspace, file, env: environment(own) };
}

/** Nothing of the caller's environment, native TensorFlow included, but the way to its programs. */
const environment = ({ home = '', state = '', cache = '', tmp = '' }: Readonly<Record<string, string>>) => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  LETHE_STATE_DIR: state,
  XDG_STATE_HOME: state,
  XDG_CACHE_HOME: cache,
  LETHE_CACHE_DIR: cache,
  TMPDIR: tmp,
  TZ: 'UTC',
  LANG: 'C.UTF-8',
});

export interface Called extends Partial<Omit<CommandOptions, 'cwd'>> {
  /** Programs to load into every process before the real one, see shims.ts. */
  readonly shims?: readonly string[];
}

/** Longest time that a command on a tiny experiment may take (ms), a busy machine included. */
export const COMMAND_LIMIT = 120_000;

/** Starts the real command line in a sandbox. */
export function lethe(
  attack: Pick<Attack, 'programs'>,
  sandbox: Sandbox,
  args: readonly string[],
  called: Called = {},
): Running {
  const { env = {}, shims = [], limit = COMMAND_LIMIT, ...rest } = called;
  return start([process.execPath, join(attack.programs, 'cli.js'), ...args], {
    cwd: sandbox.workspace,
    env: { ...sandbox.env, ...shimOption(shims), ...env },
    limit,
    ...rest,
  });
}

export const letheToEnd = (
  attack: Pick<Attack, 'programs'>,
  sandbox: Sandbox,
  args: readonly string[],
  called?: Called,
): Promise<Ended> => lethe(attack, sandbox, args, called).ended;

/** Ends what still runs in a sandbox and removes it. @returns how many processes were left */
export async function remove(sandbox: Sandbox, patience?: number): Promise<number> {
  const left = await leftIn(sandbox.folder, patience);
  rmSync(sandbox.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return left;
}
