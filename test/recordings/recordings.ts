/**
 * Runs that were recorded: real ones, on all of MNIST, of which files keep what results and explanations are made of
 * (no steps, no points of curves). The first line is `run.json`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEventLine } from '../../src/core/events';
import { manifestSchema } from '../../src/core/manifest';
import type { RunWithHistory } from '../../src/core/run';
import { foldEvents } from '../../src/core/runModel';

const here = import.meta.dirname;

/** One of them, such as `split-mnist/class-ewc-1`. A line that is no event is an error: none was recorded. */
export function recording(name: string): RunWithHistory {
  const [first = '', ...lines] = readFileSync(join(here, `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
  const events = lines.map((line) => {
    const read = parseEventLine(line);
    if (read.kind !== 'event') throw new Error(`${name}: ${line}`);
    return read.event;
  });
  return { manifest: manifestSchema.parse(JSON.parse(first)), status: 'done', state: foldEvents(events) };
}

/** Those of a folder whose names begin so. */
export const recordings = (folder: string, prefix: string): RunWithHistory[] =>
  readdirSync(join(here, folder))
    .filter((name) => name.startsWith(prefix) && name.endsWith('.jsonl'))
    .sort()
    .map((name) => recording(`${folder}/${name.replace(/\.jsonl$/, '')}`));
