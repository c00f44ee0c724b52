/** A group of tabs: its column, counted from 1 on, and whether a dashboard is among its tabs. */
export interface Column<Place extends number> {
  readonly column: Place;
  readonly hasDashboard: boolean;
}

/**
 * The column in which a new dashboard opens: where another one stands, so that a second experiment takes no third column,
 * unless that would hide the text that is being edited; `beside` it else.
 *
 * @param editing the column of the text editor that is in front
 */
export function columnForDashboard<Place extends number>(
  columns: readonly Column<Place>[],
  editing: Place | undefined,
): Place | 'beside' {
  const free = columns.filter(({ hasDashboard, column }) => hasDashboard && column !== editing);
  return free.at(-1)?.column ?? 'beside';
}
