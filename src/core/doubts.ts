/** What makes the results of a run doubtful, told by its log: a producer may leave out, cut short or misspell anything. */
import type { Run } from './run';
import type { MatrixRow } from './runModel';
import { t } from './text';

export type Doubt =
  /** Done, without having said of what. */
  | { readonly kind: 'never started' }
  /** Done, with results after only so many of its tasks. */
  | { readonly kind: 'missing results'; readonly rows: number; readonly tasks: number }
  /** Results of the same task twice, or of a task that there is not. */
  | { readonly kind: 'stray results' }
  /** Results that do not have one accuracy for each task: how many of them. */
  | { readonly kind: 'short results'; readonly rows: number }
  /** Lines of the log that could not be read, and why the first could not. */
  | { readonly kind: 'unreadable lines'; readonly lines: number; readonly first?: string | undefined }
  /** Kinds of events that this version does not know. */
  | { readonly kind: 'unknown events'; readonly types: readonly string[] }
  /** Fields of events that this version does not know: perhaps misspelt. */
  | { readonly kind: 'unknown fields'; readonly fields: readonly string[] };

type Logged = Pick<Run, 'state' | 'status'>;

/** Everything doubtful about a run, what weighs most first. */
export function doubtsOf({ state, status }: Logged): Doubt[] {
  const tasks = state.started?.tasks.length ?? 0;
  const learned = new Set(state.rows.map((row) => row.task).filter((task) => task < tasks));
  const short = state.rows.filter((row) => !hasAllOrNames(row, tasks)).length;
  const done = status === 'done';
  return [
    ...(done && !state.started ? [{ kind: 'never started' } as const] : []),
    ...(done && learned.size < tasks ? [{ kind: 'missing results', rows: learned.size, tasks } as const] : []),
    ...(learned.size < state.rows.length ? [{ kind: 'stray results' } as const] : []),
    ...(short > 0 ? [{ kind: 'short results', rows: short } as const] : []),
    ...(state.malformed > 0
      ? [{ kind: 'unreadable lines', lines: state.malformed, first: state.firstMalformed } as const]
      : []),
    ...(state.unknownTypes.length > 0 ? [{ kind: 'unknown events', types: state.unknownTypes } as const] : []),
    ...(state.unknownFields.length > 0 ? [{ kind: 'unknown fields', fields: state.unknownFields } as const] : []),
  ];
}

/** Whether a row has one accuracy for each task of the stream, or says which of them it has measured. */
const hasAllOrNames = ({ tasks, accuracy, taskAware }: MatrixRow, count: number): boolean =>
  tasks ? tasks.every((task) => task < count) : accuracy.length === count && taskAware.length === count;

/**
 * Whether a run is done with all that its measures are made of: results after each task, once, with the accuracies on
 * all tasks learned until then, or on those that it names, at least one of them learned. Only such a run counts in a
 * comparison.
 */
export function hasWholeResult({ state, status }: Logged): boolean {
  const { rows, started } = state;
  if (status !== 'done' || rows.length !== started?.tasks.length) return false;
  const learned = new Set(rows.map((row) => row.task));
  return learned.size === rows.length && rows.every((row) => row.task < rows.length && hasLearned(row));
}

function hasLearned({ task, tasks, accuracy, taskAware }: MatrixRow): boolean {
  if (tasks) return (tasks[0] ?? Infinity) <= task;
  return accuracy.length > task && taskAware.length > task;
}

const NAMED = 3;

/** What is doubtful about runs, taken in one by one. */
export interface DoubtList {
  readonly add: (run: Run) => void;
  /** One for all that share it: "EWC, seed 1; EWC, seed 2: ended as done with results after 2 of 5 tasks; not counted." */
  readonly sentences: () => string[];
}

export function doubtList(nameOf: (run: Run) => string): DoubtList {
  const names = new Map<string, string[]>();
  return {
    add: (run) => {
      const doubts = doubtsOf(run).map(doubtText);
      if (doubts.length === 0) return;
      const uncounted = run.status === 'done' && !hasWholeResult(run) ? [t('not counted')] : [];
      const what = [...doubts, ...uncounted].join('; ');
      const named = names.get(what) ?? [];
      names.set(what, named);
      named.push(nameOf(run));
    },
    sentences: () =>
      [...names].map(([what, all]) => {
        const some = all.slice(0, NAMED).join('; ');
        return all.length > NAMED
          ? t('{0} and {1} more: {2}.', some, all.length - NAMED, what)
          : t('{0}: {1}.', some, what);
      }),
  };
}

/** The same for a few runs at once, which are named by label and seed. */
export function doubtSentences(runs: readonly Run[]): string[] {
  const list = doubtList(labelAndSeed);
  runs.forEach(list.add);
  return list.sentences();
}

const labelAndSeed = ({ manifest }: Run): string => t('{0}, seed {1}', manifest.variant.label, manifest.seed);

/** The doubt in words that go on after the run's name: "ended as done with results after 2 of 5 tasks". */
export function doubtText(doubt: Doubt): string {
  switch (doubt.kind) {
    case 'never started':
      return t('ended as done without having started');
    case 'missing results':
      return t('ended as done with results after {0} of {1} tasks', doubt.rows, doubt.tasks);
    case 'stray results':
      return t('has results of a task twice, or of a task that there is not');
    case 'short results':
      return doubt.rows === 1
        ? t('has results without one accuracy for each task (after 1 task)')
        : t('has results without one accuracy for each task (after {0} tasks)', doubt.rows);
    case 'unreadable lines':
      return unreadableText(doubt);
    case 'unknown events':
      return t('has events of unknown kinds in its log ({0})', doubt.types.join(', '));
    case 'unknown fields':
      return t('has unknown fields in its log, which are ignored ({0})', doubt.fields.join(', '));
  }
}

function unreadableText({ lines, first }: Extract<Doubt, { readonly kind: 'unreadable lines' }>): string {
  if (lines === 1)
    return first === undefined
      ? t('has 1 unreadable line in its log')
      : t('has 1 unreadable line in its log ({0})', first);
  return first === undefined
    ? t('has {0} unreadable lines in its log', lines)
    : t('has {0} unreadable lines in its log (the first: {1})', lines, first);
}
