/** Contents of an IDX file of unsigned bytes (the format of MNIST): its dimensions and its values. */
export interface IdxBytes {
  readonly dimensions: readonly number[];
  readonly values: Uint8Array;
}

/**
 * Reads the IDX format: two zero bytes, type 0x08 (unsigned byte), number of dimensions, each dimension as a
 * big-endian 32-bit number, then the values.
 *
 * @throws RangeError when it is not such a file or its length does not match its dimensions
 */
export function readIdx(bytes: Uint8Array): IdxBytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0 || bytes[2] !== 8) throw new RangeError('not an IDX file of bytes');
  const rank = bytes[3] ?? 0;
  const header = 4 + 4 * rank;
  if (bytes.length < header) throw new RangeError('the IDX header is cut off');
  const dimensions = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = dimensions.reduce((product, n) => product * n, 1);
  if (bytes.length - header !== expected) {
    throw new RangeError(`${bytes.length - header} values where ${dimensions.join(' × ')} = ${expected} are announced`);
  }
  return { dimensions, values: bytes.subarray(header) };
}
