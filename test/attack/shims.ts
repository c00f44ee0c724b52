import { resolve } from 'node:path';

/** Programs of the folder shims, loaded into the real ones by Node.js: they change what the system seems to do. */
const shims = {
  /** Kills processes at a file operation, or records the operations there are. */
  operations: 'operations.cjs',
  /** Shifts the clock in the middle of work. */
  clock: 'clock.cjs',
  /** Tells what a process took when it ends. */
  gauge: 'gauge.cjs',
} as const;

export const shim = (name: keyof typeof shims): string => resolve('test/attack/shims', shims[name]);

/** The environment variable that loads shims into a process and all it starts. */
export const shimOption = (files: readonly string[]): Record<string, string> =>
  files.length === 0 ? {} : { NODE_OPTIONS: files.map((file) => `--require ${JSON.stringify(file)}`).join(' ') };
