/** A cell of a grid: row and column. */
export type Place = readonly [row: number, column: number];

/**
 * Where a key leads in a grid one walks through: arrows, Home and End of a row, with Ctrl of the grid. Undefined for other
 * keys; the browser does nothing more with one that leads somewhere.
 */
export function placeAfter(event: KeyboardEvent, [i, j]: Place, rows: number, columns: number): Place | undefined {
  const [lastRow, lastColumn] = [rows - 1, columns - 1];
  const targets: Readonly<Record<string, Place>> = {
    ArrowLeft: [i, j - 1],
    ArrowRight: [i, j + 1],
    ArrowUp: [i - 1, j],
    ArrowDown: [i + 1, j],
    Home: event.ctrlKey ? [0, 0] : [i, 0],
    End: event.ctrlKey ? [lastRow, lastColumn] : [i, lastColumn],
  };
  const target = targets[event.key];
  if (!target) return undefined;
  event.preventDefault();
  return [Math.min(lastRow, Math.max(0, target[0])), Math.min(lastColumn, Math.max(0, target[1]))];
}
