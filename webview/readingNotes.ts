import { html, nothing, type TemplateResult } from 'lit';
import { formatPercent } from '../src/core/format';
import { selectingSeeds, selectingTasks } from '../src/core/selection';
import { LEAST_FOR_INTERVAL, smallestReachableP } from '../src/core/statistics';
import { inARow } from '../src/core/text';
import { lostRule, saysLost } from './lostTasks';
import type { SectionContext } from './sections/section';
import { list, t } from './strings';
import type { Column } from './tableModel';
import { tasksIn, type LiveVariant } from './variants';

/** Seeds from which on the exact test can show a difference at p < 0.05. */
const ENOUGH_SEEDS = 6;

/** How the pictures and signs of the table, and the words about lost tasks, are read. Nothing before there are any. */
export function tableKey({ variants }: SectionContext, columns: readonly Column[]): TemplateResult | typeof nothing {
  const rows = variants.map(({ row }) => row).filter(({ seedsDone }) => seedsDone > 0);
  if (rows.length === 0) return nothing;
  const hasIntervals = rows.some(({ seedsDone }) => seedsDone >= LEAST_FOR_INTERVAL);
  const key = [
    ...(columns.includes('accuracy') ? [t(hasIntervals ? 'noteDots' : 'noteDotsOnly')] : []),
    ...(columns.includes('forgetting') ? [t('noteBars')] : []),
    ...(variants.some(saysLost) ? [lostRule()] : []),
    ...(rows.some(({ taskAwareOnly }) => taskAwareOnly) ? [t('noteAware')] : []),
    ...(rows.some(({ rank }) => rank === 'best') ? [t('noteStar')] : []),
  ];
  return html`<p class="note">${inARow(key)}</p>`;
}

/** Where a number of the table could mislead. */
export function readingNotes({ view, variants, selection }: SectionContext): TemplateResult | typeof nothing {
  const cautions = [
    ...seedNotes(variants),
    ...chanceNotes(variants),
    ...(selection.baseline === undefined ? [] : [t('noteDifference')]),
    ...(selection.columns?.includes('seconds') ? [t('noteTimes')] : []),
    ...selectNotes(view),
    ...basisNotes(variants),
  ];
  if (cautions.length === 0) return nothing;
  return html`<ul class="cautions note">
    ${cautions.map((text) => html`<li>${text}</li>`)}
  </ul>`;
}

function seedNotes(variants: readonly LiveVariant[]): string[] {
  const most = Math.max(0, ...variants.map(({ row }) => row.seedsDone));
  if (most === 0) return [];
  if (most === 1) return [t('noteOneSeed')];
  if (most < LEAST_FOR_INTERVAL) return [t('noteFewSeeds', { n: most })];
  const p = String(Number(smallestReachableP(most).toPrecision(2)));
  return most < ENOUGH_SEEDS ? [t('noteTest', { n: most, p, enough: ENOUGH_SEEDS })] : [];
}

/** An accuracy of one in so many tasks is that of a network that knows the newest task alone. */
function chanceNotes(variants: readonly LiveVariant[]): string[] {
  const tasks = Math.max(0, ...variants.map(tasksIn));
  if (tasks < 2) return [];
  const newest = 1 / tasks;
  const near = variants.some(
    ({ row }) => Math.abs(row.measures.accuracy.mean - newest) < 0.03 && row.measures.forgetting.mean > 0.5,
  );
  return near ? [t('noteNewestOnly', { value: formatPercent(newest, 0), tasks })] : [];
}

/** What only selects, and counts in no row. */
function selectNotes({ select }: SectionContext['view']): string[] {
  const seeds = selectingSeeds(select);
  const tasks = selectingTasks(select);
  return [
    ...(seeds.length > 0 ? [t('seedsOnlySelect', { seeds: list(seeds.map(String)) })] : []),
    ...(tasks > 0 ? [t('tasksOnlySelect', { n: tasks })] : []),
  ];
}

/** What accuracies were computed from, where that is not every task on its full test set. */
function basisNotes(variants: readonly LiveVariant[]): string[] {
  const notes = variants.flatMap(({ row: { basis } }) => {
    if (!basis) return [];
    const { accuracy, forgetting } = basis.terms;
    const counts = { n: accuracy.terms, of: accuracy.of, lost: forgetting.terms };
    return [basis.images === undefined ? t('basisAll', counts) : t('basis', { ...counts, images: basis.images })];
  });
  return [...new Set(notes)];
}
