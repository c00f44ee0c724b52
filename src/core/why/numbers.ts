/** What explanations are made of: measures of a variant, finished or on its way, as means over its seeds. */
import { measuresSoFar, type ComparisonRow } from '../comparison';
import { answerShares, meanShares, type AnswerCounts, type AnswerShares } from '../measures/ofAnswers';
import type { Run } from '../run';
import { mean } from '../mean';

const names = [
  'accuracy',
  'taskAwareAccuracy',
  'learningAccuracy',
  'forgetting',
  'taskAwareForgetting',
  'taskInference',
  'recencyBias',
  'interference',
  'negativeFlips',
  'positiveFlips',
] as const;
type Name = (typeof names)[number];

/** Fractions, and a cosine; NaN where not known. */
export interface WhyNumbers extends Readonly<Record<Name, number>> {
  /** P(class | task): the mean accuracy by the mean task inference, so that their product is exact here too. */
  readonly classWithinTask: number;
  /** Where all answers go; undefined where tasks are not inferred or the log does not say. */
  readonly shares?: AnswerShares | undefined;
  /** Joint counts are there, of whatever kind. */
  readonly hasCounts: boolean;
  /** Answers are classes. Where they are not, as with the next token of a text, nobody expects nearly all of them to be right. */
  readonly asksClasses: boolean;
  /** Steps that were looked at, of all seeds together: whose cosine with the gradient of old tasks lies beyond ± {@link ASIDE}. */
  readonly steps: { readonly looked: number; readonly against: number; readonly along: number };
  /** Tasks learned, of how many; fewer while no run is done. */
  readonly learned: number;
  readonly tasks: number;
}

/** Cosine of a step and the gradient of old tasks that counts as none. */
const ASIDE = 0.02;

/** A variant: the runs that count of it, and its row of the comparison. */
export interface WhyVariant<R extends Run = Run> {
  readonly runs: readonly R[];
  readonly row: ComparisonRow;
}

/** Of the seeds that are done; while none is, of those under way that have learned most. Undefined before anything is. */
export function whyNumbers({ runs, row }: WhyVariant): WhyNumbers | undefined {
  const done = runs.filter(({ manifest }) => row.perSeed.some(({ seed }) => seed === manifest.seed));
  const tasks = Math.max(0, ...runs.map(({ state }) => state.started?.tasks.length ?? 0));
  if (done.length > 0) {
    const counts = done.map(({ state }) => state.answers);
    // Where first tasks only select, what is known of all together is not that of the others.
    const isOfAll = row.perSeed.every(({ taskInference }) => Number.isFinite(taskInference));
    return numbersOf(row.perSeed, { runs: done, counts, isOfAll, learned: tasks, tasks });
  }
  const learned = Math.max(0, ...runs.map(({ state }) => state.rows.length));
  if (learned === 0) return undefined;
  const furthest = runs.filter(({ state }) => state.rows.length === learned);
  const counts = furthest.map(({ state }) => (state.answers?.task === learned - 1 ? state.answers : undefined));
  return numbersOf(furthest.map(soFar), { runs: furthest, counts, isOfAll: true, learned, tasks });
}

/** What seeds say beside their measures. */
interface Told {
  readonly runs: readonly Run[];
  readonly counts: readonly (AnswerCounts | undefined)[];
  readonly isOfAll: boolean;
  readonly learned: number;
  readonly tasks: number;
}

function numbersOf(
  perSeed: readonly Readonly<Record<Name, number>>[],
  { runs, counts, isOfAll, learned, tasks }: Told,
): WhyNumbers {
  const means = Object.fromEntries(names.map((name) => [name, mean(perSeed.map((seed) => seed[name]))]));
  const all = means as Record<Name, number>;
  const shares = isOfAll ? meanShares(counts.map(answerShares)) : undefined;
  return {
    ...all,
    classWithinTask: all.accuracy / all.taskInference,
    ...(shares && { shares }),
    hasCounts: counts.every((of) => of !== undefined),
    asksClasses: !runs.some(({ state }) => state.started?.tasks.every(({ classes }) => classes.length === 0)),
    steps: stepsOf(runs),
    learned,
    tasks,
  };
}

function stepsOf(runs: readonly Run[]): WhyNumbers['steps'] {
  const cosines = runs.flatMap(({ state }) => state.watched.flatMap(({ cosine }) => cosine ?? []));
  const beyond = (sign: number) => cosines.filter((cosine) => sign * cosine > ASIDE).length;
  return { looked: cosines.length, against: beyond(1), along: beyond(-1) };
}

/** Of runs under way, whose states change: a long one's matrix has hundreds of thousands of entries. */
const known = new WeakMap<object, { readonly rows: number; readonly measures: Readonly<Record<Name, number>> }>();

function soFar(run: Run): Readonly<Record<Name, number>> {
  // The list of rows grows in place.
  const { rows } = run.state;
  const found = known.get(rows);
  if (found?.rows === rows.length) return found.measures;
  const measures = measuresSoFar(run, names);
  known.set(rows, { rows: rows.length, measures });
  return measures;
}
