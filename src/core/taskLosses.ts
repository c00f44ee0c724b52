/** What is left of each task: the terms of forgetting one by one, for charts that show which task is lost. */
import { entriesOf, type AccuracyKind } from './measured';
import type { Run } from './run';
import type { MatrixRow } from './runModel';
import { mean } from './mean';

/** Means over seeds; fractions. */
export interface TaskLoss {
  readonly task: number;
  /** The best accuracy on it in rows before the last; of the newest task, that of the last row. */
  readonly peak: number;
  /** In the last row. */
  readonly now: number;
}

/**
 * For each task that the last row measures and that was learned by then, over the runs that are furthest.
 *
 * Forgetting is the mean of peak − now over all but the newest task (Chaudhry et al. 2018).
 *
 * @param isJoint all tasks are trained at once: each counts, and has nothing to lose
 */
export function taskLosses(runs: readonly Run[], kind: AccuracyKind, isJoint = false): TaskLoss[] {
  const most = runs.reduce((rows, { state }) => Math.max(rows, state.rows.length), 0);
  const perRun = runs
    .filter(({ state }) => state.rows.length === most && most > 0)
    .map(({ state }) => lossesOf(state.rows, kind, isJoint));
  const [first = []] = perRun;
  return first.flatMap(({ task }) => {
    const own = perRun.flatMap((losses) => losses.find((loss) => loss.task === task) ?? []);
    const loss = { task, peak: mean(own.map(({ peak }) => peak)), now: mean(own.map(({ now }) => now)) };
    return Number.isFinite(loss.now) ? [loss] : [];
  });
}

function lossesOf(unordered: readonly MatrixRow[], kind: AccuracyKind, isJoint: boolean): TaskLoss[] {
  const rows = [...unordered].sort((a, b) => a.task - b.task);
  const last = rows.at(-1);
  if (!last) return [];
  const best = new Map<number, number>();
  if (!isJoint)
    for (const row of rows.slice(0, -1))
      for (const [task, value] of entriesOf(row, kind))
        if (value !== null) best.set(task, Math.max(value, best.get(task) ?? 0));
  return entriesOf(last, kind)
    .filter(([task]) => isJoint || task <= last.task)
    .map(([task, value]) => {
      const now = value ?? NaN;
      return { task, peak: task < last.task || isJoint ? (best.get(task) ?? now) : now, now };
    });
}
