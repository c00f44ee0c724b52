// Numbers and tables as text. Tables are Markdown with padded cells, the same on the terminal and in the documentation.

export function table(head, rows) {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export const min = (values) => Math.min(...values);

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three significant digits, but no more than three behind the point. */
export function number(value) {
  if (value >= 100) return value.toFixed(0);
  return value < 0.0005 ? '0' : value.toPrecision(3).replace(/(\.\d{3})\d+$/, '$1');
}

/** "minimum (median)"; only the value where there is one. */
export function spread(values) {
  if (!values || values.length === 0) return '–';
  return values.length === 1 ? number(values[0]) : `${number(min(values))} (${number(median(values))})`;
}

/** How many times `ours` goes into `theirs`, by the minima. */
export const ratio = (theirs, ours) =>
  theirs?.length && ours?.length ? `${(min(theirs) / min(ours)).toFixed(2)}×` : '–';

export const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
export const percent = (fraction) => `${(100 * fraction).toFixed(1)} %`;
