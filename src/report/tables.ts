/** The comparison table as text: Markdown, LaTeX, and aligned columns for a terminal. */
import type { Comparison, ComparisonRow } from '../core/comparison';
import { crossCheckSentence } from '../core/crossCheck';
import { NOT_DEFINED } from '../core/format';
import { smallestReachableP } from '../core/statistics';
import { formatMeasure } from '../core/measureFormat';
import { markdownText } from '../core/markdown';
import { measureInfo, tableMeasures, type MeasureName } from '../core/measures/table';
import type { Picked } from '../core/selection';
import { differencesOf, verdictSentence } from '../core/verdictText';
import { t } from '../core/text';
import { oneLine } from '../core/visibleText';
import type { RowWhy } from '../core/why/explained';
import { ownSettings, unsaidWords } from './summary';
import { latexText } from './latexText';

export function withUnit(name: MeasureName): string {
  const title = t(measureInfo[name].title);
  switch (measureInfo[name].unit) {
    case '%':
      return `${title} (%)`;
    case 'steps':
      return t('{0} (steps)', title);
    default:
      return title;
  }
}

/** A row by its name, and which of its family it is. */
const nameOf = ({ label, pick }: ComparisonRow): string => (pick ? t('{0} ({1})', label, pickWords(pick)) : label);

/** Short, for a row: chosen on what it is not measured by, or on that itself. */
export const pickWords = ({ of, on }: Picked): string =>
  on === 'test' ? t('best of {0}, picked on the test', of) : t('selected of {0}', of);

const rankMarks = { best: '*', 'best so far': '(*)', 'not distinguishable': '≈' } as const;
const rankMark = ({ rank }: ComparisonRow): string => (rank ? rankMarks[rank] : '');

const seedsOf = (row: ComparisonRow) =>
  row.seedsDone === row.seeds ? `${row.seeds}` : `${row.seedsDone}/${row.seeds}`;

/** The measure that ranks are of. */
const MARKED: MeasureName = 'accuracy';
const bestNote = () => t('* best accuracy (bounds aside).');
const soFarNote = () => t('(*) best accuracy so far, on the seeds that all with results share: others lack runs.');
const tiedNote = () => t('≈ not distinguishable from the best (paired over seeds).');
const rankNotes = (rows: readonly ComparisonRow[]): readonly string[] => [
  ...[bestNote(), soFarNote(), tiedNote()],
  ...fewSeedsNote(rows),
];

/** Where even rows that are far apart cannot be told apart. */
function fewSeedsNote(rows: readonly ComparisonRow[]): string[] {
  const most = Math.max(0, ...rows.map((row) => row.seedsDone));
  const reachable = Number(smallestReachableP(most).toPrecision(2));
  return most > 1 && reachable > 0.05
    ? [t('With {0} seeds that test cannot give less than p = {1}, however far apart they are.', most, reachable)]
    : [];
}

/** What the marks in a table mean, only where they occur, and what makes rows not comparable. */
export function notesOf(comparison: Comparison): string[] {
  const { rows } = comparison;
  const intervals = rows.some((row) => Number.isFinite(row.measures.accuracy.ci95));
  return [
    ...(intervals
      ? [t('± is the 95 % confidence interval of the mean over seeds.')]
      : rows.some((row) => row.seedsDone === 2)
        ? [t('With 2 seeds there are no intervals: three are the fewest.')]
        : []),
    ...(rows.some((row) => row.rank === 'best') ? [bestNote()] : []),
    ...(rows.some((row) => row.rank === 'best so far') ? [soFarNote()] : []),
    ...(rows.some((row) => row.rank === 'not distinguishable') ? [tiedNote(), ...fewSeedsNote(rows)] : []),
    ...rows
      .filter((row) => row.differs.length > 0)
      .map((row) => t('{0}: own {1}.', row.label, ownSettings(row.differs))),
    ...unsaidWords(rows),
    ...rows.flatMap(crossCheckSentence),
    ...rows.flatMap((row) => (row.taskAwareOnly === undefined ? [] : [taskAwareNote(row, row.taskAwareOnly)])),
    ...(rows.some((row) => row.taskAwareOnly !== undefined)
      ? [t('There the gap closed is that of the task-aware accuracy.')]
      : []),
    ...comparison.selection,
    ...comparison.basis,
    ...comparison.warnings,
    ...verdictNotes(comparison),
  ];
}

/** The verdicts on its rows, and what is known to differ from the protocols. */
function verdictNotes({ rows, verdicts = [] }: Comparison): string[] {
  const sentences = verdicts.flatMap((verdict) => {
    const row = rows.find(({ key }) => key === verdict.key);
    return row ? [verdictSentence(verdict, row.measures[verdict.published.measure])] : [];
  });
  return [...sentences, ...differencesOf(verdicts)];
}

/** Notes below a table whose cells have the marks: none of what is not there. */
const notesBelow = (comparison: Comparison, columns: readonly MeasureName[]): string[] =>
  notesOf(comparison).filter((note) => columns.includes(MARKED) || !rankNotes(comparison.rows).includes(note));

/** The measures of those given that there is something to say of: some are columns only where a run has them. */
export const withValues = <Name extends MeasureName>(
  names: readonly Name[],
  { rows }: Pick<Comparison, 'rows'>,
): Name[] =>
  names.filter((name) => !measureInfo[name].onlyWhereKnown || rows.some(({ measures }) => measures[name].n > 0));

/** The measures of a table where nobody has chosen. */
const columnsOf = (comparison: Pick<Comparison, 'rows'>): readonly MeasureName[] =>
  withValues(tableMeasures, comparison);

const taskAwareNote = (row: ComparisonRow, reason: string) =>
  reason.startsWith(row.label) ? t(reason) : t('{0}: {1}', row.label, t(reason));

const cellsOf = (row: ComparisonRow, names: readonly MeasureName[]) =>
  names.map((name) => (row.seedsDone === 0 ? NOT_DEFINED : formatMeasure(name, row.measures[name])));

/** GitHub-flavoured Markdown: the table and its notes. */
export function markdownTable(comparison: Comparison, columns = columnsOf(comparison)): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = comparison.rows.map((row) => {
    const marked = (cell: string) => (row.rank === 'best' ? `**${cell}**` : `${cell} ${rankMark(row)}`.trim());
    const cells = cellsOf(row, columns).map((cell, i) => (columns[i] === MARKED ? marked(cell) : cell));
    return line([markdownText(nameOf(row)), ...cells, seedsOf(row)]);
  });
  const notes = notesBelow(comparison, columns).map((note) =>
    note === bestNote() ? `- ${t('bold: best accuracy (bounds aside).')}` : `- ${markdownText(note)}`,
  );
  return [
    line([t('Method'), ...columns.map(withUnit), t('Seeds')]),
    line(['---', ...columns.map(() => '---:'), '---:']),
    ...rows,
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
  ].join('\n');
}

/** A head on as many lines as it has words: numbers are narrow. */
const latexHead = (name: MeasureName): string =>
  `\\shortstack[r]{${withUnit(name).split(' ').map(latexText).join(' \\\\ ')}}`;

/** A booktabs table, the best accuracy bold. It is never wider than a line of the page: beyond that it becomes smaller. */
export function latexTable(comparison: Comparison, columns = columnsOf(comparison)): string {
  const rows = comparison.rows.map((row) => {
    const marked = (cell: string) => {
      if (row.rank === 'best') return `\\textbf{${cell.replaceAll('$\\pm$', '$\\boldsymbol{\\pm}$')}}`;
      return row.rank === 'not distinguishable' ? `${cell} $\\approx$` : cell;
    };
    const cells = cellsOf(row, columns)
      .map(latexText)
      .map((cell, i) => (columns[i] === MARKED ? marked(cell) : cell));
    return `    ${[latexText(nameOf(row)), ...cells, seedsOf(row)].join(' & ')} \\\\`;
  });
  const notes = notesBelow(comparison, columns).map((note) =>
    note === bestNote() ? t('Bold: best accuracy (bounds aside).') : latexText(note),
  );
  return [
    '% Needs \\usepackage{booktabs, amsmath, adjustbox}.',
    '\\begin{table}',
    '  \\centering',
    '  \\begin{adjustbox}{max width=\\linewidth}',
    `  \\begin{tabular}{l${'r'.repeat(columns.length + 1)}}`,
    '    \\toprule',
    `    ${[t('Method'), ...columns.map(latexHead), t('Seeds')].join(' & ')} \\\\`,
    '    \\midrule',
    ...rows,
    '    \\bottomrule',
    '  \\end{tabular}',
    '  \\end{adjustbox}',
    ...(notes.length > 0 ? [`  \\caption{${notes.join(' ')}}`] : []),
    '\\end{table}',
    '',
  ].join('\n');
}

export interface TextTableOptions {
  /** Columns of the terminal; a wider table goes on in a second block below. Default: 100. */
  readonly width?: number;
  readonly columns?: readonly MeasureName[];
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]/u;

const plain = /^[ -~]*$/;

/** Columns a text takes in a terminal: East Asian characters take two. */
export const displayWidth = (text: string): number =>
  plain.test(text) ? text.length : Array.from(text).reduce((sum, character) => sum + (wide.test(character) ? 2 : 1), 0);

/** As much of a text as fits so many columns of one line of a terminal. */
export function clipped(text: string, width: number): string {
  const line = oneLine(text);
  if (displayWidth(line) <= width) return line;
  let kept = '';
  for (const character of line) {
    if (displayWidth(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

const padded = (text: string, width: number, right: boolean) => {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return right ? space + text : text + space;
};

/** Aligned plain text for a terminal, with explanations and notes below. Accuracies and what is made of them are in per cent. */
export function textTable(
  comparison: Comparison,
  options: TextTableOptions = {},
  whys: readonly Pick<RowWhy, 'label' | 'text'>[] = [],
): string {
  const width = Math.max(20, options.width ?? 100);
  const blocks = blocksThatFit(comparison, options.columns ?? columnsOf(comparison), width).map((names) =>
    block(comparison, names, width),
  );
  const notes = notesOf(comparison).flatMap((note) => wrapped(oneLine(note), width));
  const why = whys.flatMap(({ label, text }) => wrapped(oneLine(t('{0}: {1}', label, text)), width));
  const said = why.length > 0 ? [`\n${why.join('\n')}\n`] : [];
  return [...blocks, ...said, ...(notes.length > 0 ? [notes.join('\n')] : []), ''].join('\n');
}

/** Deals the columns evenly to as few tables as the width allows. */
function blocksThatFit(
  comparison: Comparison,
  columns: readonly MeasureName[],
  width: number,
): (readonly MeasureName[])[] {
  for (let count = 1; count < columns.length; count++) {
    const each = Math.ceil(columns.length / count);
    const blocks = Array.from({ length: Math.ceil(columns.length / each) }, (_, i) =>
      columns.slice(i * each, (i + 1) * each),
    );
    if (blocks.every((names) => gridWidth(gridOf(comparison, names)) <= width)) return blocks;
  }
  return columns.map((name) => [name]);
}

function block(comparison: Comparison, names: readonly MeasureName[], width: number): string {
  const whole = gridOf(comparison, names);
  const spare = Math.min(0, width - gridWidth(whole));
  const labelWidth = Math.max(8, Math.max(...whole.map(([label = '']) => displayWidth(label))) + spare);
  const grid = whole.map((line) => line.map((text, i) => (i === 0 ? clipped(text, labelWidth) : text)));
  const widths = columnWidths(grid);
  const lines = grid.map((line) =>
    line
      .map((text, i) => padded(text, widths[i] ?? 0, i > 0))
      .join('  ')
      .trimEnd(),
  );
  const rule = '─'.repeat(Math.min(width, gridWidth(grid)));
  return [...lines.slice(0, HEAD_LINES), rule, ...lines.slice(HEAD_LINES), rule].join('\n');
}

const HEAD_LINES = 2;

/** The head of a column on two lines: "Gap" over "closed (%)". */
function twoLines(name: MeasureName): readonly [string, string] {
  const words = withUnit(name).split(' ');
  const half = Math.ceil((words.length - 1) / 2);
  return [words.slice(0, half).join(' '), words.slice(half).join(' ')];
}

function gridOf(comparison: Comparison, names: readonly MeasureName[]): string[][] {
  const heads = names.map(twoLines);
  const body = comparison.rows.map((row) => [
    `${rankMark(row) || ' '} ${oneLine(nameOf(row))}`,
    ...cellsOf(row, names),
    seedsOf(row),
  ]);
  return [
    ['', ...heads.map(([top]) => top), ''],
    [`  ${t('Method')}`, ...heads.map(([, bottom]) => bottom), t('Seeds')],
    ...body,
  ];
}

const columnWidths = (grid: readonly (readonly string[])[]): number[] =>
  (grid[0] ?? []).map((_, i) => Math.max(...grid.map((line) => displayWidth(line[i] ?? ''))));

const gridWidth = (grid: readonly (readonly string[])[]): number =>
  columnWidths(grid).reduce((sum, n) => sum + n + 2, -2);

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = longer;
  }
  return [...lines, line];
}
