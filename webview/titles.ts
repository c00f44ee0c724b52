import { t, type TextKey } from './strings';
import type { Column, SortColumn } from './tableModel';

const keyOf = (prefix: 'col' | 'hint', column: string) =>
  `${prefix}${column[0]?.toUpperCase()}${column.slice(1)}` as TextKey;

/** What a column is called, and what it means. */
export const titleOf = (column: Column | SortColumn): string => t(keyOf('col', column));
export const hintOf = (column: Column | SortColumn): string => t(keyOf('hint', column));
