import type { EventOf } from '../../src/core/events';

/** What an example is taken for. */
export interface Taken {
  readonly task: number;
  readonly label: number;
}

/** A test example that was right and is wrong. */
export interface ForgottenSample {
  /** Place in the test set, from 0. */
  readonly index: number;
  readonly task: number;
  readonly label: number;
  /** What it was taken for when it turned. */
  readonly first: Taken;
  /** And by the task that one looks after; as when it turned where the log does not follow it. */
  readonly now: Taken;
  /** The task in which it turned wrong. */
  readonly since: number;
}

export interface Forgotten {
  /** Those that the log lists: of each kind (when it turned, what it is, what it is taken for) one after the other. */
  readonly samples: readonly ForgottenSample[];
  /** How many turned wrong in all, and how many right again, listed or not. */
  readonly lost: number;
  readonly regained: number;
  /** Of those that the log listed, how many are right again; undefined where it does not say what became of them. */
  readonly rightAgain: number | undefined;
}

/**
 * What was forgotten up to a task. An example that turned more than once is shown as it turned last; one that is right again
 * is not, where the log follows what it lists (as Lethe's does).
 */
export function forgottenUpTo(events: readonly EventOf<'forgotten'>[], task: number): Forgotten {
  const until = events.filter((event) => event.task <= task);
  const found = new Map<string, ForgottenSample>();
  for (const { task: since, list, now } of until) {
    now?.index.forEach((index, i) => {
      const known = found.get(nameOf(now.task[i], index));
      if (known) found.set(nameOf(known.task, index), { ...known, now: takenAt(now, i) });
    });
    list?.index.forEach((index, i) => {
      const [task = 0, label = 0] = [list.task[i], list.label[i]];
      const taken = takenAt(list, i);
      found.set(nameOf(task, index), { index, task, label, first: taken, now: taken, since });
    });
  }
  const wrong = [...found.values()].filter(({ task, label, now }) => now.task !== task || now.label !== label);
  const samples = mixed(wrong.sort((a, b) => b.since - a.since || a.task - b.task || a.index - b.index));
  return {
    samples,
    lost: totalOf(until.map(({ lost }) => lost)),
    regained: totalOf(until.map(({ regained }) => regained)),
    rightAgain: until.every(({ now }) => now) ? found.size - wrong.length : undefined,
  };
}

const nameOf = (task: number | undefined, index: number): string => `${task} ${index}`;

const takenAt = (
  { takenTask, takenLabel }: { takenTask: readonly number[]; takenLabel: readonly number[] },
  i: number,
) => ({
  task: takenTask[i] ?? 0,
  label: takenLabel[i] ?? 0,
});

/** The first of each kind, then the second of each, and so on: so that a few say what there is. */
function mixed(samples: readonly ForgottenSample[]): ForgottenSample[] {
  const counts = new Map<string, number>();
  const placed = samples.map((sample) => {
    const kind = [sample.since, sample.task, sample.label, sample.now.task, sample.now.label].join(' ');
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

/** Whether a sample is taken for what the cell says. */
export const isTakenAs = (cell: TakenCell, { now }: ForgottenSample): boolean =>
  (cell.by === 'task' ? now.task : now.label) === cell.taken;

/** Those of a task or class, first those that are taken for another. All where none is asked for. */
export function samplesOf(
  samples: readonly ForgottenSample[],
  cell: TakenCell | undefined,
): readonly ForgottenSample[] {
  if (!cell) return samples;
  const own = samples.filter(({ task, label }) => (cell.by === 'task' ? task : label) === cell.of);
  const isTaken = (sample: ForgottenSample) => isTakenAs(cell, sample);
  return [...own.filter(isTaken), ...own.filter((sample) => !isTaken(sample))];
}
