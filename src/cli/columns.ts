const paddings = { left: 'padEnd', right: 'padStart' } as const;

/** Rows of cells as lines, each column as wide as its widest cell and aligned to one side. */
export function columns(rows: readonly (readonly string[])[], side: keyof typeof paddings): string[] {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), []);
  return rows.map((row) =>
    row
      .map((cell, i) => cell[paddings[side]](widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
