import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects at once all that nobody holds any more. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}

/** The peak of this process's memory counts from now on. Returns false where the system cannot do that: on Linux alone it can. */
export function forgetPeak(): boolean {
  try {
    // proc(5), /proc/PID/clear_refs: 5 sets the peak of the resident set to what is resident now.
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false;
  }
}
