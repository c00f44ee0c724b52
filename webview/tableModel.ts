import type { MeasureName } from '../src/core/comparison';
import { formatMeasure } from '../src/core/format';
import { markdownText } from '../src/core/markdown';
import type { LiveVariant } from './variants';

/** Columns one can sort by, in the order they stand. */
export const columns = [
  'variant',
  'seeds',
  'accuracy',
  'forgetting',
  'backwardTransfer',
  'learningAccuracy',
  'gapClosed',
  'taskAwareAccuracy',
  'memoryBytes',
  'seconds',
] as const;
export type Column = (typeof columns)[number];
export const isColumn = (name: string): name is Column => (columns as readonly string[]).includes(name);

export interface Sort {
  readonly column: Column;
  readonly descending: boolean;
}

/** What a click on a column's head does: sort the way one usually wants it, then the other way, then file order. */
export function nextSort(current: Sort | undefined, column: Column): Sort | undefined {
  const first = !lowerFirst.has(column);
  if (current?.column !== column) return { column, descending: first };
  return current.descending === first ? { column, descending: !first } : undefined;
}

/** Columns whose small values one looks for first. */
const lowerFirst: ReadonlySet<Column> = new Set(['variant', 'forgetting', 'memoryBytes', 'seconds']);

/** Sorted copy. What has no value stands last either way; equals stay in the order of the file. */
export function sortVariants(variants: readonly LiveVariant[], sort: Sort | undefined): readonly LiveVariant[] {
  if (!sort) return variants;
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
}

export function cellText(variant: LiveVariant, measure: MeasureName): CellText | undefined {
  const summary = variant.row.measures[measure];
  if (!Number.isFinite(summary.mean)) return undefined;
  const [value = '', spread] = formatMeasure(measure, summary).split(' ± ');
  return { value, spread: spread === undefined ? '' : `± ${spread}` };
}

/** The table as Markdown, for pasting. */
export function tableAsMarkdown(
  variants: readonly LiveVariant[],
  titles: readonly string[],
  describe: (variant: LiveVariant) => string,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = variants.map((variant) => [
    markdownText(describe(variant)),
    `${variant.row.seedsDone}/${variant.row.seeds}`,
    ...columns
      .slice(2)
      .map((column) => formatMeasure(column as MeasureName, variant.row.measures[column as MeasureName])),
  ]);
  return [line(titles), line(titles.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line), ''].join('\n');
}
