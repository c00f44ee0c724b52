import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import * as z from 'zod';
import { errorCode } from './files';

/** Names one process for good: a pid alone is given to another process sooner or later. */
export const processRecordSchema = z.object({
  pid: z.int().min(1),
  /** When the process began, as the system writes it; only good for comparing. Missing where it cannot be told. */
  startTime: z.string().optional(),
  host: z.string(),
  /** Milliseconds since 1970 when the record was made, before the process could do anything. */
  at: z.number(),
});
export type ProcessRecord = z.output<typeof processRecordSchema>;

/** `unknown`: it runs on another host, or nothing names its process. */
export type Life = 'alive' | 'dead' | 'unknown';

/** Record of a process of this host. `at` is now unless given. */
export async function recordOf(pid: number, at = Date.now()): Promise<ProcessRecord> {
  const startTime = (await inspect(pid))?.startTime;
  return { pid, host: hostname(), at, ...(startTime === undefined ? {} : { startTime }) };
}

/** Whether the process of a record still runs. A zombie, which only waits to be reaped, counts as dead. */
export async function lifeOf(record: Omit<ProcessRecord, 'at'>): Promise<Life> {
  if (record.host !== hostname()) return 'unknown';
  if (!mayExist(record.pid)) return 'dead';
  const found = await inspect(record.pid);
  // It exists but cannot be looked at (no /proc, no ps): then its pid is all there is to go by.
  if (!found) return mayExist(record.pid) ? 'alive' : 'dead';
  if (found.zombie) return 'dead';
  return record.startTime === undefined || record.startTime === found.startTime ? 'alive' : 'dead';
}

function mayExist(pid: number): boolean {
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
}

const run = promisify(execFile);

async function inspect(pid: number): Promise<Inspection | undefined> {
  try {
    if (process.platform === 'linux') return fromStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    if (process.platform === 'win32') return undefined;
    return fromPs((await run('ps', ['-o', 'state=,lstart=', '-p', String(pid)])).stdout);
  } catch {
    return undefined;
  }
}

/** Linux: proc(5), /proc/PID/stat. The command's name in parentheses may hold anything, so fields count from its end. */
function fromStat(text: string): Inspection | undefined {
  const [state, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const startTime = rest[18];
  return startTime === undefined ? undefined : { zombie: state === 'Z' || state === 'X', startTime };
}

function fromPs(line: string): Inspection | undefined {
  const [state, ...start] = line.trim().split(/\s+/);
  return state ? { zombie: state.startsWith('Z'), startTime: start.join(' ') } : undefined;
}
