import type * as z from 'zod';
import {
  anyHeaderSchema,
  headerLength,
  headerSchemaOf,
  LENGTH_BYTES,
  readHeader,
  type DataType,
  type TensorEntry,
} from '../core/safetensorsHeader';

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

/** Types that Lethe reads. */
const readable = ['F32', 'I32', 'U8'] as const satisfies readonly DataType[];
type Readable = (typeof readable)[number];
const ownHeaderSchema = headerSchemaOf(readable);

/**
 * Tensors of a file that Lethe wrote.
 *
 * @throws RangeError when the bytes are cut off or not of this format
 */
export function decodeTensors(bytes: Buffer): TensorFile {
  const { header, values } = decoded(bytes, 'the checkpoint', ownHeaderSchema);
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
  const entries: (readonly [string, TensorEntry])[] = Object.entries(all);
  const isReadable = (entry: readonly [string, TensorEntry]): entry is [string, TensorEntry<Readable>] =>
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
  const start = LENGTH_BYTES + headerLength(bytes.subarray(0, LENGTH_BYTES), bytes.length, called);
  const values = bytes.subarray(start);
  return { header: readHeader(bytes.toString('utf8', LENGTH_BYTES, start), values.length, called, schema), values };
}

function tensorAt({ dtype, shape, data_offsets: [from, to] }: TensorEntry<Readable>, bytes: Buffer): StoredTensor {
  const own = Uint8Array.from(bytes.subarray(from, to));
  if (dtype === 'F32') return { shape, values: new Float32Array(own.buffer) };
  return { shape, values: dtype === 'I32' ? new Int32Array(own.buffer) : own };
}
