// What the run folders of a workspace say, read from disk and not through the extension.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { compare, groupRuns } from '../../src/core/comparison';
import { parseExperiment } from '../../src/core/parse';
import type { Run, RunWithHistory } from '../../src/core/run';
import { foldEvents } from '../../src/core/runModel';
import { hashesOf, RunStore } from '../../src/runs/index';
import { isAlive } from '../vscode/harness';

export const runsFolder = (workspace: string): string => path.join(workspace, '.lethe', 'runs');
export const eventsFile = (workspace: string, id: string): string =>
  path.join(runsFolder(workspace), id, 'events.jsonl');

/** The runs of a workspace, oldest first. */
export const runsIn = (workspace: string): Promise<Run[]> => new RunStore(workspace, { dist: '' }).list();

/** A run of a workspace with all that it measured on the way. */
export async function withHistoryOf(workspace: string, run: Run): Promise<RunWithHistory> {
  const { events } = await new RunStore(workspace, { dist: '' }).eventsOf(run.manifest.id);
  return { ...run, state: { ...foldEvents(events), ...run.state } };
}

/** How many runs have one of these states. */
export async function count(workspace: string, ...states: Run['status'][]): Promise<number> {
  return (await runsIn(workspace)).filter(({ status }) => states.includes(status)).length;
}

/** Process ids of the training processes that are alive, by run. */
export function trainingProcesses(workspace: string): Map<string, number> {
  const ids = existsSync(runsFolder(workspace)) ? readdirSync(runsFolder(workspace)) : [];
  const alive = ids.flatMap((id) => {
    const file = path.join(runsFolder(workspace), id, 'process.json');
    if (!existsSync(file)) return [];
    const { pid } = (JSON.parse(readFileSync(file, 'utf8')) as { process: { pid: number } }).process;
    return isAlive(pid) ? [[id, pid] as const] : [];
  });
  return new Map(alive);
}

/** Bytes of a run's log; 0 before it has one. */
export function logSize(workspace: string, id: string): number {
  const file = eventsFile(workspace, id);
  return existsSync(file) ? statSync(file).size : 0;
}

/** What follows from an experiment file and the run folders beside it: the runs of each variant, and their comparison. */
export async function resultsOf(workspace: string, file: string) {
  const { experiment } = parseExperiment(readFileSync(path.join(workspace, file), 'utf8'));
  if (!experiment) throw new Error(`${file} has errors`);
  const hashes = hashesOf(experiment);
  const groups = groupRuns(experiment, await runsIn(workspace), (key) => hashes.get(key) ?? '');
  return { experiment, groups, ...compare(groups) };
}
