import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readEarlierLog } from './earlierLog';
import { Journey, type JourneyInput } from './journey';
import { EventLog } from './log';
import { OwnError } from './own/ownError';
import { restoreNewest } from './resume';
import { Tenure } from './tenure';

/** How long is looked for (ms): a diverged run is over, and nobody waits long for the reason. */
const LONGEST = 30_000;

/**
 * Which part of a method of the user's own made a run diverge whose steps were compiled: they are taken again from the last
 * checkpoint, one operation at a time, in a folder of their own, by a method that looks at all it gives.
 *
 * @param input of the run that diverged, with such a method in place of its own
 * @returns the error with the line; undefined where none was found in that time
 */
export async function lineOfDivergence(input: JourneyInput): Promise<OwnError | undefined> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'lethe-diverged-'));
  const log = new EventLog(path.join(scratch, 'events.jsonl'));
  const until = performance.now() + LONGEST;
  try {
    const { checkpoints } = readEarlierLog(path.join(input.runFolder, 'events.jsonl'));
    const kept = path.join(input.runFolder, 'checkpoints');
    if (existsSync(kept)) cpSync(kept, path.join(scratch, 'checkpoints'), { recursive: true });
    const journey = new Journey({
      ...input,
      runFolder: scratch,
      log,
      tenure: new Tenure(scratch),
      eager: true,
      stopRequested: () => performance.now() > until,
    });
    restoreNewest(scratch, checkpoints, (...taken) => journey.restore(...taken));
    await journey.run();
    return undefined;
  } catch (error) {
    return error instanceof OwnError ? error : undefined;
  } finally {
    log.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}
