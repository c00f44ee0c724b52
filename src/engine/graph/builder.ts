import { attribute, bytesOf, dataTypes, type Attributes, type DataType, type TensorSpec } from './model';
import { specOf, type Recording, type RecordedOperation, type Ref } from './recording';

/** Constants up to this size (bytes) are kept once. */
const SMALL = 256;

/** A recording in the making. */
export class RecordingBuilder {
  readonly nodes: RecordedOperation[] = [];
  private readonly constants = new Map<string, Ref>();
  private readonly operations = new Map<string, number>();

  constructor(readonly args: readonly TensorSpec[]) {}

  /** The same operation on the same values is there once. */
  emit(op: string, inputs: readonly Ref[], attributes: Attributes, outputs: readonly TensorSpec[]): Ref[] {
    const key = inputs.length === 0 ? undefined : JSON.stringify([op, inputs, attributes]);
    const known = key === undefined ? undefined : this.operations.get(key);
    const node = known ?? this.nodes.push({ op, inputs, attributes, outputs }) - 1;
    if (key !== undefined) this.operations.set(key, node);
    return outputs.map((_, output) => ({ node, output }));
  }

  /** An operation with one output. */
  value(op: string, inputs: readonly Ref[], attributes: Attributes, output: TensorSpec): Ref {
    return this.emit(op, inputs, attributes, [output])[0] as Ref;
  }

  constant(shape: readonly number[], dtype: DataType, content: Uint8Array): Ref {
    const key =
      content.length <= SMALL ? `${dtype}|${shape.join()}|${Buffer.from(content).toString('latin1')}` : undefined;
    const known = key === undefined ? undefined : this.constants.get(key);
    if (known) return known;
    const value = attribute.tensor({ shape, dtype, content: Uint8Array.from(content) });
    const ref = this.value('Const', [], { dtype: attribute.type(dtype), value }, { shape, dtype });
    if (key !== undefined) this.constants.set(key, ref);
    return ref;
  }

  /** Several reshapes in a row are the last one, and one to the same shape is none. */
  reshape(value: Ref, shape: readonly number[]): Ref {
    let source = value;
    for (let node = this.nodeOf(source); node?.op === 'Reshape'; node = this.nodeOf(source))
      source = node.inputs[0] as Ref;
    const { dtype, shape: before } = this.specOf(source);
    if (sameShape(before, shape)) return source;
    const dims = this.constant([shape.length], dataTypes.int32, bytesOf(Int32Array.from(shape)));
    const types = { T: attribute.type(dtype), Tshape: attribute.type(dataTypes.int32) };
    return this.value('Reshape', [source, dims], types, { shape, dtype });
  }

  specOf(ref: Ref): TensorSpec {
    return specOf(this, ref);
  }

  /** The node that makes a value; undefined for an argument. */
  nodeOf(ref: Ref | undefined): RecordedOperation | undefined {
    return ref && 'node' in ref ? this.nodes[ref.node] : undefined;
  }

  finish(results: readonly Ref[]): Recording {
    return { args: this.args, nodes: this.nodes, results };
  }
}

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

export const sameRef = (a: Ref | undefined, b: Ref | undefined): boolean => {
  if (!a || !b) return false;
  if ('argument' in a) return 'argument' in b && a.argument === b.argument;
  return 'node' in b && a.node === b.node && a.output === b.output;
};
