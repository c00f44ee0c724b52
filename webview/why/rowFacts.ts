/** What a variant's runs say task after task: what the pictures of one variant are drawn from. */
import type { EventOf } from '../../src/core/events';
import { valueOn, type AccuracyKind } from '../../src/core/measured';
import {
  answerShares,
  meanShares,
  recencyOf,
  takenForClasses,
  takenForTasks,
  type AnswerShares,
  type TakenClasses,
} from '../../src/core/measures/ofAnswers';
import type { MatrixRow } from '../../src/core/runModel';
import { mean } from '../../src/core/mean';
import type { LiveRun } from '../liveRuns';
import { rightOrWrong, shareParts, type Part } from '../../src/core/why/bars';

/** A run with what it said of its answers, as far as it is here. */
export interface AnsweredRun {
  readonly run: LiveRun;
  readonly confusions: readonly EventOf<'confusion'>[];
  readonly forgotten: readonly EventOf<'forgotten'>[];
}

/** After one task, means over the runs that have come so far. NaN where they do not say. */
export interface RowFacts {
  readonly task: number;
  readonly accuracy: number;
  readonly told: number;
  readonly inferred: number;
  readonly recency: number;
  /** Where all answers went. */
  readonly shares?: AnswerShares | undefined;
  /** Of the steps of this task that were looked at, with the old tasks. */
  readonly cosine: number;
  /** Shares of old images that turned since the row before. */
  readonly lost: number;
  readonly regained: number;
}

/** What the answers after one task were, task by task. */
export interface RowAnswers {
  /** Of each task tested, where its images went. */
  readonly byTask: readonly { readonly task: number; readonly parts: readonly Part[] }[];
  /** Of each task (row) what share is taken for each task (column), NaN where it was not tested. */
  readonly taken?: readonly (readonly number[])[] | undefined;
  /** The same by classes. */
  readonly takenClasses?: TakenClasses | undefined;
}

/** A row for each task that some run has learned. */
export function rowFactsOf(runs: readonly LiveRun[]): RowFacts[] {
  const tasks = [...new Set(runs.flatMap(({ state }) => state.rows.map(({ task }) => task)))];
  return tasks.sort((a, b) => a - b).map((task) => rowFacts(runs, task));
}

const after = <T extends { readonly task: number }>(list: readonly T[], task: number): readonly T[] =>
  list.filter((item) => item.task === task);

function rowFacts(runs: readonly LiveRun[], task: number): RowFacts {
  const rows = runs.flatMap(({ state }) => after(state.rows, task));
  const answered = runs.flatMap(({ state }) => after(state.answered, task));
  const shares = meanShares(answered);
  const flips = runs.flatMap(({ state }) => after(state.flips, task));
  const steps = runs.flatMap(({ state }) => after(state.watched, task));
  return {
    task,
    accuracy: mean(rows.map((row) => meansOf(row).accuracy)),
    told: mean(rows.map((row) => meansOf(row).taskAware)),
    inferred: shares ? shares.right + shares.otherClass : NaN,
    recency: mean(answered.map(recencyOf)),
    shares,
    cosine: mean(steps.flatMap(({ cosine }) => cosine ?? [])),
    lost: mean(flips.map(({ lost }) => lost)),
    regained: mean(flips.map(({ regained }) => regained)),
  };
}

/** Those of one row. */
export function rowAnswersOf(runs: readonly AnsweredRun[], task: number): RowAnswers {
  const rows = runs.flatMap(({ run }) => after(run.state.rows, task));
  const counts = runs.flatMap(({ confusions }) => after(confusions, task));
  return {
    byTask: learnedTasks(rows, task).map((own) => ({ task: own, parts: partsOf(runs, counts, task, own) })),
    taken: takenOf(runs, counts),
    takenClasses: takenClassesOf(counts),
  };
}

/** Rows do not change: of long ones the means are worked out once. */
const knownMeans = new WeakMap<MatrixRow, Readonly<Record<AccuracyKind, number>>>();

function meansOf(row: MatrixRow): Readonly<Record<AccuracyKind, number>> {
  const tasks = () => learnedTasks([row], row.task);
  const of = (kind: AccuracyKind) => mean(tasks().map((task) => valueOn(row, kind, task) ?? NaN));
  const means = knownMeans.get(row) ?? { accuracy: of('accuracy'), taskAware: of('taskAware') };
  knownMeans.set(row, means);
  return means;
}

/** Those up to this one that some row has measured. */
const learnedTasks = (rows: readonly MatrixRow[], learned: number): number[] => {
  const all = Array.from({ length: learned + 1 }, (_, task) => task);
  return all.filter((task) => rows.some((row) => valueOn(row, 'accuracy', task) !== undefined));
};

/** Of one task, after another: from joint counts where there are some, else right now and right after it was learned. */
function partsOf(
  runs: readonly AnsweredRun[],
  counts: readonly EventOf<'confusion'>[],
  learned: number,
  own: number,
): readonly Part[] {
  const shares = meanShares(counts.map((event) => answerShares(onlyOf(event, own))));
  if (shares) return shareParts(shares);
  const on = (row: number) =>
    mean(runs.flatMap(({ run }) => after(run.state.rows, row).map((measured) => anyValueOn(measured, own) ?? NaN)));
  return ofLearned(on(learned), on(own));
}

/** The scenario's own accuracy, or where it is not defined that when told the task. */
const anyValueOn = (row: MatrixRow, task: number) => valueOn(row, 'accuracy', task) ?? valueOn(row, 'taskAware', task);

function ofLearned(now: number, first: number): Part[] {
  if (!Number.isFinite(first)) return rightOrWrong(now);
  const lost = Math.max(0, first - now);
  return [
    { kind: 'right', share: now },
    { kind: 'lost', share: lost },
    { kind: 'unlearned', share: 1 - now - lost },
  ];
}

/** The counts of one task alone. */
function onlyOf(event: EventOf<'confusion'>, own: number) {
  const at = event.tasks ? event.tasks.indexOf(own) : own;
  const one = (list: readonly number[]) => list.slice(at, at + 1);
  const { ownTask, newest } = event;
  return {
    ...{ task: event.task, tasks: [own], examples: one(event.examples), right: one(event.right) },
    ...(ownTask && { ownTask: one(ownTask) }),
    ...(newest && { newest: one(newest) }),
  };
}

function takenOf(runs: readonly AnsweredRun[], counts: readonly EventOf<'confusion'>[]) {
  const tasks = Math.max(0, ...runs.map(({ run }) => run.state.started?.tasks.length ?? 0));
  const all = counts.flatMap((event) => {
    const taken = takenForTasks(event, tasks);
    return taken ? [taken] : [];
  });
  if (all.length === 0) return undefined;
  const indices = Array.from({ length: tasks }, (_, task) => task);
  return indices.map((row) => indices.map((column) => mean(all.map((taken) => taken[row]?.[column] ?? NaN))));
}

/** Of the classes that some run has learned, the mean over those that have learned both. */
function takenClassesOf(counts: readonly EventOf<'confusion'>[]): TakenClasses | undefined {
  const all = counts.flatMap((event) => takenForClasses(event) ?? []);
  if (all.length === 0) return undefined;
  const classes = [...new Set(all.flatMap((one) => one.classes))].sort((a, b) => a - b);
  const shareIn = ({ classes: own, shares }: TakenClasses, label: number, taken: number) =>
    shares[own.indexOf(label)]?.[own.indexOf(taken)] ?? [];
  const shares = classes.map((label) => classes.map((taken) => mean(all.flatMap((one) => shareIn(one, label, taken)))));
  return { classes, shares };
}
