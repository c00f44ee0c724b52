/** What a cell holds; a number that is none, and what is not there, is empty. */
export type Cell = string | number | null | undefined;

/** Rows of cells below a head (RFC 4180 quoting, line feeds). */
export const csvText = (head: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [head, ...rows].map((row) => `${row.map(cellText).join(',')}\n`).join('');

const cellText = (cell: Cell): string => {
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  return cell === null || cell === undefined ? '' : quoted(cell);
};

/** A text that is no number and no formula to a spreadsheet. */
function quoted(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
