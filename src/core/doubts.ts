/** What makes the results of a run doubtful, told by its log: a producer may leave out, cut short or misspell anything. */
import type { Run } from './run';
import type { MatrixRow } from './runModel';

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
  | { readonly kind: 'unknown events'; readonly types: readonly string[] };

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
      const uncounted = run.status === 'done' && !hasWholeResult(run) ? ['not counted'] : [];
      const what = [...doubts, ...uncounted].join('; ');
      const named = names.get(what) ?? [];
      names.set(what, named);
      named.push(nameOf(run));
    },
    sentences: () =>
      [...names].map(([what, all]) => {
        const others = all.length > NAMED ? ` and ${all.length - NAMED} more` : '';
        return `${all.slice(0, NAMED).join('; ')}${others}: ${what}.`;
      }),
  };
}

/** The same for a few runs at once, which are named by label and seed. */
export function doubtSentences(runs: readonly Run[]): string[] {
  const list = doubtList(labelAndSeed);
  runs.forEach(list.add);
  return list.sentences();
}

const labelAndSeed = ({ manifest }: Run): string => `${manifest.variant.label}, seed ${manifest.seed}`;

/** The doubt in words that go on after the run's name: "ended as done with results after 2 of 5 tasks". */
export function doubtText(doubt: Doubt): string {
  switch (doubt.kind) {
    case 'never started':
      return 'ended as done without having started';
    case 'missing results':
      return `ended as done with results after ${doubt.rows} of ${doubt.tasks} tasks`;
    case 'stray results':
      return 'has results of a task twice, or of a task that there is not';
    case 'short results':
      return `has results without one accuracy for each task (after ${doubt.rows} ${doubt.rows === 1 ? 'task' : 'tasks'})`;
    case 'unreadable lines': {
      const [lines, first] =
        doubt.lines === 1 ? ['1 unreadable line', ''] : [`${doubt.lines} unreadable lines`, 'the first: '];
      return `has ${lines} in its log${doubt.first === undefined ? '' : ` (${first}${doubt.first})`}`;
    }
    case 'unknown events':
      return `has events of unknown kinds in its log (${doubt.types.join(', ')})`;
  }
}
