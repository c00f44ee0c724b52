/**
 * Runs that were recorded: real ones, on MNIST. The first line of a file is `run.json`.
 *
 * - `split-mnist`: of full size, with what results and explanations are made of; no steps, no points of curves.
 * - `full`: the six methods of its experiment file, of full size, with all that a dashboard shows. Made by `lethe run` and
 *   `record.mjs`.
 * - `inside`: short ones, with what each method shows of its inside.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEventLine, type RunEvent } from '../../src/core/events';
import { manifestSchema, type RunManifest } from '../../src/core/manifest';
import type { RunWithHistory } from '../../src/core/run';
import { foldEvents } from '../../src/core/runModel';

const here = import.meta.dirname;

export interface Recorded {
  readonly manifest: RunManifest;
  readonly events: readonly RunEvent[];
}

/** A line that is no event is an error: none was recorded. */
function read(file: string): Recorded {
  const [first = '', ...lines] = readFileSync(join(here, file), 'utf8').trimEnd().split('\n');
  const events = lines.map((line) => {
    const parsed = parseEventLine(line);
    if (parsed.kind !== 'event') throw new Error(`${file}: ${line}`);
    return parsed.event;
  });
  return { manifest: manifestSchema.parse(JSON.parse(first)), events };
}

/** Those of a folder whose names begin so. */
export const recordedEvents = (folder: string, prefix: string): Recorded[] =>
  readdirSync(join(here, folder))
    .filter((name) => name.startsWith(prefix) && name.endsWith('.jsonl'))
    .sort()
    .map((name) => read(join(folder, name)));

/** The same as runs that are done. */
export const recordings = (folder: string, prefix: string): RunWithHistory[] =>
  recordedEvents(folder, prefix).map(({ manifest, events }) => ({
    manifest,
    status: 'done',
    state: foldEvents(events),
  }));
