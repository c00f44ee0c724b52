import * as tf from '@tensorflow/tfjs-core';
import { withBranches, type Ways } from '../contract/branch';
import type { Tensors } from '../contract/step';
import { nativeBackend, nativeId, type NativeAttribute, type NativeBinding, type NativeTensor } from './binding';
import { RecordingBuilder, sameShape } from './builder';
import { attribute, bytesOf, dataTypes, type Attribute, type DataType } from './model';
import { feedOf, type Feed } from './session';
import { isKnownOperation, signatureOf } from './operations';
import { shortcut } from './peepholes';
import { place, stackOfNow } from './place';
import { fingerprint, firstDifference, pruned, type Recording, type Ref } from './recording';

/** A function cannot be made a graph; the message says why and, where it can be told, in which line. */
export class TraceError extends Error {
  override name = 'TraceError';
}

type TensorFunction = (inputs: tf.Tensor[]) => tf.Tensor[];

/**
 * The operations that a pure function of tensors runs: it is called on the examples while every operation that the native
 * backend executes is recorded. Shapes are those of the examples, which may be bytes (see bytes.ts); numbers and choices made in JavaScript are part of
 * the recording. It is called twice, and must do the same both times.
 *
 * @throws TraceError when the function reads a tensor back, uses one that is not among its inputs, draws random numbers
 *   in JavaScript, or uses an operation with an effect
 */
export function trace(fn: TensorFunction, examples: readonly (tf.Tensor | Feed)[]): Recording {
  const feeds = examples.map((example) => (example instanceof tf.Tensor ? feedOf(example) : example));
  const [first, second] = [traceOnce(fn, feeds), traceOnce(fn, feeds)] as const;
  const recording = pruned(first.recording);
  if (fingerprint(recording) === fingerprint(pruned(second.recording))) return recording;
  // Where an operation stands costs time to find out: it is asked of the first that differs.
  const watched = firstDifference(first.recording, second.recording);
  const where = traceOnce(fn, feeds, watched).placeOfWatched;
  throw new TraceError(`it does not do the same each time, as when it draws random numbers in JavaScript${where}`);
}

interface TracedOnce {
  /** With the operations that no result needs. */
  readonly recording: Recording;
  readonly placeOfWatched: string;
}

/** @param watched number of the operation of which the place is wanted */
function traceOnce(fn: TensorFunction, examples: readonly Feed[], watched?: number): TracedOnce {
  const backend = nativeBackend();
  const { binding } = backend;
  const recorder = new Recorder(binding, examples, watched);
  let recording: Recording | undefined;
  tf.tidy(() => {
    // Copies, so that a value that is given twice is two arguments.
    const inputs = examples.map((example) => copyOf(binding, example));
    inputs.forEach((input, i) => recorder.know(nativeId(input), { argument: i }));
    backend.binding = recorder.binding();
    try {
      const results = withBranches(recorder.branch, () => fn(inputs));
      recording = recorder.recording.finish(results.map((result) => recorder.refOf(nativeId(result))));
    } finally {
      backend.binding = binding;
    }
  });
  return { recording: recording as unknown as Recording, placeOfWatched: recorder.placeOfWatched ?? '' };
}

function copyOf(binding: NativeBinding, { id, dtype }: Feed): tf.Tensor {
  const type = [{ name: 'T', type: binding.TF_ATTR_TYPE, value: dtype }];
  const [copy] = binding.executeOp('Identity', type, [id], 1);
  return nativeBackend().createOutputTensor(copy as NativeTensor);
}

const mapped = (tensors: Tensors, fn: (tensor: tf.Tensor, name: string) => tf.Tensor): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, fn(tensor, name)]));

/** Stands in for the backend's binding and writes down what is executed. */
class Recorder {
  readonly recording: RecordingBuilder;
  placeOfWatched: string | undefined;
  private readonly refs = new Map<number, Ref>();

  constructor(
    private readonly real: NativeBinding,
    examples: readonly Feed[],
    private readonly watched: number | undefined,
  ) {
    this.recording = new RecordingBuilder(examples.map(({ shape, dtype }) => ({ shape, dtype })));
  }

  know(id: number, ref: Ref): void {
    this.refs.set(id, ref);
  }

  refOf(id: number): Ref {
    const ref = this.refs.get(id);
    if (ref) return ref;
    throw new TraceError(`it uses a tensor that is not among its inputs${place()}`);
  }

  /**
   * Both ways, each of values that are there only where it is taken: TensorFlow's Switch and Merge. What they give is
   * switched as well, for it need not come of what they were given.
   */
  readonly branch = (isTrue: tf.Tensor, given: Tensors, { then, otherwise }: Ways): Tensors => {
    const condition = this.refOf(nativeId(isTrue));
    const [whereFalse, whereTrue] = [otherwise, then].map((way, taken) =>
      mapped(way(mapped(given, (tensor) => this.switched(tensor, condition, taken))), (tensor) =>
        this.switched(tensor, condition, taken),
      ),
    ) as [Tensors, Tensors];
    return mapped(whereFalse, (tensor, name) => this.merged(tensor, whereTrue[name]));
  };

  /** A value where the condition is false (0) or true (1). */
  private switched(tensor: tf.Tensor, condition: Ref, taken: number): tf.Tensor {
    const value = this.refOf(nativeId(tensor));
    const spec = this.recording.specOf(value);
    const type = { T: attribute.type(spec.dtype) };
    return this.another(tensor, this.recording.emit('Switch', [value, condition], type, [spec, spec])[taken]);
  }

  /** The one of two values that is there. */
  private merged(first: tf.Tensor, second: tf.Tensor | undefined): tf.Tensor {
    if (!second || !sameShape(first.shape, second.shape))
      throw new TraceError(`the two ways of a branch give different tensors${place()}`);
    const both = [first, second].map((tensor) => this.refOf(nativeId(tensor)));
    const spec = this.recording.specOf(both[0] as Ref);
    const types = { T: attribute.type(spec.dtype), N: attribute.int(both.length) };
    return this.another(
      first,
      this.recording.emit('Merge', both, types, [spec, { shape: [], dtype: dataTypes.int32 }])[0],
    );
  }

  /** A copy of an example that stands for another value. */
  private another(example: tf.Tensor, ref: Ref | undefined): tf.Tensor {
    const copy = copyOf(this.real, feedOf(example));
    this.know(nativeId(copy), ref as Ref);
    return copy;
  }

  binding(): NativeBinding {
    const { real } = this;
    // The methods of an addon's object want it as `this`.
    const binding = Object.create(real) as NativeBinding;
    const own: Partial<NativeBinding> = {
      executeOp: (op, attributes, inputs, outputs) => {
        const made = real.executeOp(op, attributes, inputs, outputs);
        this.record(op, attributes, inputs, made);
        return made;
      },
      createTensor: (shape, dtype, values) => {
        const id = real.createTensor(shape, dtype, values);
        this.know(id, this.recording.constant([...shape], dtype, contentOf(values, dtype)));
        this.watch();
        return id;
      },
      deleteTensor: (id) => real.deleteTensor(id),
      tensorDataSync: (id) => {
        this.allowRead(id);
        return real.tensorDataSync(id);
      },
    };
    for (const [name, value] of Object.entries(own)) Object.defineProperty(binding, name, { value });
    return binding;
  }

  private record(op: string, attributes: NativeAttribute[], inputIds: number[], made: NativeTensor[]): void {
    if (!isKnownOperation(op)) throw new TraceError(`it uses the operation ${op}, which is not known${place()}`);
    if (signatureOf(op).stateful === true)
      throw new TraceError(`it uses the operation ${op}, which has an effect${place()}`);
    const inputs = inputIds.map((id) => this.refOf(id));
    const outputs = made.map(({ shape, dtype }) => ({ shape: [...shape], dtype }));
    const stated = this.attributesOf(op, attributes, inputs);
    const [output] = outputs;
    const short =
      output && outputs.length === 1 && shortcut(this.recording, { op, inputs, attributes: stated, output });
    const refs = short ? [short] : this.recording.emit(op, inputs, stated, outputs);
    made.forEach(({ id }, i) => this.know(id, refs[i] as Ref));
    this.watch();
  }

  private watch(): void {
    if (this.watched !== undefined && this.recording.nodes.length > this.watched) this.placeOfWatched ??= place();
  }

  /** Eager execution infers types and numbers of inputs, which a graph must state. */
  private attributesOf(op: string, given: NativeAttribute[], inputs: readonly Ref[]): Record<string, Attribute> {
    const signature = signatureOf(op);
    const stated: Record<string, Attribute> = {};
    for (const native of given) {
      const kind = signature.attributes[native.name];
      if (kind !== undefined) stated[native.name] = this.attributeOf(op, native, kind.startsWith('list('));
    }
    let at = 0;
    for (const { type, count } of signature.inputs) {
      const number = count === undefined ? 1 : inputs.length - (signature.inputs.length - 1);
      if (count !== undefined) stated[count] ??= attribute.int(number);
      const input = inputs[at];
      if (typeof type === 'string' && input) stated[type] ??= attribute.type(this.recording.specOf(input).dtype);
      at += number;
    }
    return stated;
  }

  private attributeOf(op: string, { name, type, value }: NativeAttribute, isList: boolean): Attribute {
    const one = (element: unknown): Attribute => {
      if (type === this.real.TF_ATTR_STRING) return attribute.string(element as string);
      if (type === this.real.TF_ATTR_INT) return attribute.int(element as number);
      if (type === this.real.TF_ATTR_FLOAT) return attribute.float(element as number);
      if (type === this.real.TF_ATTR_BOOL) return attribute.bool(Boolean(element));
      if (type === this.real.TF_ATTR_TYPE) return attribute.type(element as DataType);
      if (type === this.real.TF_ATTR_SHAPE) return attribute.shape(element as number[]);
      throw new TraceError(`it uses ${op} with an attribute ${name} of a kind that is not known${place()}`);
    };
    if (!isList) return one(value);
    return { kind: 'list', value: (Array.isArray(value) ? value : [value]).map(one) };
  }

  /** Only constants may be read, and indices by tfjs-node's gather, which looks whether they are within bounds. */
  private allowRead(id: number): void {
    if (this.recording.nodeOf(this.refs.get(id))?.op === 'Const') return;
    if (stackOfNow().includes('GatherV2')) return;
    throw new TraceError(`it reads a tensor back to JavaScript${place()}`);
  }
}

function contentOf(values: ArrayBufferView | number[], dtype: DataType): Uint8Array {
  if (ArrayBuffer.isView(values)) return bytesOf(values);
  if (dtype === dataTypes.float32) return bytesOf(Float32Array.from(values));
  if (dtype === dataTypes.int32) return bytesOf(Int32Array.from(values));
  if (dtype === dataTypes.bool) return Uint8Array.from(values, Number);
  throw new TraceError(`it makes a constant of a type that is not known (${dtype})${place()}`);
}
