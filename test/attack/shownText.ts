import { hasControl } from './command';

/** Markup that would do something: a report has none of it, whatever names hold. */
const active = /<(script|iframe|object|embed|img|link|base|form|input|a)\b|<[^>]*\s(on\w+|href|src|srcdoc|action)\s*=/i;

/** What is wrong with an HTML report. */
export function troublesOfHtml(html: string): string[] {
  return [
    ...(hasControl(html) ? ['the report holds control characters'] : []),
    ...(active.test(withoutText(html)) ? ['the report holds markup that acts'] : []),
  ];
}

/** Only tags with the names of their attributes: text between them and what an attribute says may be whatever it likes. */
const withoutText = (html: string) => (html.match(/<[^>]*>/g) ?? []).join('\n').replace(/"[^"]*"/g, '""');

/** What is wrong with a table for a terminal, in Markdown or in LaTeX. */
export const troublesOfTable = (name: string, text: string): string[] =>
  hasControl(text) ? [`the ${name} table holds control characters`] : [];

/** What is wrong with a CSV file: a cell that a spreadsheet would calculate, lines of different lengths. */
export function troublesOfCsv(text: string): string[] {
  const rows = rowsOf(text);
  const width = rows[0]?.length ?? 0;
  return [
    ...(rows.some((row) => row.some(isFormula)) ? ['the CSV holds a formula'] : []),
    ...(rows.some((row) => row.length !== width) ? ['lines of the CSV have different lengths'] : []),
    ...(text.includes('\u001b') || text.includes('\0') ? ['the CSV holds control characters'] : []),
  ];
}

const isFormula = (cell: string): boolean => /^[=+\-@\t\r]/.test(cell) && !/^-?[\d.]+(e[+-]?\d+)?$/.test(cell);

/** Cells of a CSV text (RFC 4180, line feeds). */
function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of linesOf(text)) rows.push(cellsOf(line));
  return rows;
}

function linesOf(text: string): string[] {
  const lines: string[] = [];
  let [from, isQuoted] = [0, false];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') isQuoted = !isQuoted;
    if (text[i] !== '\n' || isQuoted) continue;
    lines.push(text.slice(from, i));
    from = i + 1;
  }
  return lines;
}

const cellsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
