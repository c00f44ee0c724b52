import { isFinished, type Run } from '../core/run';
import type { RunChange, RunStore } from '../runs/index';

/**
 * Calls `onChange` with the runs of these ids as they go on, until all have finished, or until `given` says not to wait
 * any longer. Runs that are removed meanwhile are no longer waited for. Events that the store has read before, or that
 * were told already, are not told: a log that goes on after its end is read again from its beginning.
 */
export function follow(
  store: RunStore,
  ids: readonly string[],
  given: AbortSignal,
  onChange: (runs: readonly Run[], changes: readonly RunChange[], before: ReadonlyMap<string, Run>) => void,
): Promise<Run[]> {
  const wanted = new Set(ids);
  const runs = new Map<string, Run>();
  const told = new Map(ids.map((id) => [id, store.countRead(id)]));
  const news = (change: RunChange): RunChange => {
    const { id, events, firstIndex } = change;
    const known = told.get(id) ?? 0;
    told.set(id, Math.max(known, firstIndex + events.length));
    const skipped = Math.min(Math.max(0, known - firstIndex), events.length);
    return { ...change, events: events.slice(skipped), firstIndex: firstIndex + skipped };
  };
  const current = () => [...wanted].flatMap((id) => runs.get(id) ?? []);
  return new Promise((resolve, reject) => {
    const take = (changes: readonly RunChange[]) => {
      const own = changes.filter((change) => wanted.has(change.id)).map(news);
      const before = new Map(runs);
      for (const { id, run } of own) {
        if (run) runs.set(id, run);
        else wanted.delete(id);
      }
      onChange(current(), own, before);
      if ([...wanted].every((id) => runs.has(id)) && current().every((run) => isFinished(run.status))) {
        watching.dispose();
        resolve(current());
      }
    };
    const watching = store.watch(take);
    given.addEventListener('abort', () => {
      watching.dispose();
      resolve(current());
    });
    // The watch tells only changes: what is there already comes from the list, and what is not there has gone already.
    store.list().then((listed) => {
      const there = new Set(listed.map((run) => run.manifest.id));
      for (const id of wanted) if (!there.has(id) && !runs.has(id)) wanted.delete(id);
      take(listed.map((run) => ({ id: run.manifest.id, run, events: [], firstIndex: 0, isNew: false })));
    }, reject);
  });
}
