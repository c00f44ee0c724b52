/** Why a number is what it is: one sentence for each variant, from what was measured. docs/why.md explains the rules. */
import { formatPercent } from '../format';
import { formatValue } from '../measureFormat';
import type { Scenario } from '../methods/card';
import type { AnswerShares } from '../measures/ofAnswers';
import type { Capacity } from './capacity';
import { whyNumbers, type WhyNumbers, type WhyVariant } from './numbers';
import { say as sayAlike, type Say, type WhyKey, type WhyValues } from './texts';

/** Where the rules change over; fractions. */
const thresholds = {
  /** Told the task a method is about as good as not: telling tasks apart costs it less than this. */
  close: 0.05,
  /** So many old images taken for the newest task, and its outputs drown out the others; */
  drowned: 0.8,
  /** so many, and it is the cause all the same. */
  mostlyNewest: 0.5,
  /** What is forgotten, or not learned, in passing; below it is not worth a word. */
  little: 0.05,
  /** Forgotten even when told the task: worth a word beside another cause. */
  toldForgets: 0.1,
  /** Not learned in the first place: worth being the cause. */
  unlearned: 0.15,
  /** Nothing is forgotten: rounding of a few images. */
  nothing: 0.005,
} as const;

/** How a variant is tested, as far as its runs say so. */
type Answers =
  /** The task is told: by the scenario, or because the method cannot answer otherwise. */
  | 'told'
  | 'told only'
  /** Tasks have the same outputs. */
  | 'shared'
  /** Each task has outputs of its own and all compete. */
  | 'competing'
  /** Nobody says. */
  | 'unknown';

export interface Why {
  /** One sentence, with its end. */
  readonly text: string;
  /** A few words of it, for a line that says the result already; undefined where they would add nothing. */
  readonly short?: string | undefined;
  /** Further sentences from what was measured. */
  readonly more: readonly string[];
  /** What the log lacks that would have said more. */
  readonly missing: readonly string[];
  readonly answers: Answers;
  readonly numbers: WhyNumbers;
}

/** What there is to know beside rows and runs. */
export interface WhyContext {
  readonly scenario?: Scenario | undefined;
  /** Ids of its methods. */
  readonly methods?: readonly string[] | undefined;
}

/** Undefined before a task is learned and measured. */
export function whyOf(variant: WhyVariant, context: WhyContext = {}, say: Say = sayAlike): Why | undefined {
  const numbers = whyNumbers(variant);
  if (!numbers) return undefined;
  const answers = answersOf(variant, numbers, context.scenario);
  const subject: Subject = { bound: boundOf(variant, context), answers, numbers, say, values: valuesOf(numbers) };
  const { key, short, values } = causeOf(subject);
  const isBound = subject.bound !== undefined;
  // Rows of joint training are stretches of it, not tasks.
  if (subject.bound === 'joint' && numbers.learned < numbers.tasks) return undefined;
  const said = say(key, { ...subject.values, ...values });
  const { learned, tasks } = numbers;
  const text = learned < tasks ? say('whySoFarOf', { task: String(learned), tasks: String(tasks), text: said }) : said;
  return {
    text,
    ...(short && { short: say(short, subject.values) }),
    more: isBound ? boundMore(subject) : moreOf(subject, capacityIn(variant)),
    missing: isBound || learned === 1 ? [] : missingOf(subject),
    answers,
    numbers,
  };
}

interface Subject {
  readonly bound: Bound | undefined;
  readonly answers: Answers;
  readonly numbers: WhyNumbers;
  readonly say: Say;
  readonly values: WhyValues;
}

type Bound = 'joint' | 'cumulative' | 'separate';
const bounds: readonly string[] = ['joint', 'cumulative', 'separate'] satisfies Bound[];

/** Which of the methods with nothing to forget it is. */
function boundOf({ row }: WhyVariant, { methods = [] }: WhyContext): Bound | undefined {
  const [id] = methods.length === 1 ? methods : [row.family?.key ?? row.key];
  return bounds.find((bound): bound is Bound => bound === id);
}

function answersOf({ row }: WhyVariant, numbers: WhyNumbers, scenario: Scenario | undefined): Answers {
  if (row.taskAwareOnly !== undefined || !Number.isFinite(numbers.accuracy)) return 'told only';
  if (Number.isFinite(numbers.taskInference)) return 'competing';
  if (scenario === 'task') return 'told';
  if (scenario === 'domain') return 'shared';
  // Counts that do not say which task an answer is for are of tasks that share outputs.
  if (scenario === 'class') return numbers.hasCounts ? 'shared' : 'competing';
  return Math.abs(numbers.taskAwareAccuracy - numbers.accuracy) > 1e-9 ? 'competing' : 'unknown';
}

const percent = (fraction: number): string => formatPercent(fraction, 0);
/** A small share with a digit: "0.4 %". */
const fine = (fraction: number): string => formatPercent(fraction, Math.abs(fraction) < 0.0995 ? 1 : 0);

function valuesOf(numbers: WhyNumbers): WhyValues {
  const { accuracy, taskAwareAccuracy: told, shares, steps } = numbers;
  return {
    accuracy: percent(accuracy),
    told: percent(told),
    cost: percent(told - accuracy),
    learned: percent(numbers.learningAccuracy),
    inferred: percent(numbers.taskInference),
    within: percent(numbers.classWithinTask),
    recency: percent(numbers.recencyBias),
    forgotten: fine(numbers.taskAwareForgetting),
    cosine: formatValue('interference', numbers.interference),
    looked: String(steps.looked),
    against: String(steps.against),
    along: String(steps.along),
    lost: fine(numbers.negativeFlips),
    regained: fine(numbers.positiveFlips),
    ...(shares && hundredOf(shares)),
  };
}

const parts = ['right', 'otherClass', 'newest', 'otherTask'] as const satisfies readonly (keyof AnswerShares)[];

/** Whole numbers that add up to 100: those with the largest remainders are rounded up. */
function hundredOf(shares: AnswerShares): Record<keyof AnswerShares, string> {
  const floors = parts.map((part) => ({ part, whole: Math.floor(100 * shares[part]) }));
  const short = 100 - floors.reduce((sum, { whole }) => sum + whole, 0);
  const remainder = ({ part, whole }: (typeof floors)[number]) => 100 * shares[part] - whole;
  const byRemainder = [...floors].sort((a, b) => remainder(b) - remainder(a));
  const up = new Set(byRemainder.slice(0, short).map(({ part }) => part));
  const said = floors.map(({ part, whole }) => [part, String(whole + (up.has(part) ? 1 : 0))] as const);
  return Object.fromEntries(said) as Record<keyof AnswerShares, string>;
}

const boundKeys: Readonly<Record<Bound, WhyKey>> = {
  joint: 'whyJoint',
  cumulative: 'whyCumulative',
  separate: 'whySeparate',
};

interface Cause {
  readonly key: WhyKey;
  readonly short?: WhyKey | undefined;
  readonly values?: WhyValues;
}

function causeOf(subject: Subject): Cause {
  const { bound, answers, numbers, say, values } = subject;
  const { taskAwareForgetting } = numbers;
  if (bound) return { key: boundKeys[bound] };
  if (answers === 'told only') {
    const kept = !(taskAwareForgetting > thresholds.nothing) ? 'whyNothingForgotten' : 'whySomeForgotten';
    return { key: 'whyToldOnly', values: { kept: say(kept, values) } };
  }
  if (numbers.learned === 1) return { key: 'whyOneTask' };
  // Other programs need not say what is right when the task is told.
  const isTold = Number.isFinite(numbers.taskAwareAccuracy);
  return answers === 'competing' && isTold ? competing(subject) : shared(subject);
}

/** All outputs compete: told the task, not told, and what lies between. */
function competing({ numbers, say, values }: Subject): Cause {
  const { accuracy, taskAwareAccuracy: told, taskAwareForgetting } = numbers;
  const cause = competingCause(numbers);
  const isClose = told - accuracy < thresholds.close && accuracy >= 1 - 2 * thresholds.close;
  if (isClose && Number.isFinite(numbers.taskInference)) return { key: 'whyClose', short: 'whyShortTold' };
  const forgets = taskAwareForgetting >= thresholds.toldForgets;
  return {
    key: forgets ? 'whyToldOrNotAndForgets' : 'whyToldOrNot',
    short: shortOf[cause] ?? 'whyShortTold',
    values: { cause: say(cause, values) },
  };
}

const shortOf: Partial<Record<WhyKey, WhyKey>> = {
  whyNewestWins: 'whyShortTold',
  whyNewestMost: 'whyShortTold',
  whyNewestOften: 'whyShortNewest',
  whyTasksMixed: 'whyShortMixed',
  whyClassesMixed: 'whyShortClasses',
  whyHardlyLearned: 'whyShortLearned',
  whyNewestShared: 'whyShortForgot',
  whyLayersShared: 'whyShortForgot',
  whyOverwritten: 'whyShortForgot',
  whyLearnsLittle: 'whyShortLearned',
};

/** The largest part of what is wrong; before it, that tasks are not learned in the first place. */
function competingCause({ shares, recencyBias, accuracy, learningAccuracy }: WhyNumbers): WhyKey {
  const [unlearned, forgotten] = [1 - learningAccuracy, learningAccuracy - accuracy];
  if (unlearned >= thresholds.unlearned && unlearned > forgotten) return 'whyHardlyLearned';
  if (!shares) return 'whyNotSaid';
  const { otherClass, newest, otherTask } = shares;
  if (recencyBias >= thresholds.drowned) return 'whyNewestWins';
  if (recencyBias >= thresholds.mostlyNewest) return 'whyNewestMost';
  if (otherClass >= newest + otherTask) return 'whyClassesMixed';
  return newest >= otherTask ? 'whyNewestOften' : 'whyTasksMixed';
}

/** Told the task, or with the same outputs for all tasks: what was learned, and what of it is left. */
function shared({ answers, numbers, say }: Subject): Cause {
  const cause = sharedCause(answers, numbers);
  return { key: 'whyShared', short: shortOf[cause], values: { cause: say(cause) } };
}

function sharedCause(answers: Answers, { accuracy, learningAccuracy, asksClasses }: WhyNumbers): WhyKey {
  const [unlearned, forgotten] = [1 - learningAccuracy, learningAccuracy - accuracy];
  if (forgotten < -thresholds.little) return 'whyGained';
  if (asksClasses && unlearned >= thresholds.unlearned && unlearned > forgotten) return 'whyLearnsLittle';
  if (forgotten < thresholds.little) return 'whyLittleForgotten';
  if (answers === 'told') return 'whyLayersShared';
  return answers === 'shared' ? 'whyNewestShared' : 'whyOverwritten';
}

/** A bound has nothing to forget; which tasks are mistaken is worth saying all the same. */
const boundMore = ({ numbers, say, values }: Subject): string[] =>
  numbers.shares ? [say('whyExactly', values), say('whyPartsOf', values)] : [];

function moreOf({ answers, numbers, say, values }: Subject, capacity: Capacity | undefined): string[] {
  if (numbers.learned === 1) return [];
  const { interference, shares, negativeFlips } = numbers;
  return [
    ...(shares ? [say('whyExactly', values), say('whyPartsOf', values)] : []),
    ...(answers === 'competing' && Number.isFinite(numbers.taskAwareForgetting) ? [say('whyTold', values)] : []),
    ...(answers === 'competing' ? [say('whyLearned', values)] : []),
    ...(Number.isFinite(interference) ? [say('whySteps', values)] : []),
    ...(Number.isFinite(negativeFlips) ? [say('whyFlips', values)] : []),
    ...(capacity && numbers.learned === numbers.tasks
      ? [say(capacity.free > 0 ? 'whyFree' : 'whyFull', capacityValues(capacity))]
      : []),
  ];
}

/** The same for all seeds but for what rounding leaves. */
const capacityIn = ({ runs }: WhyVariant): Capacity | undefined =>
  runs.find(({ state }) => state.capacity !== undefined)?.state.capacity;

const capacityValues = ({ free, unit }: Capacity): WhyValues => ({ free: fine(free), unit });

function missingOf({ answers, numbers, say }: Subject): string[] {
  return [
    ...(answers !== 'told only' && numbers.asksClasses && !numbers.hasCounts ? [say('whyLacksCounts')] : []),
    ...(Number.isFinite(numbers.negativeFlips) ? [] : [say('whyLacksFlips')]),
    ...(Number.isFinite(numbers.interference) ? [] : [say('whyLacksSteps')]),
  ];
}
