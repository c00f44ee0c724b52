import { readdirSync, readFileSync } from 'node:fs';

/** Whether the process runs. A zombie, dead but not yet collected by its parent, does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/**
 * The live processes that inherited `NAME=value` in their environment, detached ones included: this is how everything
 * that one test started is found, whoever its parent has become.
 */
export function processesMarked(marker: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && environmentOf(pid).split('\0').includes(marker) && isAlive(pid));
}

/** The command line of a process, or an empty string when it is gone. */
export function commandLine(pid: number): string {
  return readProcess(pid, 'cmdline').split('\0').join(' ').trim();
}

function environmentOf(pid: number): string {
  return readProcess(pid, 'environ');
}

function readProcess(pid: number, entry: string): string {
  try {
    return readFileSync(`/proc/${pid}/${entry}`, 'latin1');
  } catch {
    return '';
  }
}

/** Sends a signal to a process, or with a negative number to its group. One that is already gone is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // already gone
  }
}
