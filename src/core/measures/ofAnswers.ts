/**
 * Measures from single answers: what the test examples of each task were taken for after the last one (event `confusion`),
 * which answers turned from row to row (event `forgotten`), and what single steps do to old tasks (event `interference`).
 *
 * Of task j, n_j examples were tested, r_j answered right, o_j taken for a class of task j itself, and l_j for one of the
 * newest task T − 1; means over tasks weigh each task alike, as the average accuracy does. NaN where a log does not say.
 */
import { mean } from '../mean';

/** Joint counts of one row, summed up: a number for each task that it has tested. */
export interface AnswerCounts {
  /** The task just learned. */
  readonly task: number;
  /** Which tasks these are, ascending; 0, 1, 2, … when left out. */
  readonly tasks?: readonly number[] | undefined;
  readonly examples: readonly number[];
  readonly right: readonly number[];
  /** Only where each task has outputs of its own and all of them compete. */
  readonly ownTask?: readonly number[] | undefined;
  readonly newest?: readonly number[] | undefined;
}

/** Shares of the examples of old tasks whose answer turned wrong, and right, since the row before; mean over tasks. */
export interface Flips {
  readonly task: number;
  readonly lost: number;
  readonly regained: number;
}

/** A step that was looked at. */
export interface WatchedStep {
  readonly task: number;
  readonly step: number;
  readonly cosine: number | null;
  /** Of the step that plain training would take; where the log says it. */
  readonly plain?: number | null | undefined;
}

type Counts = AnswerCounts | undefined;

/** Of the learned tasks the share that a count is of the examples, mean over tasks. */
function meanShare(counts: Counts, of: readonly number[] | undefined, concerns: (task: number) => boolean): number {
  if (!counts || !of) return NaN;
  const shares = counts.examples.flatMap((examples, i) =>
    concerns(counts.tasks?.[i] ?? i) ? [examples > 0 ? (of[i] ?? NaN) / examples : NaN] : [],
  );
  return mean(shares);
}

/**
 * Task inference P(task) = (1/T) Σ_j o_j / n_j: how often an example is taken for a class of its own task, right or wrong.
 * Range 0 to 1. With {@link classWithinTask} it makes up the accuracy: P(task) · P(class | task) = ACC, exactly.
 *
 * Source: the decomposition of class-incremental learning in van de Ven, Tuytelaars & Tolias 2022, and Kim et al. 2022;
 * here in joint counts of the network's own answers.
 */
export function taskInference(counts: Counts): number {
  return meanShare(counts, counts?.ownTask, (task) => task <= (counts?.task ?? -1));
}

/**
 * P(class | task) = Σ_j (r_j / n_j) / Σ_j (o_j / n_j): how often the class is right where the task is. Range 0 to 1. It is
 * not the accuracy when told the task: that counts examples too that are taken for another task otherwise.
 *
 * Source: as {@link taskInference}.
 */
export function classWithinTask(counts: Counts): number {
  return meanShare(counts, counts?.right, (task) => task <= (counts?.task ?? -1)) / taskInference(counts);
}

/**
 * Recency bias: (1/(T−1)) Σ_{j<T−1} l_j / n_j, the share of examples of old tasks that are taken for a class of the newest
 * one. Range 0 to 1.
 *
 * Source: the bias towards new classes of Wu et al. 2019 (BiC) and Hou et al. 2019 (LUCIR), as a share.
 */
export function recencyBias(counts: Counts): number {
  return meanShare(counts, counts?.newest, (task) => task < (counts?.task ?? -1));
}

/** Where the answers of a row went, as shares of the examples that add up to 1. */
export interface AnswerShares {
  readonly right: number;
  /** For another class of the own task. */
  readonly otherClass: number;
  /** Of an old task, for a class of the newest one. */
  readonly newest: number;
  /** For a class of any other task: of an old one for another old one, of the newest for an old one. */
  readonly otherTask: number;
}

/**
 * All answers of a row in four parts, mean over the learned tasks: the accuracy is `right`, task inference is `right` +
 * `otherClass`, and `newest` is (T − 1)/T times the recency bias, exactly. Undefined where tasks are not inferred.
 */
export function answerShares(counts: Counts): AnswerShares | undefined {
  const { ownTask, newest, examples, right, task: learned = -1 } = counts ?? {};
  if (!counts || !ownTask || !newest || !examples || !right) return undefined;
  const isLearned = (task: number) => task <= learned;
  const own = meanShare(counts, ownTask, isLearned);
  const isRight = meanShare(counts, right, isLearned);
  const takenForNewest = newest.map((count, i) => ((counts.tasks?.[i] ?? i) < learned ? count : 0));
  const ofOld = meanShare(counts, takenForNewest, isLearned);
  if (!Number.isFinite(own)) return undefined;
  return { right: isRight, otherClass: own - isRight, newest: ofOld, otherTask: Math.max(0, 1 - own - ofOld) };
}

/** The shares of one row. */
export interface RowShares extends AnswerShares {
  readonly task: number;
  /** Learned tasks that were tested. */
  readonly tested: number;
}

/** Of the counts of a row. */
export function rowShares(counts: AnswerCounts): RowShares | undefined {
  const shares = answerShares(counts);
  const tested = counts.examples.filter((_, i) => (counts.tasks?.[i] ?? i) <= counts.task).length;
  return shares && { ...shares, task: counts.task, tested };
}

/** The recency bias of a row: of its old tasks, what is taken for the newest one. */
export const recencyOf = ({ newest, tested }: RowShares): number =>
  tested > 1 ? (newest * tested) / (tested - 1) : NaN;

/** Of several rows; undefined unless every one of them says. */
export function meanShares(all: readonly (AnswerShares | undefined)[]): AnswerShares | undefined {
  const known = all.filter((shares) => shares !== undefined);
  if (known.length === 0 || known.length < all.length) return undefined;
  const of = (part: keyof AnswerShares) => mean(known.map((shares) => shares[part]));
  return { right: of('right'), otherClass: of('otherClass'), newest: of('newest'), otherTask: of('otherTask') };
}

/**
 * Negative flip rate NFR: the share of examples of old tasks that were right in the row before and are wrong now; the mean
 * over old tasks, then over rows. Range 0 to 1.
 *
 * Source: Yan et al. 2021 (positive-congruent training), there between two models on one test set; in continual learning
 * Renate (awslabs) has it.
 */
export function negativeFlips(rows: readonly Flips[]): number {
  return mean(rows.map(({ lost }) => lost));
}

/** Positive flip rate PFR: wrong in the row before and right now, likewise. Source: as {@link negativeFlips}. */
export function positiveFlips(rows: readonly Flips[]): number {
  return mean(rows.map(({ regained }) => regained));
}

/**
 * Interference: the cosine of a training step with the gradient of the loss on the tasks before, the mean over the steps
 * looked at. Range −1 to 1. Above 0 a step makes old tasks worse to first order, at 0 it is orthogonal to their gradient.
 *
 * Source: gradient interference as in Lopez-Paz & Ranzato 2017 (GEM) and Riemer et al. 2019 (MER), who compare gradients;
 * here it is the step itself, with all that optimiser and method make of it.
 */
export function meanInterference(steps: readonly WatchedStep[]): number {
  return mean(steps.flatMap(({ cosine }) => cosine ?? []));
}

/** The same of the steps that plain training would have taken at these places: as far as the log says it. */
export function meanPlain(steps: readonly WatchedStep[]): number {
  return mean(steps.flatMap(({ plain }) => plain ?? []));
}

/** The joint counts of a row, one by one. */
export interface ConfusionCells extends AnswerCounts {
  readonly cells?: Readonly<Record<'task' | 'takenTask' | 'count', readonly number[]>> | undefined;
  readonly unlisted?: number | undefined;
}

/**
 * Of each task (row) the share of its examples that is taken for a class of each task (column); a row that was not tested
 * is NaN. Undefined where tasks are not inferred, or where not all answers are listed.
 *
 * @param tasks of the stream
 */
export function takenForTasks(
  { tasks: tested, examples, ownTask, cells, unlisted = 0 }: ConfusionCells,
  tasks: number,
): number[][] | undefined {
  if (!ownTask || !cells || unlisted > 0) return undefined;
  const shares = Array.from({ length: tasks }, () => new Array<number>(tasks).fill(NaN));
  const sizes = new Map(examples.map((size, i) => [tested?.[i] ?? i, size]));
  for (const task of sizes.keys()) shares[task]?.fill(0);
  cells.count.forEach((count, i) => {
    const [task = -1, taken = -1] = [cells.task[i], cells.takenTask[i]];
    const row = shares[task];
    const size = sizes.get(task) ?? 0;
    if (row && taken < tasks && size > 0) row[taken] = (row[taken] ?? NaN) + count / size;
  });
  return shares;
}

/** The same counts by classes. */
export interface ClassCells {
  readonly task: number;
  readonly cells?: Readonly<Record<'task' | 'label' | 'takenLabel' | 'count', readonly number[]>> | undefined;
  readonly unlisted?: number | undefined;
}

/** What the examples of classes are taken for, of the tasks learned so far. */
export interface TakenClasses {
  /** Their labels, ascending. */
  readonly classes: readonly number[];
  /** Of each class (row) the share of its examples that is taken for each class (column). */
  readonly shares: readonly (readonly number[])[];
}

/** The same by classes, over all tasks that have a class. Undefined where not all answers are listed. */
export function takenForClasses({ task: learned, cells, unlisted = 0 }: ClassCells): TakenClasses | undefined {
  if (!cells || unlisted > 0) return undefined;
  const counts = new Map<number, Map<number, number>>();
  cells.count.forEach((count, i) => {
    const [task = Infinity, label = -1, taken = -1] = [cells.task[i], cells.label[i], cells.takenLabel[i]];
    if (task > learned) return;
    const row = counts.get(label) ?? new Map<number, number>();
    counts.set(label, row.set(taken, (row.get(taken) ?? 0) + count));
  });
  const classes = [...counts.keys()].sort((a, b) => a - b);
  const shares = classes.map((label) => {
    const row = counts.get(label) ?? new Map<number, number>();
    const size = [...row.values()].reduce((sum, count) => sum + count, 0);
    return classes.map((taken) => (row.get(taken) ?? 0) / size);
  });
  return { classes, shares };
}
