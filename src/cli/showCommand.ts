import { measuresOf } from '../core/comparison';
import { doubtsOf, doubtText } from '../core/doubts';
import { tasksOf, valueOn, type AccuracyKind } from '../core/measured';
import type { Run } from '../core/run';
import { settingsText } from '../core/settingsText';
import { oneLine } from '../core/visibleText';
import { exitCodes } from './exitCodes';
import { shownPath } from './places';
import { runText } from './runText';
import { idNamed, runNamed, storeHere, type StoreOptions } from './storeCommands';
import type { Terminal } from './terminal';

export interface ShowOptions extends StoreOptions {
  readonly settings?: boolean;
}

/** `lethe show`: what is known of some runs: accuracy matrix, measures, where the time went; or their settings. */
export async function showCommand(
  names: readonly string[],
  options: ShowOptions,
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const store = storeHere(options.out, dist, terminal);
  const runs = await store.list();
  const damaged = await store.damaged();
  const ids = [...runs.map(({ manifest }) => manifest.id), ...damaged.map(({ id }) => id)];
  const chosen = names.map((name) => idNamed(name, ids));
  let code: number = exitCodes.done;
  for (const [i, id] of chosen.entries()) {
    if (i > 0 && !options.json) terminal.out('');
    const reason = damaged.find((folder) => folder.id === id)?.reason;
    if (reason !== undefined) {
      terminal.note(`${oneLine(id)}: ${reason}`);
      code = exitCodes.failed;
      continue;
    }
    const run = runNamed(id, runs);
    if (options.json) terminal.out(JSON.stringify(shown(run)));
    else if (options.settings) terminal.outLines(settingsOf(run).trimEnd());
    else terminal.outLines(runText(run, shownPath(store.folderOf(id))).join('\n'));
  }
  return code;
}

function settingsOf({ manifest }: Run): string {
  const { spec, seed, backend } = manifest;
  const program = manifest.trainer === 'command' ? { program: manifest.command } : {};
  return settingsText({ ...spec, ...program }, { seed, backend });
}

function shown(run: Run) {
  const { manifest, status, state } = run;
  const matrix = (kind: AccuracyKind) =>
    state.rows.map((row) => ({
      task: row.task,
      on: tasksOf(row),
      values: tasksOf(row).map((on) => valueOn(row, kind, on) ?? null),
    }));
  return {
    id: manifest.id,
    status,
    experiment: manifest.experiment,
    variant: manifest.variant,
    seed: manifest.seed,
    settings: JSON.parse(settingsOf(run)) as unknown,
    tasks: state.started?.tasks ?? [],
    accuracy: matrix('accuracy'),
    taskAware: matrix('taskAware'),
    ...(status === 'done' && { measures: measuresOf(run) }),
    seconds: state.seconds,
    spent: state.spent,
    ...(state.peakMemoryBytes !== undefined && { peakMemoryBytes: state.peakMemoryBytes }),
    ...(state.parameters !== undefined && { parameters: state.parameters }),
    ...(state.error !== undefined && { error: state.error }),
    warnings: [...state.warnings, ...doubtsOf(run).map(doubtText)],
  };
}
