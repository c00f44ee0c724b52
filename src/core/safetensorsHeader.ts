import * as z from 'zod';

/** The header names tensors and their places: far more bytes than any network here needs. */
export const MOST_HEADER_BYTES = 1 << 20;

/** A file begins with the length of its header: an unsigned 64-bit number, little-endian. */
export const LENGTH_BYTES = 8;

const place = z.int().min(0);
/** Bytes of a value of each type. */
const widths = { F32: 4, I32: 4, U8: 1, F64: 8, F16: 2, BF16: 2, I64: 8, I16: 2, I8: 1, BOOL: 1 } as const;
export type DataType = keyof typeof widths;

export interface TensorEntry<T extends DataType = DataType> {
  readonly dtype: T;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Schema of a header whose tensors are of some types. */
export const headerSchemaOf = <T extends DataType>(types: readonly T[]) =>
  z
    .object({ __metadata__: z.record(z.string(), z.string()).default({}) })
    .catchall(z.object({ dtype: z.enum(types), shape: z.array(place), data_offsets: z.tuple([place, place]) }));

/** Schema of the header of a file from elsewhere. */
export const anyHeaderSchema = headerSchemaOf(Object.keys(widths) as DataType[]);

/**
 * How long the header of a file is.
 *
 * @param start the first bytes of the file. @param bytes of the file in all. @param called so in messages
 * @throws RangeError where there is no room for one
 */
export function headerLength(start: Uint8Array, bytes: number, called: string): number {
  if (bytes < LENGTH_BYTES || start.length < LENGTH_BYTES) throw new RangeError(`${called} is cut off`);
  const length = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > BigInt(bytes - LENGTH_BYTES)) throw new RangeError(`${called} is cut off in its header`);
  if (length > BigInt(MOST_HEADER_BYTES)) throw new RangeError(`the header of ${called} is too long`);
  return Number(length);
}

/**
 * Reads a header. Tensors must lie one after the other and fill the file, as the format demands: so no header, however
 * made, lets more be copied than there is.
 *
 * @param text the header. @param valueBytes what follows it in the file
 * @throws RangeError when it is not of this format, or the file is cut off or too long for it
 */
export function readHeader<H extends Readonly<Record<string, unknown>>>(
  text: string,
  valueBytes: number,
  called: string,
  schema: z.ZodType<H>,
): H {
  const header = parsed(text, called, schema);
  const { __metadata__: _, ...entries } = header;
  checkPlaces(Object.entries(entries as Readonly<Record<string, TensorEntry>>), valueBytes, called);
  return header;
}

function parsed<H>(text: string, called: string, schema: z.ZodType<H>): H {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new RangeError(`the header of ${called} is damaged`);
  }
}

function checkPlaces(entries: readonly (readonly [string, TensorEntry])[], length: number, called: string): void {
  const inOrder = [...entries].sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || sizeOf(a) - sizeOf(b));
  let end = 0;
  for (const [name, entry] of inOrder) {
    const [from, to] = entry.data_offsets;
    if (to > length) throw new RangeError(`${called} is cut off in ${shown(name)}`);
    if (to - from !== sizeOf(entry))
      throw new RangeError(`${called} has a shape of ${shown(name)} that its bytes do not fill`);
    if (from !== end) throw new RangeError(`the values of ${shown(name)} do not follow those before them`);
    end = to;
  }
  if (end !== length) throw new RangeError(`${called} has ${length - end} bytes too many`);
}

const sizeOf = ({ dtype, shape }: TensorEntry): number => shape.reduce((product, n) => product * n, widths[dtype]);

/** A name out of a file that may be anything. */
const shown = (name: string): string => JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
