import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { version } from '../../package.json';
import { firstDifference } from '../core/difference';
import { shown } from '../core/experiment';
import type { OwnManifest } from '../core/manifest';
import type { Run } from '../core/run';
import { oneLine } from '../core/visibleText';
import { displayWidth } from '../report/index';
import { runFiles, runsAtATime, type RunStore } from '../runs/index';
import { ForkError, forkSettings, planForks, writtenValue } from '../runs/fork';
import { exitCodeOf, exitCodes, InputError } from './exitCodes';
import { withEngine } from './experimentFile';
import { openStore } from './openStore';
import { workspaceOf } from './places';
import { sayTroubles, waitFor } from './runCommand';
import { runNamed } from './storeCommands';
import type { Terminal } from './terminal';
import { accuracySoFar, nameOf } from './words';

export interface ForkOptions {
  readonly afterTask: number;
  /** `name=value`, each. */
  readonly set?: readonly string[];
  readonly out?: string;
  readonly parallel?: number;
  readonly json?: boolean;
}

/** `lethe fork`: trains runs again with other settings from a task on, and compares what comes out with where they come from. */
export async function forkCommand(
  names: readonly string[],
  options: ForkOptions,
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const { afterTask, set = [], parallel = runsAtATime(1) } = options;
  const store = openStore(workspaceOf(process.cwd(), options.out), { dist, parallel }, terminal);
  const existing = await store.list();
  const parents = names.map((name) => runNamed(name, existing));
  if (set.length === 0) return listSettings(parents, afterTask, terminal);
  const changes = Object.fromEntries(set.map(changeIn));
  const plan = await store
    .plan((runs) => withEngine(planForks(parents, { afterTask, changes }, runs, version)))
    .catch((error: unknown): never => {
      throw error instanceof ForkError ? new InputError(error.message) : error;
    });
  sayPlan(plan.create, plan.reuse, options, terminal);
  const ids = [...plan.reuse.map(({ manifest }) => manifest.id), ...plan.create.map(({ id }) => id)];
  const forks = await waitFor(store, ids, parallel, options, terminal);
  await sayTroubles(store, forks, terminal);
  for (const fork of forks.filter(({ status }) => status === 'done'))
    await sayOutcome(fork, parentOf(fork, parents), store, { afterTask, options, terminal });
  return exitCodeOf(forks);
}

/** `lambda=1000` */
function changeIn(text: string): readonly [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new InputError(`--set takes name=value, not ${JSON.stringify(text)}.`);
  return [text.slice(0, at), writtenValue(text.slice(at + 1))];
}

function listSettings([first]: readonly Run[], afterTask: number, terminal: Terminal): number {
  const manifest = first?.manifest;
  if (manifest?.trainer !== 'lethe') throw new InputError('Only runs that Lethe trains can be forked.');
  const settings = forkSettings(manifest, afterTask);
  const width = Math.max(...settings.map(({ name }) => displayWidth(name)));
  terminal.out('Nothing to change. What --set can name, with its value now:');
  for (const { name, value } of settings)
    terminal.out(`  ${oneLine(name).padEnd(width)}  ${value === undefined ? '–' : oneLine(shown(value))}`);
  return exitCodes.badInput;
}

function sayPlan(
  create: readonly OwnManifest[],
  reuse: readonly Run[],
  { json }: ForkOptions,
  terminal: Terminal,
): void {
  if (json) {
    const ids = { create: create.map(({ id }) => id), reuse: reuse.map(({ manifest }) => manifest.id) };
    terminal.out(JSON.stringify({ type: 'plan', ...ids }));
    return;
  }
  for (const { variant, seed } of create) terminal.out(`${oneLine(variant.label)}, seed ${seed}: queued.`);
  for (const run of reuse) terminal.out(`${nameOf(run)}: there already (${run.manifest.id}).`);
}

const parentOf = ({ manifest }: Run, parents: readonly Run[]): Run | undefined =>
  parents.find(
    ({ manifest: { id, seed } }) =>
      manifest.trainer === 'lethe' && (id === manifest.parent?.id || (seed === manifest.seed && parents.length === 1)),
  );

interface Saying {
  readonly afterTask: number;
  readonly options: ForkOptions;
  readonly terminal: Terminal;
}

/** What came out beside its parent, and whether it is that up to the fork. */
async function sayOutcome(
  fork: Run,
  parent: Run | undefined,
  store: RunStore,
  { afterTask, options, terminal }: Saying,
): Promise<void> {
  const difference = parent && (await differenceUpTo(afterTask, parent, fork, store));
  const { id } = fork.manifest;
  if (options.json) {
    const said = difference === 'unknown' || difference === undefined ? {} : { equalUpToFork: difference === 'none' };
    terminal.out(JSON.stringify({ type: 'fork', id, parent: parent?.manifest.id, afterTask, ...said }));
    return;
  }
  const accuracy = (run: Run | undefined) => (run && accuracySoFar(run)) ?? '–';
  terminal.out(`${nameOf(fork)}: ${accuracy(fork)}, its parent ${accuracy(parent)}. ${id}`);
  const tasks = afterTask === 1 ? 'The first task' : `The first ${afterTask} tasks`;
  if (difference === 'none') terminal.out(`  ${tasks}: as in its parent, bit for bit.`);
  else if (difference && difference !== 'unknown')
    terminal.note(
      `  ${tasks}: not as in its parent, from line ${difference.line} of its ${runFiles.events} on ("${difference.field}"). It was trained on another processor, or by another version.`,
    );
}

/** Of a parent that did not get so far nothing can be said. */
async function differenceUpTo(tasks: number, parent: Run, fork: Run, store: RunStore) {
  if (parent.state.rows.length < tasks) return 'unknown';
  const [before, after] = await Promise.all(
    [parent, fork].map(({ manifest }) => readFile(join(store.folderOf(manifest.id), runFiles.events), 'utf8')),
  );
  return firstDifference(before ?? '', after ?? '', tasks) ?? 'none';
}
