/** TensorFlow's numbers for the data types used here (tensorflow/core/framework/types.proto). */
export const dataTypes = { float32: 1, int32: 3, uint8: 4, bool: 10, resource: 20 } as const;
export type DataType = number;

/** Shape and type of a tensor in a graph; −1 is a size that is known only when the graph runs. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** A constant's content, as little-endian bytes. */
export interface ConstantTensor extends TensorSpec {
  readonly content: Uint8Array;
}

/** An attribute of an operation, by the kinds of attr_value.proto. */
export type Attribute =
  | { readonly kind: 'string' | 'function'; readonly value: string }
  | { readonly kind: 'int' | 'float' | 'type'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: ConstantTensor }
  | { readonly kind: 'list'; readonly value: readonly Attribute[] };
export type Attributes = Readonly<Record<string, Attribute>>;

/** A node of a GraphDef or of a function's body; inputs are names as TensorFlow writes them (`name:0`, `^name`). */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
}

export interface NamedType {
  readonly name: string;
  readonly dtype: DataType;
}

/** A function of the graph's library: the condition and the body of a loop. */
export interface GraphFunction {
  readonly name: string;
  readonly parameters: readonly NamedType[];
  readonly nodes: readonly GraphNode[];
  readonly results: readonly (NamedType & { readonly source: string })[];
  readonly stateful: boolean;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly functions: readonly GraphFunction[];
}

export const attribute = {
  string: (value: string): Attribute => ({ kind: 'string', value }),
  function: (value: string): Attribute => ({ kind: 'function', value }),
  int: (value: number): Attribute => ({ kind: 'int', value }),
  float: (value: number): Attribute => ({ kind: 'float', value }),
  bool: (value: boolean): Attribute => ({ kind: 'bool', value }),
  type: (value: DataType): Attribute => ({ kind: 'type', value }),
  shape: (value: readonly number[]): Attribute => ({ kind: 'shape', value }),
  tensor: (value: ConstantTensor): Attribute => ({ kind: 'tensor', value }),
  types: (values: readonly DataType[]): Attribute => ({ kind: 'list', value: values.map(attribute.type) }),
};

/** Bytes of a typed array, without a copy. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
