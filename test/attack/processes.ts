import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface Process {
  readonly pid: number;
  readonly args: string;
}

/** Processes whose command line names a folder, zombies and this one aside. */
export function processesOf(folder: string): Process[] {
  return everyProcess().filter(({ pid, args }) => pid !== process.pid && args.includes(folder));
}

function everyProcess(): Process[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ({ pid: Number(name), args: commandLine(name) }));
  }
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, args] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid && args ? [{ pid: Number(pid), args }] : [];
  });
}

/** Empty for a process that is gone or only waits to be reaped. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Sends SIGKILL. False when there is no such process any more. */
export function end(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/**
 * Waits until no process names a folder, and ends those that are left then. The folder has to be the attack's own.
 * @returns how many were left
 */
export async function leftIn(folder: string, patience = 8000): Promise<number> {
  const deadline = Date.now() + patience;
  for (;;) {
    const left = processesOf(folder);
    if (left.length === 0) return 0;
    if (Date.now() > deadline) {
      for (const { pid } of left) end(pid);
      return left.length;
    }
    await delay(50);
  }
}
