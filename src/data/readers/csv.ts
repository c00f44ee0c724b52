import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse, CsvError } from 'csv-parse';
import { volumeOf, type ImageShape } from '../../core/recipe';
import { openRegularFile } from '../../runs/regularFile';
import { DataError } from '../dataError';
import { shapeText, type RawExamples } from '../examples';
import { gzipFault } from '../files';
import { MOST_BYTES, MOST_EXAMPLES, refuseTooLarge } from '../limits';

export interface CsvOptions {
  /** Column of the label: a name of the header, or its index from 0; -1 is the last. */
  readonly label?: string | undefined;
  /** Whether the first line names the columns; undefined: it does where none of its cells is a number. */
  readonly header?: boolean | undefined;
  readonly shape?: ImageShape | undefined;
}

const LABEL_NAMES = ['label', 'class', 'target', 'y'];
/** Characters of one line. */
const LONGEST_LINE = 20_000_000;
/** Rows that are kept together. */
const CHUNK = 1024;

interface Rows {
  readonly chunks: Float32Array[];
  readonly labels: string[];
  /** Whether all values are whole numbers from 0 to 255. */
  bytes: boolean;
}

/**
 * Reads comma, semicolon or tab separated values: one example a line, one column its label.
 *
 * @param file packed by gzip where its name ends so
 * @throws DataError that names line and column; FileFault when the file cannot be read
 */
export async function readCsv(file: string, name: string, options: CsvOptions): Promise<RawExamples> {
  const rows: Rows = { chunks: [], labels: [], bytes: true };
  let plan: { readonly columns: number; readonly label: number } | undefined;
  let line = 0;
  for await (const cells of linesOf(file, name)) {
    line += 1;
    if (!plan) {
      const header = options.header ?? (isName(options.label) || cells.every((cell) => !isNumber(cell)));
      plan = { columns: cells.length, label: labelColumn(cells, header, options.label, name) };
      refuseTooFew(plan.columns, name);
      if (header) continue;
    }
    if (cells.length !== plan.columns)
      throw new DataError(`Line ${line} of ${name} has ${cells.length} cells; the first has ${plan.columns}.`);
    add(rows, cells, plan.label, line, name);
  }
  return examplesOf(rows, (plan?.columns ?? 1) - 1, options.shape, name);
}

async function* linesOf(file: string, name: string): AsyncGenerator<string[]> {
  const { opened } = await openRegularFile(file, { follow: true });
  await opened.close();
  const text = createReadStream(file);
  const isPacked = /\.gz$/i.test(name);
  const lines = parse({
    bom: true,
    delimiter: /\.tsv(\.gz)?$/i.test(name) ? '\t' : [',', ';'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_LINE,
    trim: true,
  });
  const failed = (error: Error) => lines.destroy(error);
  const source = isPacked
    ? text.on('error', failed).pipe(createGunzip()).on('error', failed)
    : text.on('error', failed);
  source.pipe(lines);
  try {
    for await (const cells of lines) yield cells as string[];
  } catch (error) {
    if (error instanceof CsvError) throw new DataError(`${name} is no CSV that can be read: ${error.message}.`);
    if (isPacked && (error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw gzipFault(error, name, MOST_BYTES);
    throw error;
  } finally {
    text.destroy();
  }
}

const isNumber = (cell: string): boolean => cell !== '' && Number.isFinite(Number(cell));
const isName = (label: string | undefined): boolean => label !== undefined && !/^-?\d+$/.test(label);

function labelColumn(cells: readonly string[], header: boolean, label: string | undefined, name: string): number {
  if (label === undefined) {
    const at = header ? cells.findIndex((cell) => LABEL_NAMES.includes(cell.toLowerCase())) : -1;
    if (at >= 0) return at;
    throw new DataError(
      `Which column of ${name} holds the label? Say its name or its index from 0, as in --label 0 or --label -1 (the last).`,
    );
  }
  const index = isName(label) ? cells.indexOf(label) : Number(label) < 0 ? cells.length + Number(label) : Number(label);
  if (index >= 0 && index < cells.length && (header || !isName(label))) return index;
  const there = header
    ? `It has ${cells.slice(0, 12).join(', ')}${cells.length > 12 ? ', …' : ''}.`
    : `It has ${cells.length}.`;
  throw new DataError(`${name} has no column ${JSON.stringify(label)}. ${there}`);
}

function refuseTooFew(columns: number, name: string): void {
  if (columns < 2) throw new DataError(`${name} has ${columns} column: an example needs values beside its label.`);
}

function add(rows: Rows, cells: readonly string[], label: number, line: number, name: string): void {
  const values = cells.length - 1;
  const row = rows.labels.length % CHUNK;
  if (rows.labels.length >= MOST_EXAMPLES)
    throw new DataError(`${name} has more than ${MOST_EXAMPLES.toLocaleString('en')} lines: it is not read.`);
  if (row === 0) {
    refuseTooLarge(4 * values * (rows.labels.length + CHUNK), name);
    rows.chunks.push(new Float32Array(values * CHUNK));
  }
  const chunk = rows.chunks.at(-1) as Float32Array;
  let at = row * values;
  for (const [column, cell] of cells.entries()) {
    if (column === label) continue;
    if (!isNumber(cell))
      throw new DataError(
        `Line ${line} of ${name} has ${JSON.stringify(cell.slice(0, 40))} in column ${column + 1}: a number is needed.`,
      );
    const value = Number(cell);
    rows.bytes &&= Number.isInteger(value) && value >= 0 && value <= 255;
    chunk[at++] = value;
  }
  const own = cells[label] ?? '';
  if (own === '') throw new DataError(`Line ${line} of ${name} has no label.`);
  rows.labels.push(own);
}

function examplesOf(rows: Rows, values: number, shape: ImageShape | undefined, name: string): RawExamples {
  const count = rows.labels.length;
  if (count === 0) throw new DataError(`${name} has no examples.`);
  if (shape && volumeOf(shape) !== values)
    throw new DataError(`${name} has ${values} values in each line, and the shape ${shapeText(shape)} others.`);
  const all = new Float32Array(count * values);
  rows.chunks.forEach((chunk, i) => all.set(chunk.subarray(0, all.length - i * chunk.length), i * CHUNK * values));
  return {
    shape: shape ?? [1, values, 1],
    images: rows.bytes ? Uint8Array.from(all) : all,
    // Numbers are sorted as numbers.
    labels: rows.labels.every((label) => /^-?\d{1,15}$/.test(label)) ? rows.labels.map(Number) : rows.labels,
  };
}
