import type { VariantRuns } from '../core/comparison';
import type { Run, RunWithHistory } from '../core/run';
import { foldEvents } from '../core/runModel';
import type { LoggedEvents } from './eventLog';
import { mapAtMost } from './mapAtMost';

/** What reads the log of a run. A `RunStore` is one. */
export interface LogReader {
  eventsOf(id: string): Promise<LoggedEvents>;
}

/** The groups of a comparison with what their runs measured on the way, read from the logs. Runs that are gone are left out. */
export async function withHistory(
  store: LogReader,
  groups: readonly VariantRuns[],
): Promise<VariantRuns<RunWithHistory>[]> {
  const read = await mapAtMost(
    groups.flatMap(({ runs }) => runs),
    (run) => runWithHistory(store, run),
  );
  const byId = new Map(read.flatMap((run) => (run ? [[run.manifest.id, run]] : [])));
  return groups.map((group) => ({ ...group, runs: group.runs.flatMap((run) => byId.get(run.manifest.id) ?? []) }));
}

async function runWithHistory(store: LogReader, run: Run): Promise<RunWithHistory | undefined> {
  const logged = await store.eventsOf(run.manifest.id).catch(() => undefined);
  return logged && { ...run, state: { ...foldEvents(logged.events), ...run.state } };
}
