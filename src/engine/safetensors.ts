import * as z from 'zod';

/** Tensors by name, and text metadata, as stored in a file of the safetensors format. */
export interface TensorFile {
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array;
}

const dtypeOf = (values: StoredTensor['values']) =>
  values instanceof Float32Array ? 'F32' : values instanceof Int32Array ? 'I32' : 'U8';

/** Encodes the safetensors format: length of the header (uint64, little-endian), header as JSON, then the values. */
export function encodeTensors({ tensors, metadata }: TensorFile): Buffer {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Buffer[] = [];
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: dtypeOf(values), shape, data_offsets: [offset, offset + values.byteLength] };
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    offset += values.byteLength;
  }
  const text = JSON.stringify(header);
  // Values start at a multiple of 8, as the format recommends.
  const padded = Buffer.from(
    text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8 + (text.length - Buffer.byteLength(text))),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
}

/** The header names tensors and their places: far more bytes than any network here needs. */
const MOST_HEADER_BYTES = 1 << 20;

const place = z.int().min(0);
/** Bytes of a value of each type. */
const widths = { F32: 4, I32: 4, U8: 1, F64: 8, F16: 2, BF16: 2, I64: 8, I16: 2, I8: 1, BOOL: 1 } as const;
type DataType = keyof typeof widths;
/** Those that Lethe reads. */
const readable = ['F32', 'I32', 'U8'] as const satisfies readonly DataType[];
type Readable = (typeof readable)[number];

const entrySchemaOf = <T extends DataType>(types: readonly T[]) =>
  z.object({ dtype: z.enum(types), shape: z.array(place), data_offsets: z.tuple([place, place]) });
const headerSchemaOf = <T extends DataType>(types: readonly T[]) =>
  z.object({ __metadata__: z.record(z.string(), z.string()).default({}) }).catchall(entrySchemaOf(types));
const headerSchema = headerSchemaOf(readable);
const anyHeaderSchema = headerSchemaOf(Object.keys(widths) as DataType[]);

interface Entry<T extends DataType = DataType> {
  readonly dtype: T;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Tensors must lie one after the other and fill the file, as the format demands: so no header, however made, lets more
 * be copied than there is.
 *
 * @throws RangeError when the bytes are cut off or not of this format
 */
export function decodeTensors(bytes: Buffer): TensorFile {
  const { header, values } = decoded(bytes, 'the checkpoint', headerSchema);
  const { __metadata__: metadata, ...entries } = header;
  const tensors = Object.entries(entries).map(([name, entry]) => [name, tensorAt(entry, values)] as const);
  return { tensors: Object.fromEntries(tensors), metadata };
}

/**
 * The same of a file from elsewhere, which may hold tensors of other types: these are named only.
 *
 * @throws RangeError when the bytes are cut off or not of this format
 */
export function decodeForeignTensors(bytes: Buffer): Pick<TensorFile, 'tensors'> & {
  readonly otherTypes: Readonly<Record<string, string>>;
} {
  const { header, values } = decoded(bytes, 'the file', anyHeaderSchema);
  const { __metadata__: _, ...all } = header;
  const entries: (readonly [string, Entry])[] = Object.entries(all);
  const isReadable = (entry: readonly [string, Entry]): entry is [string, Entry<Readable>] =>
    (readable as readonly string[]).includes(entry[1].dtype);
  return {
    tensors: Object.fromEntries(entries.filter(isReadable).map(([name, entry]) => [name, tensorAt(entry, values)])),
    otherTypes: Object.fromEntries(
      entries.filter((entry) => !isReadable(entry)).map(([name, { dtype }]) => [name, dtype]),
    ),
  };
}

/** The header, and the bytes of all values, of what is called so in messages. */
function decoded<H extends Readonly<Record<string, unknown>>>(bytes: Buffer, called: string, schema: z.ZodType<H>) {
  if (bytes.length < 8) throw new RangeError(`${called} is cut off`);
  const headerBytes = bytes.readBigUInt64LE(0);
  if (headerBytes > BigInt(bytes.length - 8)) throw new RangeError(`${called} is cut off in its header`);
  if (headerBytes > BigInt(MOST_HEADER_BYTES)) throw new RangeError(`the header of ${called} is too long`);
  const start = 8 + Number(headerBytes);
  const header = readHeader(bytes.toString('utf8', 8, start), called, schema);
  const values = bytes.subarray(start);
  const { __metadata__: _, ...entries } = header;
  checkPlaces(Object.entries(entries as Readonly<Record<string, Entry>>), values.length, called);
  return { header, values };
}

function readHeader<H>(text: string, called: string, schema: z.ZodType<H>): H {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new RangeError(`the header of ${called} is damaged`);
  }
}

function checkPlaces(entries: readonly (readonly [string, Entry])[], length: number, called: string): void {
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

const sizeOf = ({ dtype, shape }: Entry): number => shape.reduce((product, n) => product * n, widths[dtype]);

/** A name out of a file that may be anything. */
const shown = (name: string): string => JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);

function tensorAt({ dtype, shape, data_offsets: [from, to] }: Entry<Readable>, bytes: Buffer): StoredTensor {
  const own = Uint8Array.from(bytes.subarray(from, to));
  if (dtype === 'F32') return { shape, values: new Float32Array(own.buffer) };
  return { shape, values: dtype === 'I32' ? new Int32Array(own.buffer) : own };
}
