import { DataError } from '../dataError';
import { LONGEST_SIDE, MOST_EXAMPLES, refuseTooLarge } from '../limits';

/** An array of a NumPy file. Bytes stay bytes; whole numbers come as doubles, other numbers as floats of 32 bits. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array | Uint16Array | Float32Array | Float64Array;
  /** NumPy's name of the type, such as `<f4`. */
  readonly type: string;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
const LONGEST_HEADER = 10_000;
const MOST_DIMENSIONS = 4;

interface ElementType {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
  readonly whole: boolean;
}

/** Types of numbers that are read, all with the smallest byte first. */
const types: Readonly<Record<string, ElementType>> = {
  u1: { bytes: 1, whole: true, read: (view, at) => view.getUint8(at) },
  u2: { bytes: 2, whole: true, read: (view, at) => view.getUint16(at, true) },
  u4: { bytes: 4, whole: true, read: (view, at) => view.getUint32(at, true) },
  i1: { bytes: 1, whole: true, read: (view, at) => view.getInt8(at) },
  i2: { bytes: 2, whole: true, read: (view, at) => view.getInt16(at, true) },
  i4: { bytes: 4, whole: true, read: (view, at) => view.getInt32(at, true) },
  i8: { bytes: 8, whole: true, read: (view, at) => Number(view.getBigInt64(at, true)) },
  f4: { bytes: 4, whole: false, read: (view, at) => view.getFloat32(at, true) },
  f8: { bytes: 8, whole: false, read: (view, at) => view.getFloat64(at, true) },
};

/**
 * Reads a NumPy array (`.npy`, versions 1 to 3) in C order.
 *
 * @param name of the file, for messages
 * @throws DataError when it is no such file, is of a type or an order that is not read, or its length does not match
 */
export function readNpy(bytes: Uint8Array, name: string): NpyArray {
  const { descr, shape, start } = readHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name);
  const type = Object.hasOwn(types, descr.slice(1)) && /^[<|=]/.test(descr) ? types[descr.slice(1)] : undefined;
  if (!type)
    throw new DataError(
      `${name} has values of type ${JSON.stringify(descr.slice(0, 20))}, which is not read. Save it as one of ${Object.keys(types).join(', ')} (NumPy: .astype).`,
    );
  const count = shape.reduce((product, size) => product * size, 1);
  refuseTooLarge(count * Math.max(4, type.bytes), name);
  const found = bytes.length - start;
  if (found !== count * type.bytes)
    throw new DataError(
      `${name} is damaged: ${found} bytes where ${shape.join(' × ')} values of type ${descr} have ${count * type.bytes}.`,
    );
  return { shape, values: valuesOf(bytes, start, count, type, descr.slice(1)), type: descr };
}

function readHeader(bytes: Buffer, name: string) {
  const version = bytes[6] ?? 0;
  if (!bytes.subarray(0, 6).equals(MAGIC) || version < 1 || version > 3)
    throw new DataError(`${name} is no NumPy array (.npy).`);
  const before = version === 1 ? 10 : 12;
  const length = bytes.length < before ? Infinity : version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  if (length > LONGEST_HEADER || bytes.length < before + length)
    throw new DataError(`${name} is damaged: its header is cut off.`);
  const header = bytes.toString('latin1', before, before + length);
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const isFortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const dimensions = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (descr === undefined || isFortran === undefined || dimensions === undefined)
    throw new DataError(`${name} has a header that is not read: it must be one array of numbers.`);
  const shape = dimensions.split(',').flatMap((text) => (text.trim() === '' ? [] : [Number(text)]));
  if (isFortran === 'True' && shape.length > 1)
    throw new DataError(`${name} is in Fortran order. Save it in C order (NumPy: np.ascontiguousarray).`);
  if (shape.length === 0 || shape.length > MOST_DIMENSIONS || shape.some(isOutside))
    throw new DataError(`${name} has the shape (${shape.join(', ')}), which is not read.`);
  return { descr, shape, start: before + length };
}

const isOutside = (size: number, axis: number) =>
  !Number.isSafeInteger(size) || size < 1 || size > (axis === 0 ? MOST_EXAMPLES : LONGEST_SIDE);

function valuesOf(bytes: Uint8Array, start: number, count: number, type: ElementType, code: string) {
  if (code === 'u1') return new Uint8Array(bytes.buffer, bytes.byteOffset + start, count);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const read = (_: unknown, i: number) => type.read(view, i * type.bytes);
  if (code === 'u2') return Uint16Array.from({ length: count }, read);
  return type.whole ? Float64Array.from({ length: count }, read) : Float32Array.from({ length: count }, read);
}

/** Writes an array as NumPy does (version 1.0): the same array gives the same bytes. */
export function npyOf(values: Uint8Array | Uint16Array | Int32Array | Float32Array, shape: readonly number[]): Buffer {
  const type = typeCodeOf(values);
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  // What follows the header begins at a multiple of 64 bytes.
  const length = 64 * Math.ceil((10 + text.length + 1) / 64) - 10;
  const start = Buffer.alloc(10);
  MAGIC.copy(start);
  start.set([1, 0], 6);
  start.writeUInt16LE(length, 8);
  return Buffer.concat([start, Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1'), littleEndian(values)]);
}

function typeCodeOf(values: Uint8Array | Uint16Array | Int32Array | Float32Array): string {
  if (values instanceof Uint8Array) return '|u1';
  if (values instanceof Uint16Array) return '<u2';
  return values instanceof Int32Array ? '<i4' : '<f4';
}

function littleEndian(values: Uint8Array | Uint16Array | Int32Array | Float32Array): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (isLittleEndian || values.BYTES_PER_ELEMENT === 1) return bytes;
  return values.BYTES_PER_ELEMENT === 2 ? Buffer.from(bytes).swap16() : Buffer.from(bytes).swap32();
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
