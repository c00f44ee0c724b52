import { version } from '../../package.json';
import { Column, Measurements, RunColumns, ToldLines } from '../core/runColumns';

/** Version of `RunColumns`: to be raised whenever the same log gives others. */
export const COLUMNS_VERSION = 2;

/** What a file was made by and of. */
export interface ColumnsHead {
  /** Of the program and of what it makes of a log. */
  readonly version: string;
  /** Tells whether the log is as it was. */
  readonly stamp: string;
  readonly taskCount: number;
  readonly plan: readonly number[];
  /** Names of a program's own numbers. */
  readonly metrics: readonly string[];
  /** Of the points, losses, validations, told lines and each of these numbers. */
  readonly lengths: readonly number[];
}

const VERSION = `${version} ${COLUMNS_VERSION}`;
const NEWLINE = 0x0a;

/** A line of JSON, spaces up to a multiple of eight bytes, and the numbers of all columns one after another. */
export function encodeColumns(columns: RunColumns, stamp: string): Buffer {
  const { tables, taskCount, plannedSteps: plan } = columns;
  const metrics = [...columns.metrics.keys()];
  const lengths = tables.map((table) => table.columns[0]?.length ?? 0);
  const text = JSON.stringify({ version: VERSION, stamp, taskCount, plan, metrics, lengths } satisfies ColumnsHead);
  const head = Buffer.from(`${text}${' '.repeat((8 - ((Buffer.byteLength(text) + 1) % 8)) % 8)}\n`);
  const parts = tables.flatMap((table) => table.columns.map((column) => bytesOf(column)));
  return Buffer.concat([head, ...parts]);
}

/** Columns of 32 bits in pairs end where those of 64 may begin: each is filled up to a multiple of eight bytes. */
function bytesOf(column: Column): Buffer {
  const { values } = column;
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return bytes.length % 8 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(8 - (bytes.length % 8))]);
}

/** Undefined where the bytes are of another version, of another log, or not whole. */
export function decodeColumns(bytes: Buffer, stamp: string): RunColumns | undefined {
  const end = bytes.indexOf(NEWLINE);
  const head = end < 0 ? undefined : headOf(bytes.toString('utf8', 0, end));
  if (head?.version !== VERSION || head.stamp !== stamp) return undefined;
  const columns = new RunColumns(head.taskCount, head.plan);
  for (const name of head.metrics) columns.metrics.set(name, Measurements.of(1));
  const sizes = columns.tables.map((table, i) => table.columns.map((column) => sizeOf(column, head.lengths[i] ?? 0)));
  if (end + 1 + sizes.flat().reduce((sum, size) => sum + size, 0) !== bytes.length) return undefined;
  // Numbers lie where their width allows it only in memory of their own.
  const memory = bytes.buffer.slice(bytes.byteOffset + end + 1, bytes.byteOffset + bytes.length) as ArrayBuffer;
  let at = 0;
  const next64 = (length: number) => new Column<Float64Array>(new Float64Array(memory, advance(8 * length), length));
  const next32 = (length: number) => new Column<Float32Array>(new Float32Array(memory, advance(4 * length), length));
  const advance = (size: number) => {
    const begin = at;
    at += 8 * Math.ceil(size / 8);
    return begin;
  };
  const measured = (of: Measurements, length: number) => {
    const [globalStep, task, step] = [next64(length), next64(length), next64(length)];
    return new Measurements(
      globalStep,
      task,
      step,
      of.values.map(() => next32(length)),
    );
  };
  const [points = 0, losses = 0, validations = 0, told = 0, ...metrics] = head.lengths;
  return new RunColumns(
    head.taskCount,
    head.plan,
    measured(columns.points, points),
    measured(columns.losses, losses),
    measured(columns.validations, validations),
    new ToldLines(next64(told), next64(told), next64(told), next64(told)),
    new Map([...columns.metrics].map(([name, of], i) => [name, measured(of, metrics[i] ?? 0)])),
  );
}

const sizeOf = (column: Column, length: number): number =>
  8 * Math.ceil((length * column.values.BYTES_PER_ELEMENT) / 8);

/** Only this program writes these files; who reads one of another version finds out by what it says first. */
function headOf(text: string): ColumnsHead | undefined {
  try {
    const head = JSON.parse(text) as ColumnsHead;
    const isHead =
      Array.isArray(head.plan) &&
      Array.isArray(head.metrics) &&
      Array.isArray(head.lengths) &&
      Number.isSafeInteger(head.taskCount);
    return isHead && head.lengths.every((length) => Number.isSafeInteger(length) && length >= 0) ? head : undefined;
  } catch {
    return undefined;
  }
}
