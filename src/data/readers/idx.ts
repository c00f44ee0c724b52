import { DataError } from '../dataError';
import { LONGEST_SIDE, MOST_EXAMPLES, refuseTooLarge } from '../limits';

/** Contents of an IDX file: its dimensions and its values. */
export interface IdxArray {
  readonly dimensions: readonly number[];
  readonly values: Uint8Array | Float32Array | Int32Array;
}

const types = new Map<number, { readonly bytes: number; readonly read: (view: DataView, at: number) => number }>([
  [0x08, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [0x09, { bytes: 1, read: (view, at) => view.getInt8(at) }],
  [0x0b, { bytes: 2, read: (view, at) => view.getInt16(at) }],
  [0x0c, { bytes: 4, read: (view, at) => view.getInt32(at) }],
  [0x0d, { bytes: 4, read: (view, at) => view.getFloat32(at) }],
  [0x0e, { bytes: 8, read: (view, at) => view.getFloat64(at) }],
]);
const UNSIGNED_BYTE = 0x08;
const FIRST_FLOAT = 0x0d;

/**
 * Reads an IDX file, the format of MNIST: two zero bytes, the type of the values, the number of dimensions, each dimension
 * as a 32-bit number, then the values; the largest byte comes first.
 *
 * @param name of the file, for messages
 * @throws DataError when it is no such file, or its length does not match its dimensions
 */
export function readIdx(bytes: Uint8Array, name: string): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = types.get(bytes[2] ?? 0);
  if (bytes.length < 4 || view.getUint16(0) !== 0 || !type)
    throw new DataError(`${name} is no IDX file: it begins with ${beginning(bytes)}.`);
  const rank = bytes[3] ?? 0;
  const header = 4 + 4 * rank;
  if (rank === 0 || rank > 4 || bytes.length < header)
    throw new DataError(`${name} is no IDX file that can be read: its header says ${rank} dimensions.`);
  const dimensions = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  if (dimensions.some((size, i) => size === 0 || size > (i === 0 ? MOST_EXAMPLES : LONGEST_SIDE)))
    throw new DataError(`${name} says that it has ${dimensions.join(' × ')} values, which is not read.`);
  const count = dimensions.reduce((product, size) => product * size, 1);
  refuseTooLarge(count * type.bytes, name);
  const found = bytes.length - header;
  if (found !== count * type.bytes)
    throw new DataError(
      `${name} is damaged: ${found} bytes where ${dimensions.join(' × ')} values have ${count * type.bytes}.`,
    );
  const values = new Uint8Array(bytes.buffer, bytes.byteOffset + header, found);
  if (bytes[2] === UNSIGNED_BYTE) return { dimensions, values };
  const read = (_: unknown, i: number) => type.read(view, header + i * type.bytes);
  const isFloat = (bytes[2] ?? 0) >= FIRST_FLOAT;
  return {
    dimensions,
    values: isFloat ? Float32Array.from({ length: count }, read) : Int32Array.from({ length: count }, read),
  };
}

const beginning = (bytes: Uint8Array): string =>
  bytes.length === 0 ? 'nothing' : Buffer.from(bytes.subarray(0, 4)).toString('hex');
