import type { DashboardUiState } from '../src/core/messages';
import { isSortColumn, type Sort } from './tableModel';

/** What of the experiment is looked at, and how: every section follows it. */
export interface Selection {
  /** Keys of variants that are not shown. */
  readonly hidden: ReadonlySet<string>;
  /** The variant that others are compared with. */
  readonly baseline?: string | undefined;
  /** Seeds that count; all where left out. */
  readonly seeds?: readonly number[] | undefined;
  /** "After this task", from 0; after the last one where left out. */
  readonly task?: number | undefined;
  /** The variant in focus. */
  readonly variant?: string | undefined;
  readonly sort?: Sort | undefined;
  /** Columns of the table; the usual ones where left out. */
  readonly columns?: readonly string[] | undefined;
}

/** The selection as it was left. */
export function selectionOf({ sort, selection = {} }: DashboardUiState): Selection {
  return {
    ...selection,
    hidden: new Set(selection.hidden),
    sort: sort && isSortColumn(sort.column) ? { column: sort.column, descending: sort.descending } : undefined,
  };
}

/** What is remembered of it. */
export const rememberedOf = ({ hidden, sort, ...selection }: Selection): DashboardUiState => ({
  sort,
  selection: { ...selection, hidden: [...hidden] },
});
