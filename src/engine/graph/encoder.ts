import type { Attribute, Attributes, ConstantTensor, Graph, GraphFunction, GraphNode } from './model';

/**
 * A graph as the bytes of a SavedModel. Written are only the few protocol buffer messages it takes; field numbers are
 * those of tensorflow/core/framework/*.proto and tensorflow/core/protobuf/{meta_graph,saved_model}.proto. The model has
 * one graph tagged "serve" and neither variables nor signatures: nodes are fed and fetched by name.
 */
export function encodeSavedModel({ nodes, functions }: Graph): Uint8Array {
  const graphDef = [
    ...nodes.map((node) => message(1, nodeDef(node))),
    ...(functions.length === 0
      ? []
      : [
          message(
            2,
            functions.map((fn) => message(1, functionDef(fn))),
          ),
        ]),
    message(4, [integer(1, GRAPH_VERSION)]),
  ];
  const metaInfo = [text(4, 'serve'), text(5, '2.9.0')];
  return Buffer.concat([integer(1, 1), message(2, [message(1, metaInfo), message(2, graphDef)])]);
}

/** Graph version of TensorFlow 2.9, the oldest that has all that is used: every later 2.x reads it. */
const GRAPH_VERSION = 1087;

// ---- the wire format

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  // Negative numbers take ten bytes, as 64-bit two's complement.
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

const tag = (field: number, wireType: number) => varint((field << 3) | wireType);
const integer = (field: number, value: number) => Buffer.concat([tag(field, VARINT), varint(value)]);
const bytes = (field: number, content: Uint8Array) =>
  Buffer.concat([tag(field, BYTES), varint(content.length), content]);
const text = (field: number, value: string) => bytes(field, Buffer.from(value, 'utf8'));
const message = (field: number, parts: readonly Uint8Array[]) => bytes(field, Buffer.concat(parts));
function float(field: number, value: number): Buffer {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return Buffer.concat([tag(field, FIXED32), content]);
}

// ---- messages

const shapeProto = (dims: readonly number[]) => dims.map((size) => message(2, [integer(1, size)]));

const tensorProto = ({ dtype, shape, content }: ConstantTensor) => [
  integer(1, dtype),
  message(2, shapeProto(shape)),
  bytes(4, content),
];

/** Field of AttrValue; the fields of its ListValue are the same, except for functions. */
function attrValue(attribute: Attribute): Buffer {
  switch (attribute.kind) {
    case 'string':
      return text(2, attribute.value);
    case 'int':
      return integer(3, attribute.value);
    case 'float':
      return float(4, attribute.value);
    case 'bool':
      return integer(5, Number(attribute.value));
    case 'type':
      return integer(6, attribute.value);
    case 'shape':
      return message(7, shapeProto(attribute.value));
    case 'tensor':
      return message(8, tensorProto(attribute.value));
    case 'list':
      return message(1, attribute.value.map(attrValue));
    case 'function':
      return message(10, [text(1, attribute.value)]);
  }
}

const attributeEntries = (field: number, attributes: Attributes) =>
  Object.entries(attributes).map(([name, value]) => message(field, [text(1, name), message(2, [attrValue(value)])]));

const nodeDef = ({ name, op, inputs, attributes }: GraphNode) => [
  text(1, name),
  text(2, op),
  ...inputs.map((input) => text(3, input)),
  ...attributeEntries(5, attributes),
];

const argDef = (field: number, { name, dtype }: { readonly name: string; readonly dtype: number }) =>
  message(field, [text(1, name), integer(3, dtype)]);

const functionDef = ({ name, parameters, nodes, results, stateful }: GraphFunction) => [
  message(1, [
    text(1, name),
    ...parameters.map((parameter) => argDef(2, parameter)),
    ...results.map((result) => argDef(3, result)),
    ...(stateful ? [integer(17, 1)] : []),
  ]),
  ...nodes.map((node) => message(3, nodeDef(node))),
  ...results.map(({ name: result, source }) => message(4, [text(1, result), text(2, source)])),
];
