import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ifThere, readJson } from './files';
import { runFiles } from './layout';
import { threadVariables } from '../core/threads';
import { lifeOf, processRecordSchema, type ProcessRecord } from './liveness';

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
export function launch({ node, script, args, output, env }: Launch): Promise<ChildProcess> {
  const log = openSync(output, 'a');
  try {
    const child = spawn(node, [script, ...args], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...environment, ...env },
      windowsHide: true,
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => {
        child.unref();
        resolve(child);
      });
    });
  } finally {
    closeSync(log);
  }
}

export interface TrainingLaunch {
  readonly node: string;
  readonly dist: string;
  readonly resume: boolean;
  /** Threads that the run computes with. */
  readonly threads: number;
}

/** Starts the training process of a run folder, at lowered priority so that the editor stays quick. */
export async function launchTraining(
  folder: string,
  { node, dist, resume, threads }: TrainingLaunch,
): Promise<ChildProcess> {
  const args = [folder, ...(resume ? ['--resume'] : [])];
  const output = join(folder, runFiles.output);
  const child = await launch({ node, script: join(dist, 'train.js'), args, output, env: threadVariables(threads) });
  try {
    if (child.pid !== undefined) setPriority(child.pid, NICE);
  } catch {
    // Not allowed, or it has ended already: it trains all the same.
  }
  return child;
}

/** The process that a run folder's `process.json` names. */
export async function recordIn(folder: string): Promise<ProcessRecord | undefined> {
  const parsed = processRecordSchema.safeParse(await readJson(join(folder, runFiles.process)));
  return parsed.success ? parsed.data : undefined;
}

/** Ends a process and all it started, at once. Nothing happens when it is gone or belongs to another host. */
export async function endProcess(record: Omit<ProcessRecord, 'at'>): Promise<void> {
  if ((await lifeOf(record)) !== 'alive') return;
  if (process.platform === 'win32') {
    await promisify(execFile)('taskkill', ['/PID', String(record.pid), '/T', '/F']).catch(() => undefined);
    return;
  }
  // The group of a detached process has its pid; a program started otherwise may lead no group.
  if (!kill(-record.pid)) kill(record.pid);
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/**
 * Pid of a training process of this folder that nobody recorded, since who started it died in between.
 * Looks through the command lines of all processes; undefined where that is not possible.
 */
export async function findTraining(folder: string): Promise<number | undefined> {
  for (const { pid, args } of await commandLines()) {
    if (`${args} `.includes(` ${folder} `) && args.includes('train.js')) return pid;
  }
  return undefined;
}

async function commandLines(): Promise<{ pid: number; args: string }[]> {
  if (process.platform === 'linux') {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const read = async (pid: string) => {
      const args = await ifThere(readFile(`/proc/${pid}/cmdline`, 'utf8')).catch(() => undefined);
      return { pid: Number(pid), args: args?.replaceAll('\0', ' ') ?? '' };
    };
    return Promise.all(pids.map(read));
  }
  if (process.platform === 'win32') return [];
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,args='], { maxBuffer: 1 << 24 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, args] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid && args ? [{ pid: Number(pid), args }] : [];
  });
}
