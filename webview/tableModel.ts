import { formatMeasure } from '../src/core/format';
import { markdownText } from '../src/core/markdown';
import { measureInfo, tableMeasures, type MeasureName } from '../src/core/measures/table';
import type { LiveVariant } from './variants';

/** Columns one can sort by, in the order they stand. */
export const columns: readonly Column[] = [
  'variant',
  'seeds',
  ...tableMeasures.filter((name) => !measureInfo[name].onlyWhereKnown),
];
export type Column = 'variant' | 'seeds' | MeasureName;
export const isColumn = (name: string): name is Column => (columns as readonly string[]).includes(name);
const isMeasure = (column: Column): column is MeasureName => column !== 'variant' && column !== 'seeds';
/** The columns that are measures. */
export const shownMeasures = columns.filter(isMeasure);

export interface Sort {
  readonly column: Column;
  readonly descending: boolean;
}

/** What a click on a column's head does: sort the way one usually wants it, then the other way, then file order. */
export function nextSort(current: Sort | undefined, column: Column): Sort | undefined {
  const first = !isLowerFirst(column);
  if (current?.column !== column) return { column, descending: first };
  return current.descending === first ? { column, descending: !first } : undefined;
}

/** Columns whose small values one looks for first. */
const isLowerFirst = (column: Column): boolean =>
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
    ...shownMeasures.map((name) => formatMeasure(name, variant.row.measures[name])),
  ]);
  return [line(titles), line(titles.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line), ''].join('\n');
}
