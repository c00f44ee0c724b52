import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { threadVariables } from '../core/threads';
import { openForAppending } from './files';
import { runFiles } from './layout';
import { identityOf, lifeOf, ownGroup } from './liveness';
import type { OwnPermission } from './own/ownCopies';
import type { ProgramLaunch } from './program/programBeside';
import { recordOwnProcess, type OwnProcess } from './ownProcesses';
import { newToken, writeProcessFile } from './processFile';

/** One thread per run and one run per core: more threads only fight over the cores. */
const environment = {
  ...threadVariables(1),
  TF_CPP_MIN_LOG_LEVEL: '2',
  // A step makes and drops dozens of small tensors; glibc keeps only seven of a size at hand.
  GLIBC_TUNABLES: process.env['GLIBC_TUNABLES'] ?? 'glibc.malloc.tcache_count=127',
  // VS Code's own executable acts as Node.js with this.
  ELECTRON_RUN_AS_NODE: '1',
};

/** Priority of training, from -20 (first) to 19 (last). */
const NICE = 10;

export interface Launch {
  readonly node: string;
  readonly script: string;
  readonly args: readonly string[];
  /** stdout and stderr are appended to this file. */
  readonly output: string;
  /** Variables of its own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a Node.js process that outlives this one, its output going to a file. Rejects when it cannot be started. */
export async function launch({ node, script, args, output, env }: Launch): Promise<ChildProcess> {
  const log = await openForAppending(output);
  try {
    const child = spawn(node, [script, ...args], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, ...environment, ...env },
      windowsHide: true,
    });
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => {
        child.unref();
        resolve(child);
      });
    });
  } finally {
    await log.close();
  }
}

export interface TrainingLaunch {
  readonly node: string;
  readonly dist: string;
  readonly resume: boolean;
  /** Threads that the run computes with. */
  readonly threads: number;
  /** The code of the user's own that the run may be trained with. */
  readonly permission?: OwnPermission | undefined;
  /** The program that trains in place of Lethe. */
  readonly program?: ProgramLaunch | undefined;
}

export interface StartedTraining {
  readonly child: ChildProcess;
  readonly own: OwnProcess;
}

/**
 * Starts the training process of a run folder, at lowered priority so that the editor stays quick. It waits until
 * `process.json` names it, and that is written last: so a process that could not be recorded never trains.
 */
export async function launchTraining(
  folder: string,
  { node, dist, resume, threads, permission, program }: TrainingLaunch,
): Promise<StartedTraining> {
  const token = newToken();
  const child = await launch({
    node,
    script: join(dist, programOf(permission)),
    args: [folder, ...(resume ? ['--resume'] : []), '--token', token, ...flagsOf(permission), ...programFlags(program)],
    output: join(folder, runFiles.output),
    env: threadVariables(threads),
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the system gave it no pid');
  try {
    lowerPriority(pid);
    const own = { folder, token, process: await identityOf(pid) };
    await recordOwnProcess(own);
    await writeProcessFile(folder, { token, at: Date.now(), process: own.process });
    return { child, own };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** The program that trains: with code of the user's own it is one that has all that such code may use. */
const programOf = (permission: OwnPermission | undefined) => (permission ? 'own.js' : 'train.js');

/** What a training process is told of the user's own code that it may run. */
export const flagsOf = (permission: OwnPermission | undefined): string[] =>
  permission ? ['--own', permission.hash, '--beside', permission.beside] : [];

/** What it is told of the program that it starts and looks after. */
const programFlags = (program: ProgramLaunch | undefined): string[] =>
  program ? ['--program', JSON.stringify(program.command), '--beside', program.beside] : [];

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, NICE);
  } catch {
    // Not allowed, or it has ended already: it trains all the same.
  }
}

/**
 * Ends a process that Lethe started, and all that it started, at once. Returns whether it is certain that nothing of it
 * lives: false when it cannot be told apart from other processes, and then nothing is done.
 */
export async function endProcess({ process: identity }: OwnProcess): Promise<boolean> {
  const life = await lifeOf(identity, { certain: true });
  if (life !== 'alive') return life === 'dead';
  const { pid } = identity;
  // The schema of the record says so too; but no other number in this program is as dangerous.
  if (pid < 2 || pid === process.pid || pid === (await ownGroup())) return false;
  if (process.platform === 'win32') {
    await promisify(execFile)('taskkill', ['/PID', String(pid), '/T', '/F']).catch(() => undefined);
    return true;
  }
  // The group of a detached process has its pid.
  return kill(-pid) || kill(pid);
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
