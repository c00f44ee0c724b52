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

const place = z.int().min(0);
const headerSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()).default({}) })
  .catchall(
    z.object({ dtype: z.enum(['F32', 'I32', 'U8']), shape: z.array(place), data_offsets: z.tuple([place, place]) }),
  );

/** @throws RangeError when the bytes are cut off or not of this format */
export function decodeTensors(bytes: Buffer): TensorFile {
  if (bytes.length < 8) throw new RangeError('the checkpoint is cut off');
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  if (start > bytes.length) throw new RangeError('the checkpoint is cut off in its header');
  const { __metadata__: metadata, ...entries } = readHeader(bytes.toString('utf8', 8, start));
  const tensors = Object.entries(entries).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      if (start + to > bytes.length) throw new RangeError(`the checkpoint is cut off in ${name}`);
      const size = shape.reduce((product, n) => product * n, dtype === 'U8' ? 1 : 4);
      if (to - from !== size) throw new RangeError(`the checkpoint holds ${to - from} bytes for ${size} of ${name}`);
      return [name, { shape, values: valuesOf(dtype, bytes.subarray(start + from, start + to)) }] as const;
    },
  );
  return { tensors: Object.fromEntries(tensors), metadata };
}

function readHeader(text: string): z.output<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(text));
  } catch {
    throw new RangeError('the header of the checkpoint is damaged');
  }
}

function valuesOf(dtype: 'F32' | 'I32' | 'U8', bytes: Buffer): StoredTensor['values'] {
  const own = Uint8Array.from(bytes);
  if (dtype === 'F32') return new Float32Array(own.buffer);
  return dtype === 'I32' ? new Int32Array(own.buffer) : own;
}
