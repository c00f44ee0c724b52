import { closeSync, constants, readSync } from 'node:fs';
import { parseEventLine, type RunEvent } from '../core/events';
import type { LoggedPosition } from './fit';
import { openRegular } from './regularFile';

/** A checkpoint of which the log tells. */
export interface LoggedCheckpoint extends LoggedPosition {
  readonly sha256: string;
}

/** What earlier processes of a run logged and what still holds, since the run began (anew) the last time. */
export interface EarlierLog {
  /** In the order they were written. */
  readonly checkpoints: readonly LoggedCheckpoint[];
  readonly warnings: readonly string[];
  /** SHA-256 of what it was trained on, by name. */
  readonly data: Readonly<Record<string, string>>;
}

export const nothingEarlier: EarlierLog = { checkpoints: [], warnings: [], data: {} };

const CHUNK = 1 << 20;
/** Characters; a longer line is none of the events that matter here. */
const MOST_LINE = 1 << 16;

/** @throws Error when the log is no regular file */
export function readEarlierLog(file: string): EarlierLog {
  let checkpoints: LoggedCheckpoint[] = [];
  let warnings: string[] = [];
  let data: Readonly<Record<string, string>> = {};
  for (const event of eventsThatMatter(file)) {
    if (event.type === 'started') [checkpoints, warnings, data] = [[], [], event.data ?? {}];
    else if (event.type === 'checkpoint') checkpoints.push(event);
    else if (event.type === 'warning') warnings.push(event.message);
    else if (event.type === 'resumed') checkpoints = upTo(checkpoints, event);
  }
  return { checkpoints, warnings, data };
}

/** What was written after the checkpoint that a process went on from is void. */
function upTo(checkpoints: LoggedCheckpoint[], { task, step }: LoggedPosition): LoggedCheckpoint[] {
  const at = checkpoints.findLastIndex((checkpoint) => checkpoint.task === task && checkpoint.step === step);
  return at < 0 ? checkpoints : checkpoints.slice(0, at + 1);
}

/** A log has many thousand lines of other kinds: they are not parsed. */
const matters = /"(started|checkpoint|warning|resumed)"/;

function* eventsThatMatter(file: string): Generator<RunEvent> {
  for (const line of linesOf(file)) {
    if (!matters.test(line)) continue;
    const read = parseEventLine(Buffer.from(line, 'latin1').toString('utf8'));
    if (read.kind === 'event') yield read.event;
  }
}

/** The lines of a file, a character for each byte; of one that is too long only the beginning. */
function* linesOf(file: string): Generator<string> {
  const handle = openRegular(file, constants.O_RDONLY);
  try {
    const chunk = Buffer.alloc(CHUNK);
    let rest = '';
    for (let size = -1; size !== 0;) {
      size = readSync(handle, chunk, 0, CHUNK, null);
      const [end = '', ...more] = chunk.toString('latin1', 0, size).split('\n');
      const lines = [rest + end, ...more];
      rest = (lines.pop() ?? '').slice(0, MOST_LINE);
      for (const line of lines) yield line;
    }
    yield rest;
  } finally {
    closeSync(handle);
  }
}
