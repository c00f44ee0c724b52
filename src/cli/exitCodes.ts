import type { Run } from '../core/run';

/** What `lethe` returns to the shell; `--help` and docs/command-line.md say the same. */
export const exitCodes = { done: 0, failed: 1, badInput: 2, stopped: 3 } as const;

/** Exit code for the runs a command waited for. */
export function exitCodeOf(runs: readonly Run[]): number {
  if (runs.some(({ status }) => status === 'failed' || status === 'crashed' || status === 'lost'))
    return exitCodes.failed;
  return runs.every((run) => run.status === 'done') ? exitCodes.done : exitCodes.stopped;
}

/** Wrong arguments or input: the message is shown, the command ends with `badInput`. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
