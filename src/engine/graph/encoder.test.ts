import { describe, expect, it } from 'vitest';
import { encodeSavedModel } from './encoder';
import { attribute, dataTypes } from './model';

/** Fields of a message in order: number and content (a number, or the bytes of what is nested). */
function fieldsOf(bytes: Uint8Array): { field: number; content: number | Uint8Array }[] {
  const fields: { field: number; content: number | Uint8Array }[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) fields.push({ field: tag >> 3, content: varint() });
    else {
      const length = (tag & 7) === 5 ? 4 : varint();
      fields.push({ field: tag >> 3, content: bytes.subarray(at, at + length) });
      at += length;
    }
  }
  return fields;
}

const nested = (bytes: Uint8Array, ...path: number[]): Uint8Array =>
  path.reduce((inner, field) => {
    const found = fieldsOf(inner).find((entry) => entry.field === field)?.content;
    if (!(found instanceof Uint8Array)) throw new Error(`no message in field ${field}`);
    return found;
  }, bytes);
const textOf = (bytes: Uint8Array, ...path: number[]) => Buffer.from(nested(bytes, ...path)).toString('utf8');

const attributes = {
  dtype: attribute.type(dataTypes.float32),
  shape: attribute.shape([-1, 300]),
  rate: attribute.float(0.5),
  types: attribute.types([1, 3]),
};
const graph = {
  nodes: [{ name: 'x', op: 'Placeholder', inputs: ['y', '^z'], attributes }],
  functions: [
    {
      name: 'f',
      parameters: [{ name: 'a', dtype: 1 }],
      nodes: [],
      results: [{ name: 'r', dtype: 1, source: 'a' }],
      stateful: true,
    },
  ],
};

describe('the encoder', () => {
  const model = encodeSavedModel(graph);
  const node = nested(model, 2, 2, 1);
  const valueOf = (name: string) => {
    const entry = fieldsOf(node).find(({ field, content }) => field === 5 && textOf(content as Uint8Array, 1) === name);
    return nested(entry?.content as Uint8Array, 2);
  };

  it('tags its one graph', () => {
    expect(fieldsOf(model)[0]).toEqual({ field: 1, content: 1 });
    expect(textOf(model, 2, 1, 4)).toBe('serve');
  });

  it('writes the names and inputs of a node', () => {
    expect(textOf(node, 1)).toBe('x');
    expect(textOf(node, 2)).toBe('Placeholder');
    expect(
      fieldsOf(node)
        .filter(({ field }) => field === 3)
        .map(({ content }) => Buffer.from(content as Uint8Array).toString()),
    ).toEqual(['y', '^z']);
  });

  it('writes attributes of every kind', () => {
    expect(fieldsOf(valueOf('dtype'))).toEqual([{ field: 6, content: 1 }]);
    const sizes = fieldsOf(nested(valueOf('shape'), 7)).map(({ content }) => fieldsOf(content as Uint8Array));
    expect(sizes).toEqual([[{ field: 1, content: -1 }], [{ field: 1, content: 300 }]]);
    expect(Buffer.from(fieldsOf(valueOf('rate'))[0]?.content as Uint8Array).readFloatLE()).toBe(0.5);
    expect(fieldsOf(nested(valueOf('types'), 1)).map(({ content }) => content)).toEqual([1, 3]);
  });

  it('writes functions with their arguments and results', () => {
    const fn = nested(model, 2, 2, 2, 1);
    expect(textOf(fn, 1, 1)).toBe('f');
    expect(textOf(fn, 1, 2, 1)).toBe('a');
    expect(textOf(fn, 4, 2)).toBe('a');
    expect(fieldsOf(nested(fn, 1))).toContainEqual({ field: 17, content: 1 });
  });
});
