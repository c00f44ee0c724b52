import { doubtsOf, doubtText } from '../core/doubts';
import { tasksOf, valueOn, type AccuracyKind } from '../core/measured';
import type { Run } from '../core/run';
import { settingsOfRun } from '../core/settingsText';
import { oneLine } from '../core/visibleText';
import { exitCodes } from './exitCodes';
import { shownPath } from './places';
import { runText } from './runText';
import { listed, finderIn, storeHere, type StoreOptions } from './storeCommands';
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
  let code: number = exitCodes.done;
  for (const [i, run] of names.map(await finderIn(store)).entries()) {
    if (i > 0 && !options.json) terminal.out('');
    if ('reason' in run) {
      terminal.note(`${oneLine(run.id)}: ${run.reason}`);
      code = exitCodes.failed;
    } else if (options.json) terminal.out(JSON.stringify(shown(run)));
    else if (options.settings) terminal.outLines(settingsOfRun(run.manifest, true).trimEnd());
    else terminal.outLines(runText(run, shownPath(store.folderOf(run.manifest.id))).join('\n'));
  }
  return code;
}

/** What the list says of it, and more. */
function shown(run: Run) {
  const { state } = run;
  const matrix = (kind: AccuracyKind) =>
    state.rows.map((row) => ({
      task: row.task,
      on: tasksOf(row),
      values: tasksOf(row).map((on) => valueOn(row, kind, on) ?? null),
    }));
  return {
    ...listed(run),
    settings: JSON.parse(settingsOfRun(run.manifest, true)) as unknown,
    tasks: state.started?.tasks ?? [],
    accuracy: matrix('accuracy'),
    taskAware: matrix('taskAware'),
    seconds: state.seconds,
    spent: state.spent,
    ...(state.peakMemoryBytes !== undefined && { peakMemoryBytes: state.peakMemoryBytes }),
    ...(state.parameters !== undefined && { parameters: state.parameters }),
    warnings: [...state.warnings, ...doubtsOf(run).map(doubtText)],
  };
}
