import { totalmem } from 'node:os';

/** Bytes of memory of this machine, or of the part of it that a container or a job of a cluster is given. */
export function machineMemory(): number {
  // Depending on the version of Node.js, no limit is undefined, 0 or a number beyond all memory.
  const constrained = (process.constrainedMemory as (() => number | undefined) | undefined)?.() ?? 0;
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
