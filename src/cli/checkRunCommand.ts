import { join } from 'node:path';
import { faultText } from '../core/logCheck';
import { isFinished } from '../core/run';
import { oneLine } from '../core/visibleText';
import { runFiles } from '../runs/index';
import { checkedLog } from '../runs/checkedLog';
import { exitCodes } from './exitCodes';
import { shownPath } from './places';
import { finderIn, storeHere, type StoreOptions } from './storeCommands';
import type { Terminal } from './terminal';
import { counted } from './words';

/** `lethe check-run`: says what is wrong with the events of a run, each fault with its line and its field. */
export async function checkRunCommand(
  name: string,
  options: StoreOptions,
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const store = storeHere(options.out, dist, terminal);
  const run = (await finderIn(store))(name);
  if ('reason' in run) {
    const fault = { run: run.id, file: runFiles.manifest, line: 0, field: '', message: run.reason };
    terminal.out(options.json ? JSON.stringify(fault) : `${oneLine(run.id)}: ${run.reason}`);
    return exitCodes.failed;
  }
  const { id } = run.manifest;
  const folder = store.folderOf(id);
  const file = shownPath(join(folder, runFiles.events));
  const check = await checkedLog(folder, isFinished(run.status));
  for (const fault of check.faults)
    terminal.out(
      options.json ? JSON.stringify({ run: id, file: runFiles.events, ...fault }) : oneLine(faultText(file, fault)),
    );
  if (check.count > check.faults.length) terminal.note(`… and ${check.count - check.faults.length} more.`);
  const far = isFinished(run.status) ? '' : ' so far';
  const events = counted(check.eventCount, 'event');
  terminal.note(
    check.count === 0
      ? `${oneLine(id)}: ${events}${far}, nothing is wrong.`
      : `${oneLine(id)}: ${events}${far}, ${counted(check.count, 'fault')}.`,
  );
  return check.count === 0 ? exitCodes.done : exitCodes.failed;
}
