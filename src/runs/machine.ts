import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import * as z from 'zod';

/** Where a process runs: pids and start times mean something only there. */
export const machineSchema = z.object({
  /** Name of the machine, for people. */
  host: z.string().max(255),
  /** The machine itself, whatever its name: a digest, since the id of a machine is nobody else's business. */
  machine: z.string().max(64).optional(),
  /** Since when it runs: pids and start times of another boot are other processes. Linux only. */
  boot: z.string().max(64).optional(),
  /** Containers count pids each for themselves. Linux only. */
  pidSpace: z.string().max(64).optional(),
});
export type Machine = z.output<typeof machineSchema>;

let known: Promise<Machine> | undefined;

/** The machine this process runs on. */
export const thisMachine = (): Promise<Machine> => (known ??= look());

async function look(): Promise<Machine> {
  const host = hostname();
  if (process.platform !== 'linux') return { host };
  const [machine, boot, pidSpace] = await Promise.all([
    orNothing(readFile('/etc/machine-id', 'utf8')),
    orNothing(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    orNothing(readlink('/proc/self/ns/pid')),
  ]);
  return {
    host,
    ...(machine && { machine: createHash('sha256').update(`lethe ${machine}`).digest('hex').slice(0, 16) }),
    ...(boot && { boot }),
    ...(pidSpace && { pidSpace }),
  };
}

const orNothing = (text: Promise<string>): Promise<string | undefined> =>
  text.then(
    (found) => found.trim() || undefined,
    () => undefined,
  );

/** `same`: pids can be looked up here. `rebooted`: the same machine, and every process of then is gone. */
export function compareMachines(recorded: Machine, here: Machine): 'same' | 'rebooted' | 'other' {
  if (recorded.boot !== undefined && here.boot !== undefined) {
    if (recorded.boot === here.boot) return recorded.pidSpace === here.pidSpace ? 'same' : 'other';
    // Machines made from one image may share an id, but then hardly a name.
    const sameMachine = recorded.machine === here.machine && recorded.machine !== undefined;
    return sameMachine && recorded.host === here.host ? 'rebooted' : 'other';
  }
  // Without boots, start times are those of the calendar, and tell one process of a machine from every other.
  return recorded.boot === here.boot && recorded.host === here.host ? 'same' : 'other';
}
