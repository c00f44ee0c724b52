import type { EventOf } from '../../src/core/events';

/** A test example that was right and is wrong. */
export interface ForgottenSample {
  /** Place in the test set, from 0. */
  readonly index: number;
  readonly task: number;
  readonly label: number;
  /** What it was taken for when it turned. */
  readonly takenTask: number;
  readonly takenLabel: number;
  /** The task in which it turned wrong. */
  readonly since: number;
}

export interface Forgotten {
  /** Those that the log lists: of each kind (when it turned, what it is, what it was taken for) one after the other. */
  readonly samples: readonly ForgottenSample[];
  /** How many turned wrong in all, and how many right again, listed or not. */
  readonly lost: number;
  readonly regained: number;
}

/**
 * What was forgotten up to a task. An example that turned more than once is shown as it turned last. Which of them turned
 * right again, and did not turn wrong once more, a log does not say, only how many.
 */
export function forgottenUpTo(events: readonly EventOf<'forgotten'>[], task: number): Forgotten {
  const until = events.filter((event) => event.task <= task);
  const found = new Map<string, ForgottenSample>();
  for (const { task: since, list } of until) {
    list?.index.forEach((index, i) => {
      const of = (column: readonly number[]) => column[i] ?? 0;
      const sample = {
        index,
        task: of(list.task),
        label: of(list.label),
        takenTask: of(list.takenTask),
        takenLabel: of(list.takenLabel),
        since,
      };
      found.set(`${sample.task} ${index}`, sample);
    });
  }
  const samples = mixed([...found.values()].sort((a, b) => b.since - a.since || a.task - b.task || a.index - b.index));
  return {
    samples,
    lost: totalOf(until.map(({ lost }) => lost)),
    regained: totalOf(until.map(({ regained }) => regained)),
  };
}

/** The first of each kind, then the second of each, and so on: so that a few say what there is. */
function mixed(samples: readonly ForgottenSample[]): ForgottenSample[] {
  const counts = new Map<string, number>();
  const placed = samples.map((sample) => {
    const kind = [sample.since, sample.task, sample.label, sample.takenTask, sample.takenLabel].join(' ');
    const place = counts.get(kind) ?? 0;
    counts.set(kind, place + 1);
    return { sample, place };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ sample }) => sample);
}

const totalOf = (lists: readonly (readonly number[])[]): number => lists.flat().reduce((sum, count) => sum + count, 0);

/** A cell of a matrix: examples of a task, or of a class, that are taken for another one, or for any. */
export interface TakenCell {
  readonly by: 'task' | 'class';
  readonly of: number;
  readonly taken?: number;
}

/** Whether a sample was taken for what the cell says when it turned. */
export const isTakenAs = (cell: TakenCell, { takenTask, takenLabel }: ForgottenSample): boolean =>
  (cell.by === 'task' ? takenTask : takenLabel) === cell.taken;

/** Those of a task or class, first those that were taken for another when they turned. All where none is asked for. */
export function samplesOf(
  samples: readonly ForgottenSample[],
  cell: TakenCell | undefined,
): readonly ForgottenSample[] {
  if (!cell) return samples;
  const own = samples.filter(({ task, label }) => (cell.by === 'task' ? task : label) === cell.of);
  const isTaken = (sample: ForgottenSample) => isTakenAs(cell, sample);
  return [...own.filter(isTaken), ...own.filter((sample) => !isTaken(sample))];
}
