import { formatMeasure, formatValue } from '../src/core/measureFormat';
import { markdownText } from '../src/core/markdown';
import { measureInfo, measureNames, type MeasureName } from '../src/core/measures/table';
import type { LiveVariant } from './variants';
import { timeText } from './words';

/** What a column shows: a measure, or how old tasks fared over training. */
export type Column = MeasureName | 'oldTasks';
/** What one can sort by. */
export type SortColumn = 'variant' | 'seeds' | MeasureName;

/** Columns that stand first where they are chosen, in this order. */
const leadingColumns = [
  'accuracy',
  'forgetting',
  'gapClosed',
  'oldTasks',
  'taskAwareAccuracy',
  'rocAuc',
  'learningAccuracy',
  'backwardTransfer',
  'incrementalAccuracy',
  'worstForgetting',
  'stabilityGap',
  'recoverySteps',
  'taskInference',
  'classWithinTask',
  'recencyBias',
] as const satisfies readonly Column[];

/** What a method costs stands last. */
const lastColumns = ['parameters', 'memoryBytes', 'peakMemoryBytes', 'seconds'] as const satisfies readonly Column[];

/** Columns one can choose, in the order they stand: every measure, and the old tasks. */
export const choosableColumns: readonly Column[] = [
  ...new Set<Column>([
    ...leadingColumns,
    ...measureNames.filter((name) => !(lastColumns as readonly MeasureName[]).includes(name)),
    ...lastColumns,
  ]),
];

export const choosableMeasures: readonly MeasureName[] = choosableColumns.filter((column) => column !== 'oldTasks');

/** Those that are shown to whom has not chosen: the answer. */
const firstColumns: readonly Column[] = ['accuracy', 'forgetting', 'gapClosed', 'oldTasks'];

export const isMeasure = (column: string): column is MeasureName => column in measureInfo;
export const isSortColumn = (name: string): name is SortColumn =>
  name === 'variant' || name === 'seeds' || isMeasure(name);

/** The columns that are shown, in their order. */
export const shownColumns = (chosen: readonly string[] = firstColumns): Column[] =>
  choosableColumns.filter((column) => chosen.includes(column));

export interface Sort {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** What a click on a column's head does: sort the way one usually wants it, then the other way, then file order. */
export function nextSort(current: Sort | undefined, column: SortColumn): Sort | undefined {
  const first = !isLowerFirst(column);
  if (current?.column !== column) return { column, descending: first };
  return current.descending === first ? { column, descending: !first } : undefined;
}

/** Columns whose small values one looks for first. */
const isLowerFirst = (column: SortColumn): boolean =>
  column === 'variant' || (column !== 'seeds' && measureInfo[column].better === 'lower');

/**
 * Sorted copy. What has no value stands last either way; equals stay in the order of the file. What sweeps made of one entry
 * stays together, where the first of it comes.
 */
export function sortVariants(variants: readonly LiveVariant[], sort: Sort | undefined): readonly LiveVariant[] {
  if (!sort) return variants;
  const families = new Map<string, LiveVariant[]>();
  for (const variant of sortedEach(variants, sort)) {
    const key = variant.row.family?.key ?? variant.key;
    families.set(key, [...(families.get(key) ?? []), variant]);
  }
  return [...families.values()].flat();
}

function sortedEach(variants: readonly LiveVariant[], sort: Sort): readonly LiveVariant[] {
  const sign = sort.descending ? -1 : 1;
  if (sort.column === 'variant') return [...variants].sort((a, b) => sign * a.label.localeCompare(b.label));
  const { column } = sort;
  const value = (variant: LiveVariant) =>
    column === 'seeds' ? variant.row.seedsDone : variant.row.measures[column].mean;
  return [...variants].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return sign * (x - y);
  });
}

/** Number and uncertainty of a cell apart, so that the number can stand out: "89.1" and "± 0.3". */
export interface CellText {
  readonly value: string;
  readonly spread: string;
  /** It is the value that is given the task, which does not compare with others. */
  readonly isAware: boolean;
}

/** What stands for a measure where only the task-aware accuracy is defined. */
export const awareOf: Partial<Record<MeasureName, MeasureName>> = {
  accuracy: 'taskAwareAccuracy',
  forgetting: 'taskAwareForgetting',
  // It is made of the task-aware accuracy there.
  gapClosed: 'gapClosed',
};

export function cellText({ row }: LiveVariant, measure: MeasureName): CellText | undefined {
  const aware = row.taskAwareOnly === undefined ? undefined : awareOf[measure];
  const summary = row.measures[aware ?? measure];
  if (!Number.isFinite(summary.mean)) return undefined;
  const isAware = aware !== undefined;
  if (measureInfo[measure].unit === 'seconds') return { ...timesText(summary), isAware };
  const [value = '', spread] = formatMeasure(aware ?? measure, summary).split(' ± ');
  return { value, spread: spread === undefined ? '' : `± ${spread}`, isAware };
}

/** Median and range. */
function timesText({ median, min, max }: { median: number; min: number; max: number }) {
  const [low, high] = [timeText(min), timeText(max)];
  return { value: timeText(median), spread: low === high ? '' : `${low} – ${high}` };
}

/** The table as Markdown, for pasting. */
export function tableAsMarkdown(
  variants: readonly LiveVariant[],
  measures: readonly MeasureName[],
  titleOf: (column: SortColumn) => string,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const titles = (['variant', 'seeds', ...measures] as const).map(titleOf);
  const rows = variants.map((variant) => [
    markdownText(variant.label),
    `${variant.row.seedsDone}/${variant.row.seeds}`,
    ...measures.map((name) => {
      const cell = cellText(variant, name);
      if (!cell) return formatValue(name, NaN);
      return [cell.value, cell.spread].filter(Boolean).join(' ') + (cell.isAware ? ' †' : '');
    }),
  ]);
  return [line(titles), line(titles.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line), ''].join('\n');
}
