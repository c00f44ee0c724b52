import { hasWholeResult } from './doubts';
import type { Family } from './experiment';
import { measureInfo } from './measures/table';
import type { Run } from './run';
import type { Select, SelectMeasure } from './selectMeasures';
import { mean } from './mean';
import { t } from './text';

export type { Select, SelectMeasure } from './selectMeasures';

/** Which of its family a row is. */
export interface Picked {
  /** How many there are. */
  readonly of: number;
  readonly by: SelectMeasure;
  /** On what: `test` is what the row itself is measured on, and then it is too good to be true. */
  readonly on: 'validation' | 'seeds' | 'tasks' | 'test';
  /** Its value there, mean over seeds. */
  readonly value: number;
}

/** Seeds that only select. */
export const selectingSeeds = (select: Select | undefined): readonly number[] =>
  typeof select?.on === 'object' && 'seeds' in select.on ? select.on.seeds : [];

/** How many tasks, the first ones, only select. */
export const selectingTasks = (select: Select | undefined): number =>
  typeof select?.on === 'object' && 'tasks' in select.on ? select.on.tasks : 0;

/** A variant that may be chosen. */
export interface Candidate {
  readonly key: string;
  readonly family?: Family | undefined;
  /** Only the task-aware accuracy is defined: then it stands for the other. */
  readonly taskAwareOnly: boolean;
  /** Runs that it is chosen by, and how many of them there are to be. */
  readonly runs: readonly Run[];
  readonly wanted: number;
}

/**
 * The variant that is chosen of each family, by key. Of a family none is chosen before all that it is chosen by is there: what
 * failed is out, and what is not over yet is waited for.
 *
 * @param valueOf what a run is worth where it selects; NaN where that is not known
 */
export function picksOf(
  candidates: readonly Candidate[],
  { by, on }: Select | { readonly by: SelectMeasure; readonly on: 'test' },
  valueOf: (run: Run, taskAwareOnly: boolean) => number,
): ReadonlyMap<string, Picked> {
  const families = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    if (!candidate.family) continue;
    const { key } = candidate.family;
    families.set(key, [...(families.get(key) ?? []), candidate]);
  }
  const sign = measureInfo[by].better === 'higher' ? 1 : -1;
  const picks = new Map<string, Picked>();
  for (const members of families.values()) {
    const size = members[0]?.family?.size ?? 0;
    if (members.length < size || !members.every(isDecided)) continue;
    const [best] = members
      .map((member) => ({ key: member.key, value: mean(member.runs.map((run) => valueOf(run, member.taskAwareOnly))) }))
      .filter(({ value }) => Number.isFinite(value))
      .sort((a, b) => sign * (b.value - a.value));
    if (best) picks.set(best.key, { of: size, by, on: sourceOf(on), value: best.value });
  }
  return picks;
}

const sourceOf = (on: Select['on'] | 'test'): Picked['on'] =>
  typeof on === 'string' ? on : 'seeds' in on ? 'seeds' : 'tasks';

/** Whether nothing more is to come: every run has its result, or one has failed. */
const isDecided = ({ runs, wanted }: Candidate): boolean =>
  runs.some(({ status }) => status === 'failed') || (runs.length >= wanted && runs.every(hasWholeResult));

/** What is to be said of the families of a comparison: which was chosen and on what, or that none is yet. */
export function selectionSentences(rows: readonly SelectedRow[], select: Select | undefined): string[] {
  const families = new Map<string, SelectedRow[]>();
  for (const row of rows) if (row.family) families.set(row.family.key, [...(families.get(row.family.key) ?? []), row]);
  const some = rows.some(({ seedsDone }) => seedsDone > 0);
  return [
    ...(some ? notCounted(select) : []),
    ...[...families.values()].flatMap((members) => familySentence(members, select)),
  ];
}

/** What a row has to say of its family. */
export interface SelectedRow {
  readonly label: string;
  readonly family?: Family;
  readonly pick?: Picked;
  readonly seedsDone: number;
}

function familySentence(members: readonly SelectedRow[], select: Select | undefined): string[] {
  const picked = members.find(({ pick }) => pick);
  if (picked?.pick) return [pickSentence(picked.label, picked.pick)];
  const [{ family } = {}] = members;
  return select && family
    ? [t('{0}: none of {1} settings is selected before the runs that select are done.', family.label, family.size)]
    : [];
}

function pickSentence(label: string, { of, by, on }: Picked): string {
  switch (on) {
    case 'test':
      return t(
        '{0} is the best of {1} settings by what it is measured by: its numbers are too good to be true. "select" chooses on something else.',
        label,
        of,
      );
    case 'validation':
      return t('{0} was selected of {1} settings by {2} on the validation sets.', label, of, nameOf(by));
    case 'seeds':
      return t('{0} was selected of {1} settings by {2} with the seeds that only select.', label, of, nameOf(by));
    case 'tasks':
      return t('{0} was selected of {1} settings by {2} on the tasks that only select.', label, of, nameOf(by));
  }
}

/** In the middle of a sentence. */
function nameOf(by: SelectMeasure): string {
  const title = t(measureInfo[by].title);
  return title === title.toUpperCase() ? title : title.toLowerCase();
}

function notCounted(select: Select | undefined): string[] {
  const seeds = selectingSeeds(select);
  const tasks = selectingTasks(select);
  return [
    ...(seeds.length === 1 ? [t('Seed {0} only selects: no row counts it.', seeds[0] ?? '')] : []),
    ...(seeds.length > 1 ? [t('Seeds {0} only select: no row counts them.', seeds.join(', '))] : []),
    ...(tasks === 1 ? [t('The first task only selects: rows count the others.')] : []),
    ...(tasks > 1 ? [t('The first {0} tasks only select: rows count the others.', tasks)] : []),
  ];
}
