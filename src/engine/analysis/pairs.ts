import type { AnalysisRow } from '../../core/analyses/result';
import { RowFunctions } from '../steps/rowFunctions';
import type { Report } from './analysis';
import type { FinishedRun, KeptParameters } from './finishedRun';

/** What one row is measured on. */
export interface Pair {
  readonly kept: KeptParameters;
  /** The task that is looked at, of those learned so far. */
  readonly of: number;
  readonly rowFunctions: RowFunctions;
  /** Reports how far this pair is. Throws `Stopped` when asked to stop. */
  readonly told: (done: number, most: number) => Promise<void>;
}

/**
 * Of each task learned so far, at all parameters that were kept, one row of numbers; one that is not finite is null.
 *
 * @param from the first task after the one that is looked at: 0 is that task itself
 */
export async function rowsOfPairs(
  run: FinishedRun,
  report: Report,
  measured: (pair: Pair) => Promise<Readonly<Record<string, number>>>,
  from = 0,
): Promise<readonly AnalysisRow[]> {
  const rowFunctions = new RowFunctions(run.stream, run.backend.name === 'native', report.warning);
  const pairs = run.kept.flatMap((kept) =>
    Array.from({ length: Math.max(0, kept.task + 1 - from) }, (_, of) => ({ kept, of })),
  );
  const rows: AnalysisRow[] = [];
  try {
    for (const [i, { kept, of }] of pairs.entries()) {
      const what = `after task ${kept.task + 1}, of task ${of + 1}`;
      const told = (done: number, most: number) =>
        report.progress(Math.min(1, (i + Math.min(1, done / most)) / pairs.length), what);
      await told(0, 1);
      const found = Object.entries(await measured({ kept, of, rowFunctions, told }));
      const values = Object.fromEntries(found.map(([name, one]) => [name, Number.isFinite(one) ? one : null] as const));
      rows.push({ after: kept.task, of, values });
    }
  } finally {
    rowFunctions.dispose();
  }
  return rows;
}
