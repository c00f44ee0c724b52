import { attribute, dataTypes, bytesOf, type Attributes, type DataType, type GraphNode } from './model';
import { signatureOf } from './operations';
import { specOf, type Recording, type Ref } from './recording';
import { StagedRecording } from './stagedRecording';

/** Names of the outputs of a node, and of the node itself for control inputs. */
export interface Emitted {
  readonly node: string;
  readonly outputs: readonly string[];
}

export interface EmitOptions {
  readonly name?: string;
  /** Nodes that run before. */
  readonly after?: readonly string[];
}

/** Writes the nodes of a graph, or of the body of a function (`isFunction`), where outputs have other names. */
export class Emitter {
  readonly nodes: GraphNode[] = [];

  constructor(private readonly isFunction = false) {}

  add(op: string, inputs: readonly string[], attributes: Attributes = {}, options: EmitOptions = {}): Emitted {
    const node = options.name ?? `${op.replace(/^_+/, '').toLowerCase()}_${this.nodes.length}`;
    const control = (options.after ?? []).map((name) => `^${name}`);
    this.nodes.push({ name: node, op, inputs: [...inputs, ...control], attributes });
    const outputs = signatureOf(op).outputs.flatMap(({ name, ...count }) =>
      Array.from({ length: lengthOf(count, attributes) }, (_, k) => [name, k] as const),
    );
    return {
      node,
      outputs: outputs.map(([name, k], i) => (this.isFunction ? `${node}:${name}:${k}` : `${node}:${i}`)),
    };
  }

  /** The only output of an operation that has one. */
  value(op: string, inputs: readonly string[], attributes: Attributes = {}, options: EmitOptions = {}): string {
    return this.add(op, inputs, attributes, options).outputs[0] as string;
  }

  /** All operations of a recording on the given arguments; returns its results. */
  inline(recording: Recording, args: readonly string[]): string[] {
    const staged = new StagedRecording(recording);
    staged.emit(this, (i) => args[i] as string);
    return recording.results.map((ref) => staged.nameOf(ref));
  }

  /** The same with names for the results, under which they can be fetched: `result0`, `result1`, … */
  results(recording: Recording, args: readonly string[]): string[] {
    return this.inline(recording, args).map((value, i) => {
      const name = `result${i}`;
      this.identity(value, specOf(recording, recording.results[i] as Ref).dtype, { name });
      return name;
    });
  }

  placeholder(name: string, dtype: DataType, shape: readonly number[]): string {
    return this.value('Placeholder', [], { dtype: attribute.type(dtype), shape: attribute.shape(shape) }, { name });
  }

  constant(values: Float32Array | Int32Array, shape: readonly number[] = []): string {
    const dtype = values instanceof Float32Array ? dataTypes.float32 : dataTypes.int32;
    return this.value('Const', [], {
      dtype: attribute.type(dtype),
      value: attribute.tensor({ dtype, shape, content: bytesOf(values) }),
    });
  }

  integer(value: number): string {
    return this.constant(Int32Array.of(value));
  }

  /** Rows of `params`: one or several along its first axis. */
  gather(params: string, indices: string, dtype: DataType): string {
    const { int32 } = dataTypes;
    return this.value('GatherV2', [params, indices, this.integer(0)], {
      Tparams: attribute.type(dtype),
      Tindices: attribute.type(int32),
      Taxis: attribute.type(int32),
    });
  }

  reshape(value: string, dtype: DataType, shape: readonly number[]): string {
    const dims = this.constant(Int32Array.from(shape), [shape.length]);
    return this.value('Reshape', [value, dims], {
      T: attribute.type(dtype),
      Tshape: attribute.type(dataTypes.int32),
    });
  }

  identity(value: string, dtype: DataType, options: EmitOptions = {}): string {
    return this.value('Identity', [value], { T: attribute.type(dtype) }, options);
  }
}

/** How many tensors one named output stands for. */
function lengthOf(
  { count, types }: { readonly count?: string; readonly types?: string },
  attributes: Attributes,
): number {
  const counted = attributes[count ?? types ?? ''];
  if (counted?.kind === 'int') return counted.value;
  return counted?.kind === 'list' ? counted.value.length : 1;
}
