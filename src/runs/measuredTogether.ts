import { byTime } from '../core/analyses/byTime';
import type { KnownSeveral, SeveralResult } from '../core/analyses/severalResults';
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
  const listed: Listed[] = [];
  for (const { manifest } of runs.filter(isRepeatable)) {
    const { several } = await store
      .analysesOf(manifest.id, new AbortController().signal)
      .catch(ifFault({ several: [] }));
    listed.push(...several.map((known) => ({ run: manifest.id, known })));
  }
  const current = listed.filter(({ known }) => !known.isStale).sort((a, b) => byTime(a.known, b.known));
  const found: SeveralResult[] = [];
  for (const analysis of ['landscape', 'path'] as const) {
    let count = 0;
    for (const { run, known } of current.filter((one) => one.known.analysis === analysis)) {
      if (count === MOST_IN_REPORT) break;
      const result = await store.severalOf(run, known.name).catch(ifFault(undefined));
      if (!result) continue;
      found.push(result);
      count += 1;
    }
  }
  return found;
}

/** A result that lies beside a run. */
interface Listed {
  readonly run: string;
  readonly known: KnownSeveral;
}

const ifFault =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof FileFault) return instead;
    throw error;
  };
