import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FREE, TAKEN, type NextRun } from '../core/nextRun';
import { threadVariables } from '../core/threads';
import { openForAppending } from './files';
import { runFiles } from './layout';
import { identityOf, lifeOf, ownGroup } from './liveness';
import type { OwnPermission } from './own/ownCopies';
import type { ProgramLaunch } from './program/programBeside';
import { ownProcessOf, recordOwnProcess, type OwnProcess } from './ownProcesses';
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
  /** Whether the two can send messages to each other, as long as both are there. */
  readonly talks?: boolean;
}

/** Starts a Node.js process that outlives this one, its output going to a file. Rejects when it cannot be started. */
export async function launch({ node, script, args, output, env, talks = false }: Launch): Promise<ChildProcess> {
  const log = await openForAppending(output);
  try {
    const child = spawn(node, [script, ...args], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd, ...(talks ? (['ipc'] as const) : [])],
      env: { ...process.env, ...environment, ...env },
      windowsHide: true,
    });
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => {
        child.unref();
        child.channel?.unref();
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
  /** Of runs that may share a process: what another needs to be trained by the same. */
  readonly kind?: string | undefined;
  /** A process of that kind that has nothing to do. */
  readonly idle?: IdleProcess | undefined;
}

/** How the process of a run has ended, or else that it has trained the run to its end and could train another. */
export type TrainingEnd =
  | { readonly isFree: false; readonly code: number | null; readonly signal: string | null }
  | { readonly isFree: true; readonly code: 0; readonly signal: null };

export interface StartedTraining {
  readonly child: ChildProcess;
  /** The process as the one of this run. */
  readonly own: OwnProcess;
  readonly kind?: string | undefined;
  readonly end: Promise<TrainingEnd>;
}

/** A training process that has done its run and waits for another. */
export type IdleProcess = Pick<StartedTraining, 'child' | 'own' | 'kind'>;

/**
 * Starts the training process of a run folder, at lowered priority so that the editor stays quick, or gives the run to one
 * that is idle. It waits until `process.json` names it, and that is written last: so a process that could not be recorded
 * never trains.
 */
export async function launchTraining(folder: string, launched: TrainingLaunch): Promise<StartedTraining> {
  const { kind, idle, resume } = launched;
  const token = newToken();
  const isTaken = idle !== undefined && (await handOver(idle, { folder, token, resume }));
  const child = isTaken ? idle.child : await launchNew(folder, token, launched);
  const end = endOf(child);
  const { pid } = child;
  if (pid === undefined) throw new Error('the system gave it no pid');
  try {
    const own = { folder, token, process: isTaken ? idle.own.process : await identityOf(pid) };
    await recordOwnProcess(own);
    await writeProcessFile(folder, { token, at: Date.now(), process: own.process });
    return { child, own, kind, end };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

async function launchNew(
  folder: string,
  token: string,
  { node, dist, resume, threads, permission, program, kind }: TrainingLaunch,
): Promise<ChildProcess> {
  const more = kind === undefined ? [] : ['--and-more'];
  const own = [...flagsOf(permission), ...programFlags(program)];
  const child = await launch({
    node,
    script: join(dist, programOf(permission)),
    args: [folder, ...(resume ? ['--resume'] : []), '--token', token, ...more, ...own],
    output: join(folder, runFiles.output),
    env: threadVariables(threads),
    talks: kind !== undefined,
  });
  if (child.pid !== undefined) lowerPriority(child.pid);
  return child;
}

/** Gives a run to an idle process. @returns whether it has it: it may have ended in this very moment */
async function handOver({ child }: IdleProcess, run: NextRun): Promise<boolean> {
  try {
    // Where its output cannot go the run is not started, as with a process of its own.
    await (await openForAppending(join(run.folder, runFiles.output))).close();
  } catch (error) {
    dismiss(child);
    throw error;
  }
  // Nothing else may keep the event loop of this process going meanwhile.
  child.channel?.ref();
  const isTaken = await takes(child, run);
  child.channel?.unref();
  // One that has not answered must not train it later.
  if (!isTaken) child.kill('SIGKILL');
  return isTaken;
}

/** How long an idle process may take to answer (ms). */
const ANSWER_MS = 10_000;

/** Tells a process of a run, and whether it answers that it has it. */
function takes(child: ChildProcess, run: NextRun): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (isTaken: boolean) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('disconnect', onGone).off('exit', onGone);
      resolve(isTaken);
    };
    const onMessage = (message: unknown) => {
      if (message === TAKEN) done(true);
    };
    const onGone = () => done(false);
    const timer = setTimeout(onGone, ANSWER_MS);
    child.on('message', onMessage).on('disconnect', onGone).on('exit', onGone);
    child.send(run, (fault) => fault && onGone());
  });
}

/** Tells a process that has nothing to do that nobody has a run for it: it ends. */
export function dismiss(child: ChildProcess): void {
  if (child.connected) child.disconnect();
}

function endOf(child: ChildProcess): Promise<TrainingEnd> {
  const exited = (code: number | null, signal: string | null) => ({ isFree: false, code, signal }) as const;
  const { exitCode, signalCode } = child;
  if (exitCode !== null || signalCode !== null) return Promise.resolve(exited(exitCode, signalCode));
  return new Promise((resolve) => {
    const done = (end: TrainingEnd) => {
      child.off('exit', onExit).off('message', onMessage);
      resolve(end);
    };
    const onExit = (code: number | null, signal: string | null) => done(exited(code, signal));
    const onMessage = (message: unknown) => {
      if (message === FREE) done({ isFree: true, code: 0, signal: null });
    };
    child.on('exit', onExit).on('message', onMessage);
  });
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

/** Whether the record of a run names this start: when the run is over its process may train another, and it names none. */
const isRecorded = async ({ folder, token }: OwnProcess): Promise<boolean> =>
  (await ownProcessOf(folder))?.token === token;

/**
 * Ends a process that Lethe started, and all that it started, at once. Returns whether it is certain that nothing of it
 * lives: false when it cannot be told apart from other processes, and then nothing is done.
 *
 * @param isItsRun whether the process still trains the run: who started it knows, others have the record
 */
export async function endProcess(
  own: OwnProcess,
  isItsRun: () => boolean | Promise<boolean> = () => isRecorded(own),
): Promise<boolean> {
  const { process: identity } = own;
  const life = await lifeOf(identity, { certain: true });
  if (life !== 'alive') return life === 'dead';
  const { pid } = identity;
  // The schema of the record says so too; but no other number in this program is as dangerous.
  if (pid < 2 || pid === process.pid || pid === (await ownGroup())) return false;
  // Last of all: the run may come to its end in any moment, and its process train another.
  if (!(await isItsRun())) return true;
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
