import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTensors, encodeTensors, type StoredTensor } from './safetensors';

const plain = ({ shape, values }: StoredTensor) => ({ shape, type: values.constructor.name, bits: bitsOf(values) });
const bitsOf = (values: StoredTensor['values']) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');

const values = fc.oneof(
  fc.float32Array({ maxLength: 9 }),
  fc.int32Array({ maxLength: 9 }),
  fc.uint8Array({ maxLength: 9 }),
) as fc.Arbitrary<StoredTensor['values']>;
const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => !text.startsWith('__'));
const files = fc.record({
  tensors: fc.dictionary(
    name,
    values.map((v) => ({ shape: [v.length], values: v })),
    { noNullPrototype: true },
  ),
  metadata: fc.dictionary(name, fc.string(), { noNullPrototype: true }),
});

describe('a file of tensors', () => {
  it('gives back exactly what was put in, bit for bit (property)', () => {
    fc.assert(
      fc.property(files, (file) => {
        const read = decodeTensors(encodeTensors(file));
        expect(read.metadata).toEqual(file.metadata);
        expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(file.tensors).sort());
        for (const [key, tensor] of Object.entries(file.tensors)) {
          expect(plain(read.tensors[key] as StoredTensor)).toEqual(plain(tensor));
        }
      }),
    );
  });

  it('keeps numbers that JSON cannot say', () => {
    const odd = Float32Array.of(NaN, Infinity, -Infinity, -0, 2 ** -149);
    const { tensors } = decodeTensors(encodeTensors({ tensors: { odd: { shape: [5], values: odd } }, metadata: {} }));
    expect(bitsOf(tensors['odd']?.values ?? new Uint8Array())).toBe(bitsOf(odd));
  });

  it('has the layout of the safetensors format', () => {
    const bytes = encodeTensors({
      tensors: {
        a: { shape: [1, 2], values: Float32Array.of(1, -2) },
        b: { shape: [3], values: Uint8Array.of(7, 8, 9) },
        c: { shape: [1], values: Int32Array.of(-1) },
      },
      metadata: { step: '5' },
    });
    const header =
      '{"__metadata__":{"step":"5"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},' +
      '"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},"c":{"dtype":"I32","shape":[1],"data_offsets":[11,15]}}';
    const padded = Math.ceil(header.length / 8) * 8;
    expect(bytes.readUInt32LE(0)).toBe(padded);
    expect(bytes.readUInt32LE(4)).toBe(0);
    expect(bytes.toString('latin1', 8, 8 + padded)).toBe(header.padEnd(padded));
    expect(bytes.toString('hex', 8 + padded)).toBe('0000803f000000c0' + '070809' + 'ffffffff');
  });

  it('starts its values at a multiple of 8, with names outside ASCII too', () => {
    const bytes = encodeTensors({ tensors: { 'α→β 😀': { shape: [1], values: Float32Array.of(3) } }, metadata: {} });
    const header = bytes.readUInt32LE(0);
    expect(header % 8).toBe(0);
    expect(bytes.length).toBe(8 + header + 4);
    expect(() => JSON.parse(bytes.toString('utf8', 8, 8 + header)) as unknown).not.toThrow();
  });

  it('that is cut off at any byte is refused as such (property)', () => {
    fc.assert(
      fc.property(files, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (file, share) => {
        const bytes = encodeTensors(file);
        expect(() => decodeTensors(bytes.subarray(0, Math.floor(share * bytes.length)))).toThrow(RangeError);
      }),
    );
  });

  const eightBytes = '{"dtype":"U8","shape":[8],"data_offsets":[0,8]}';
  const tooLarge = Array<string>(20).fill('9007199254740991').join();
  const withLength = (length: bigint) => {
    const bytes = Buffer.alloc(64);
    bytes.writeBigUInt64LE(length);
    return bytes;
  };
  const withHeader = (header: string, data = Buffer.alloc(8)) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
    return Buffer.concat([length, Buffer.from(header), data]);
  };

  it.each([
    ['a header that is no JSON', withHeader('{"a":')],
    ['a header that is no object', withHeader('null')],
    ['a tensor without a place', withHeader('{"a":{"dtype":"F32","shape":[1]}}')],
    ['a place that ends before it starts', withHeader('{"a":{"dtype":"U8","shape":[1],"data_offsets":[4,3]}}')],
    ['a place before the data', withHeader('{"a":{"dtype":"U8","shape":[9],"data_offsets":[-1,8]}}')],
    ['a shape of another size', withHeader('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}')],
    ['a type it does not know', withHeader('{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}')],
    ['a length beyond all files', Buffer.alloc(64, 255)],
    ['a length of 2^63', withLength(2n ** 63n)],
    ['a length of one byte too many', withLength(57n)],
    ['a header longer than any can be', Buffer.concat([withHeader(' '.repeat((1 << 20) + 1)), Buffer.alloc(8)])],
    ['the same bytes for two tensors', withHeader(`{"a":${eightBytes},"b":${eightBytes}}`)],
    [
      'the same bytes for thousands',
      withHeader(`{${Array.from({ length: 9999 }, (_, i) => `"${i}":${eightBytes}`).join()}}`),
    ],
    ["bytes that are no tensor's", withHeader(`{"a":${eightBytes}}`, Buffer.alloc(9))],
    ['a gap before a tensor', withHeader('{"a":{"dtype":"U8","shape":[7],"data_offsets":[1,8]}}')],
    ['sizes beyond all numbers', withHeader('{"a":{"dtype":"U8","shape":[9e15,9e15,9e15],"data_offsets":[0,8]}}')],
    ['sizes that are no number', withHeader(`{"a":{"dtype":"U8","shape":[0,${tooLarge}],"data_offsets":[0,8]}}`)],
    ['a shape of fractions', withHeader('{"a":{"dtype":"U8","shape":[0.5,16],"data_offsets":[0,8]}}')],
    ['lists within lists within lists', withHeader('['.repeat(500_000))],
    ['metadata that are no text', withHeader(`{"__metadata__":{"step":1},"a":${eightBytes}}`)],
    ['zeros', Buffer.alloc(64)],
  ])('with %s is refused, never read as something else', (_, bytes) => {
    expect(() => decodeTensors(bytes)).toThrow(RangeError);
    expect(() => decodeTensors(bytes)).toThrow(/^the (header of the )?(checkpoint|values) .{5,100}$/);
  });

  it('with an endless name is refused in few words', () => {
    const name = 'x'.repeat(100_000);
    expect(() => decodeTensors(withHeader(`{"${name}":${eightBytes}}`, Buffer.alloc(0)))).toThrow(
      /^the checkpoint is cut off in "x{40}…"$/,
    );
  });

  it('named like a part of every object is a tensor like others, but for the one that JSON can make and code cannot', () => {
    const tensors = { constructor: { shape: [1], values: Uint8Array.of(1) } };
    expect(decodeTensors(encodeTensors({ tensors, metadata: {} })).tensors).toEqual(tensors);
    expect(() => decodeTensors(withHeader(`{"__proto__":${eightBytes}}`))).toThrow(RangeError);
  });
});
