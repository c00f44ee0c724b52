import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { firstDifference } from '../../src/core/difference';
import { manifestSchema, type RunManifest } from '../../src/core/manifest';
import { readLog } from '../../src/runs/eventLog';

/** What an uninterrupted run of a variant with a seed gave. */
export interface Result {
  readonly log: string;
  /** SHA-256 of the parameters after each task. */
  readonly parameters: readonly string[];
}

/** Results by variant and seed. */
export type Results = ReadonlyMap<string, Result>;

export const resultName = (key: string, seed: number): string => `${key}, seed ${seed}`;

/** Names of the run folders of a workspace. */
export function runNames(workspace: string): string[] {
  const runs = join(workspace, '.lethe/runs');
  return existsSync(runs) ? readdirSync(runs).filter((name) => !name.startsWith('.')) : [];
}

export const runPath = (workspace: string, name: string, ...more: string[]): string =>
  join(workspace, '.lethe/runs', name, ...more);

interface Recorded extends Result {
  readonly manifest: RunManifest;
  readonly done: boolean;
}

/** The results of the done runs of a workspace. */
export async function resultsOf(workspace: string): Promise<Results> {
  const recorded = await Promise.all(runNames(workspace).map((name) => recordOf(workspace, name)));
  return new Map(
    recorded.flatMap((run) => (run?.done ? [[resultName(run.manifest.variant.key, run.manifest.seed), run]] : [])),
  );
}

async function recordOf(workspace: string, name: string): Promise<Recorded | undefined> {
  const manifest = manifestIn(workspace, name);
  const file = runPath(workspace, name, 'events.jsonl');
  if (!manifest || !existsSync(file)) return undefined;
  const last = (await readLog(file, true)).events.at(-1);
  return {
    manifest,
    log: readFileSync(file, 'utf8'),
    done: last?.type === 'ended' && last.status === 'done',
    parameters: [1, 2, 3, 4, 5].map((task) =>
      digestOf(runPath(workspace, name, `checkpoints/task-${task}.safetensors`)),
    ),
  };
}

function manifestIn(workspace: string, name: string): RunManifest | undefined {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(runPath(workspace, name, 'run.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

export const digestOf = (file: string): string =>
  existsSync(file) && statSync(file).isFile()
    ? createHash('sha256').update(readFileSync(file)).digest('hex')
    : 'missing';

/** In what the done runs of a workspace differ from the reference. Empty when all wanted are there, bit for bit. */
export async function differences(workspace: string, reference: Results, wanted: readonly string[]): Promise<string[]> {
  const results = await resultsOf(workspace);
  return wanted.flatMap((name) => {
    const [expected, found] = [reference.get(name), results.get(name)];
    if (!expected) throw new Error(`The reference has no ${name}.`);
    if (!found) return ['a run was lost'];
    if (expected.parameters.some((digest, task) => digest !== found.parameters[task])) return ['parameters differ'];
    const difference = firstDifference(expected.log, found.log);
    return difference ? [`events differ (${difference.field || 'a line more or less'})`] : [];
  });
}

/**
 * What is wrong with the logs of a workspace. Each kill may leave one torn line, and none may hide anything else.
 */
export async function unreadable(workspace: string, kills: number): Promise<string[]> {
  const found: string[] = [];
  for (const name of runNames(workspace)) {
    if (!manifestIn(workspace, name)) found.push('a run.json cannot be read');
    const { malformed } = await readLog(runPath(workspace, name, 'events.jsonl'), true);
    if (malformed > kills) found.push('a log has more lines that cannot be read than processes were killed');
  }
  return found;
}
