import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import { errorCode } from './errorCode';
import { compareMachines, machineSchema, thisMachine } from './machine';

/** Names one process for good: a pid alone is given to another process sooner or later. */
export const identitySchema = machineSchema.extend({
  pid: z.int().min(1).max(0x7fffffff),
  /** When the process began, as the system writes it; only good for comparing. */
  startTime: z.string().max(64).optional(),
});
export type ProcessIdentity = z.output<typeof identitySchema>;

/** `unknown`: it runs elsewhere, or what is known of it does not tell it from other processes. */
export type Life = 'alive' | 'dead' | 'unknown';

/** Identity of a process of this machine, as long as it runs. */
export async function identityOf(pid: number): Promise<ProcessIdentity> {
  const [machine, found] = await Promise.all([thisMachine(), inspect(pid)]);
  return { ...machine, pid, ...(found && { startTime: found.startTime }) };
}

/**
 * Whether a process still runs. A zombie, which only waits to be reaped, counts as dead. `certain`: also where it takes
 * long to tell it from a later process of the same pid.
 */
export async function lifeOf(
  identity: ProcessIdentity,
  { certain = process.platform !== 'win32' } = {},
): Promise<Life> {
  const place = compareMachines(identity, await thisMachine());
  if (place === 'rebooted') return 'dead';
  if (place === 'other') return 'unknown';
  if (!mayExist(identity.pid)) return 'dead';
  if (!certain) return 'alive';
  const found = await inspect(identity.pid);
  if (!found) return mayExist(identity.pid) ? 'unknown' : 'dead';
  if (found.zombie) return 'dead';
  if (identity.startTime === undefined) return 'unknown';
  return identity.startTime === found.startTime ? 'alive' : 'dead';
}

/** False only when there is no process of this pid. */
export function mayExist(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

interface Inspection {
  readonly zombie: boolean;
  readonly startTime: string;
  /** Process group; undefined where there is no such thing. */
  readonly group?: number;
}

const run = promisify(execFile);

async function inspect(pid: number): Promise<Inspection | undefined> {
  try {
    if (process.platform === 'linux') return fromStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    if (process.platform === 'win32') return await fromPowerShell(pid);
    return fromPs((await run('ps', ['-o', 'state=,pgid=,lstart=', '-p', String(pid)])).stdout);
  } catch {
    return undefined;
  }
}

/** Process group of this process; undefined where there is no such thing. */
export const ownGroup = async (): Promise<number | undefined> => (await inspect(process.pid))?.group;

/** Linux: proc(5), /proc/PID/stat. The command's name in parentheses may hold anything, so fields count from its end. */
function fromStat(text: string): Inspection | undefined {
  const [state, , group, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const startTime = rest[16];
  return startTime === undefined
    ? undefined
    : { zombie: state === 'Z' || state === 'X', startTime, group: Number(group) };
}

function fromPs(line: string): Inspection | undefined {
  const [state, group, ...start] = line.trim().split(/\s+/);
  return state ? { zombie: state.startsWith('Z'), startTime: start.join(' '), group: Number(group) } : undefined;
}

async function fromPowerShell(pid: number): Promise<Inspection | undefined> {
  const command = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
  const { stdout } = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', command]);
  const startTime = stdout.trim();
  return /^\d+$/.test(startTime) ? { zombie: false, startTime } : undefined;
}
