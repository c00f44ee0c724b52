/** What processes take, by what Linux says of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { commandLine } from '../../test/vscode/processes';

/** Clock ticks in a second: what /proc counts in, on every Linux that VS Code runs on. */
const TICKS = 100;

const fieldsOf = (pid: number): readonly string[] => {
  try {
    // The name of the program, in brackets, may hold anything.
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  } catch {
    return [];
  }
};

/** Seconds of the processor that a process has taken so far, all its threads together; 0 of one that is gone. */
export const processorSeconds = (pid: number): number => {
  const [user = '0', system = '0'] = fieldsOf(pid).slice(11, 13);
  return (Number(user) + Number(system)) / TICKS;
};

/** Bytes of memory that a process holds now. */
export const residentBytes = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? NaN);

/** The processes of a browser that draw pages, by the folder of its profile. */
export function renderersOf(profile: string): number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const parents = new Map(all.map((pid) => [pid, Number(fieldsOf(pid)[1])]));
  const isBelow = (pid: number, roots: ReadonlySet<number>): boolean => {
    for (let one: number | undefined = pid; one; one = parents.get(one)) if (roots.has(one)) return true;
    return false;
  };
  const roots = new Set(all.filter((pid) => commandLine(pid).includes(profile)));
  return all.filter((pid) => commandLine(pid).includes('--type=renderer') && isBelow(pid, roots));
}

/** Seconds of the processor and of the clock that some work takes in this process. */
export async function taken<T>(work: () => Promise<T>): Promise<{ cpu: number; clock: number; result: T }> {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, clock: (performance.now() - begun) / 1000, result };
}
