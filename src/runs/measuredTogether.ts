import type { SeveralResult } from '../core/analyses/severalResults';
import { isRepeatable, type Run } from '../core/run';
import { FileFault } from './regularFile';
import type { RunStore } from './store';

/** In a report, of each analysis. */
const MOST_IN_REPORT = 4;

/**
 * The newest results of analyses of several runs that lie beside these, those whose parameters are as they were: some
 * landscapes, then some paths. What cannot be read is left out.
 */
export async function measuredTogether(
  store: Pick<RunStore, 'analysesOf' | 'severalOf'>,
  runs: readonly Run[],
): Promise<SeveralResult[]> {
  const found: SeveralResult[] = [];
  for (const { manifest } of runs.filter(isRepeatable)) {
    const { several } = await store
      .analysesOf(manifest.id, new AbortController().signal)
      .catch(ifFault({ several: [] }));
    for (const { name, isStale } of several) {
      const result = isStale ? undefined : await store.severalOf(manifest.id, name).catch(ifFault(undefined));
      if (result) found.push(result);
    }
  }
  return (['landscape', 'path'] as const).flatMap((analysis) =>
    found.filter((result) => result.analysis === analysis).slice(0, MOST_IN_REPORT),
  );
}

const ifFault =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof FileFault) return instead;
    throw error;
  };
