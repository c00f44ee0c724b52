import { MOST_CELLS, MOST_FORGOTTEN, MOST_TURNED } from '../core/events';
import type { StoredValues } from './contract/memory';
import type { Stream } from './contract/stream';
import { countedAmong, evenlySpread, rightOnes, testedOf, type TaskAnswers } from './evaluation';

export interface RowAnswersInput {
  readonly stream: Stream;
  /** Only the task-aware accuracy is defined. */
  readonly taskAwareOnly: boolean;
  /** Test examples of a task; all when undefined. */
  readonly samples: number | undefined;
}

/** Columns of equal length, as events have them. */
export type Columns<Name extends string> = Readonly<Record<Name, number[]>>;

/** How often examples of a class of a task were taken for a class of a task. */
export type Cells = Columns<'task' | 'label' | 'takenTask' | 'takenLabel' | 'count'>;

/** The joint counts of a row, a number for each task that was tested. */
export interface Confusion {
  readonly among: 'all' | 'task';
  readonly examples: number[];
  readonly right: number[];
  /** Taken for a class of their own task, and of the newest one: where each task has outputs of its own and all compete. */
  readonly ownTask?: number[];
  readonly newest?: number[];
  readonly cells: Cells;
  /** Answers that no cell counts. */
  readonly unlisted: number;
}

/** Of the tasks learned before: what is wrong now and was right in the row before, and the other way round. */
export interface Forgotten {
  readonly tasks: number[];
  readonly examples: number[];
  readonly lost: number[];
  readonly regained: number[];
  /** Some of those lost, spread evenly over them. */
  readonly list: Columns<'index' | 'task' | 'label' | 'takenTask' | 'takenLabel'>;
  /** Of those that earlier rows listed, the ones whose answer is another than was said last. */
  readonly now: Columns<'index' | 'task' | 'takenTask' | 'takenLabel'>;
}

/** An example that was listed as forgotten: its place in the test of its task, and the output that was said last. */
interface Followed {
  readonly task: number;
  readonly i: number;
  readonly unit: number;
}

/** Listed examples that are followed; of more, those that were listed last. */
const MOST_FOLLOWED = 4 * MOST_TURNED;

/** Their name in a checkpoint: no task is called so. */
const FOLLOWED = 'followed';

/** Where an answer belongs. */
interface Taken {
  readonly task: number;
  readonly label: number;
}

/** What rows of the accuracy matrix say of single answers, and which were right in the row before. */
export class RowAnswers {
  /** Of each task that the last row has tested which examples were right, in the order of its test. */
  private before = new Map<number, Uint8Array>();
  /** In the order in which they were listed. */
  private followed = new Map<string, Followed>();
  private readonly counted: 'all' | 'head';
  /** Each task has outputs of its own, and all of them compete. */
  private readonly infersTask: boolean;

  constructor(private readonly input: RowAnswersInput) {
    const { stream, taskAwareOnly } = input;
    this.counted = countedAmong(stream, taskAwareOnly);
    const units = stream.heads.flat();
    this.infersTask = this.counted === 'all' && new Set(units).size === units.length;
  }

  /** @param newest the task just learned */
  confusion(newest: number, answers: readonly TaskAnswers[]): Confusion {
    const { counted, infersTask } = this;
    const { heads } = this.input.stream;
    /** Of each task's examples how many were taken for a class of a task. */
    const takenFor = (taskOf: (one: TaskAnswers) => number) =>
      answers.map((one) => {
        const units = new Set(heads[taskOf(one)]);
        return one.among[counted].reduce((sum, unit) => sum + Number(units.has(unit)), 0);
      });
    return {
      among: counted === 'all' ? 'all' : 'task',
      examples: answers.map(({ indices }) => indices.length),
      right: answers.map((one) => sumOf(rightOnes(one, counted))),
      ...(infersTask && { ownTask: takenFor(({ task }) => task), newest: takenFor(() => newest) }),
      ...this.cellsOf(answers),
    };
  }

  /** Compares with the row before, and is the row before the next. Undefined where there is nothing to compare. */
  forgotten(newest: number, answers: readonly TaskAnswers[]): Forgotten | undefined {
    const { before, counted } = this;
    const now = new Map(answers.map((one) => [one.task, rightOnes(one, counted)]));
    this.before = new Map([...now].filter(([task]) => task <= newest));
    const compared = answers.flatMap((one) => {
      const [was, is] = [before.get(one.task), now.get(one.task)];
      return one.task < newest && was && is ? [{ one, was, is }] : [];
    });
    if (compared.length === 0) return undefined;
    const flips = compared.map(({ was, is }) => Array.from(is, (right, i) => right - (was[i] ?? right)));
    const lost = compared.flatMap(({ one }, k) =>
      (flips[k] ?? []).flatMap((flip, i) => (flip === -1 ? [{ one, i }] : [])),
    );
    const listed = someOf(lost, MOST_FORGOTTEN);
    const rows = listed.map(({ one, i }) => {
      const index = one.indices[i] as number;
      return { index, task: one.task, label: this.labelOf(index), taken: this.takenFor(one, i) };
    });
    const turned = this.turned(compared.map(({ one }) => one));
    for (const { one, i } of listed) this.follow(one, i);
    return {
      tasks: compared.map(({ one }) => one.task),
      examples: compared.map(({ one }) => one.indices.length),
      lost: flips.map((own) => own.filter((flip) => flip === -1).length),
      regained: flips.map((own) => own.filter((flip) => flip === 1).length),
      list: {
        index: rows.map(({ index }) => index),
        task: rows.map(({ task }) => task),
        label: rows.map(({ label }) => label),
        takenTask: rows.map(({ taken }) => taken.task),
        takenLabel: rows.map(({ taken }) => taken.label),
      },
      now: {
        index: turned.map(({ index }) => index),
        task: turned.map(({ task }) => task),
        takenTask: turned.map(({ taken }) => taken.task),
        takenLabel: turned.map(({ taken }) => taken.label),
      },
    };
  }

  /** Of the listed examples those whose answers have changed; what is said of them now is said. */
  private turned(answers: readonly TaskAnswers[]) {
    const byTask = new Map(answers.map((one) => [one.task, one]));
    const changed = [...this.followed.values()].flatMap(({ task, i, unit }) => {
      const one = byTask.get(task);
      return one && this.unitOf(one, i) !== unit ? [{ one, i }] : [];
    });
    return someOf(changed, MOST_TURNED).map(({ one, i }) => {
      this.followed.set(nameOf(one.task, i), { task: one.task, i, unit: this.unitOf(one, i) });
      return { index: one.indices[i] as number, task: one.task, taken: this.takenFor(one, i) };
    });
  }

  private follow(one: TaskAnswers, i: number): void {
    const name = nameOf(one.task, i);
    this.followed.delete(name);
    this.followed.set(name, { task: one.task, i, unit: this.unitOf(one, i) });
    for (const [oldest] of this.followed) {
      if (this.followed.size <= MOST_FOLLOWED) break;
      this.followed.delete(oldest);
    }
  }

  /** What a checkpoint has to hold: by task, a byte for each example; and of each one that is followed three numbers. */
  snapshot(): Readonly<Record<string, StoredValues>> {
    const followed = [...this.followed.values()].flatMap(({ task, i, unit }) => [task, i, unit]);
    return {
      ...Object.fromEntries([...this.before].map(([task, right]) => [String(task), right])),
      ...(followed.length > 0 && { [FOLLOWED]: Int32Array.from(followed) }),
    };
  }

  /** Looks whether a snapshot is of this run, before a task. @throws RangeError */
  requireFit(stored: Readonly<Record<string, StoredValues>>, task: number): void {
    const { stream, samples } = this.input;
    const { [FOLLOWED]: followed, ...before } = stored;
    const fits = Object.entries(before).every(([name, right]) => {
      const of = Number(name);
      const isLearned = String(of) === name && Number.isSafeInteger(of) && of >= 0 && of < task;
      return (
        isLearned &&
        right instanceof Uint8Array &&
        right.length === testedOf(stream, of, samples).length &&
        right.every((one) => one <= 1)
      );
    });
    if (!fits || (followed && !this.isFollowed(followed, task)))
      throw new RangeError('what the checkpoint holds of earlier answers is not of this run');
  }

  restore(stored: Readonly<Record<string, StoredValues>>): void {
    const { [FOLLOWED]: followed, ...before } = stored;
    this.before = new Map(Object.entries(before).map(([task, right]) => [Number(task), Uint8Array.from(right)]));
    this.followed = new Map(threes(followed ?? []).map((one) => [nameOf(one.task, one.i), one]));
  }

  /**
   * Whether these are examples of tasks before one, with outputs that there are. The last row may have tested other tasks:
   * of a long stream it has some of them.
   */
  private isFollowed(followed: StoredValues, before: number): boolean {
    const { stream, samples } = this.input;
    const tested = new Map<number, number>();
    const testedIn = (task: number) => {
      const count = tested.get(task) ?? testedOf(stream, task, samples).length;
      tested.set(task, count);
      return count;
    };
    const isWithin = (value: number, end: number) => value >= 0 && value < end;
    return (
      followed instanceof Int32Array &&
      followed.length % 3 === 0 &&
      threes(followed).every(
        ({ task, i, unit }) => isWithin(task, before) && isWithin(i, testedIn(task)) && isWithin(unit, stream.outputs),
      )
    );
  }

  private labelOf(index: number): number {
    return this.input.stream.dataset.test.labels[index] as number;
  }

  /** A class of the example's own task, where that has the output; else of the first task that has it. */
  private takenFor(answers: TaskAnswers, i: number): Taken {
    return this.ownerOf(answers.task, this.unitOf(answers, i));
  }

  private unitOf(answers: TaskAnswers, i: number): number {
    return answers.among[this.counted][i] as number;
  }

  private ownerOf(task: number, unit: number): Taken {
    const { heads, tasks } = this.input.stream;
    const owner = heads[task]?.includes(unit) ? task : heads.findIndex((head) => head.includes(unit));
    return { task: owner, label: tasks[owner]?.classes[heads[owner]?.indexOf(unit) ?? -1] ?? -1 };
  }

  private cellsOf(answers: readonly TaskAnswers[]): Pick<Confusion, 'cells' | 'unlisted'> {
    const { outputs } = this.input.stream;
    const all = answers.flatMap((one) => {
      const counts = new Map<number, number>();
      one.among[this.counted].forEach((unit, i) => {
        const key = this.labelOf(one.indices[i] as number) * outputs + unit;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      });
      const inOrder = [...counts].sort(([a], [b]) => a - b);
      return inOrder.map(([key, count]) => {
        const taken = this.ownerOf(one.task, key % outputs);
        return { task: one.task, label: Math.floor(key / outputs), taken, count };
      });
    });
    const listed = mostFrequent(all);
    return {
      cells: {
        task: listed.map(({ task }) => task),
        label: listed.map(({ label }) => label),
        takenTask: listed.map(({ taken }) => taken.task),
        takenLabel: listed.map(({ taken }) => taken.label),
        count: listed.map(({ count }) => count),
      },
      unlisted: sumOf(all.map(({ count }) => count)) - sumOf(listed.map(({ count }) => count)),
    };
  }
}

/** As many as an event may list, in their order; where there are more, those that happened most often. */
function mostFrequent<T extends { readonly count: number }>(all: readonly T[]): readonly T[] {
  if (all.length <= MOST_CELLS) return all;
  const kept = new Set([...all].sort((a, b) => b.count - a.count).slice(0, MOST_CELLS));
  return all.filter((one) => kept.has(one));
}

const sumOf = (values: Uint8Array | readonly number[]): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

/** At most so many, spread evenly over all. */
const someOf = <T>(all: readonly T[], most: number): T[] =>
  [...evenlySpread(Int32Array.from(all.keys()), most)].flatMap((place) => all[place] ?? []);

const nameOf = (task: number, i: number): string => `${task} ${i}`;

const threes = (values: ArrayLike<number>): Followed[] =>
  Array.from({ length: Math.floor(values.length / 3) }, (_, k) => {
    const [task = -1, i = -1, unit = -1] = Array.from({ length: 3 }, (_, column) => values[3 * k + column]);
    return { task, i, unit };
  });
