import { sameRef, sameShape, type RecordingBuilder } from './builder';
import { attribute, dataTypes, type Attributes, type TensorSpec } from './model';
import type { RecordedOperation, Ref } from './recording';

/** An operation about to be added to a recording. */
export interface Operation {
  readonly op: string;
  readonly inputs: readonly Ref[];
  readonly attributes: Attributes;
  readonly output: TensorSpec;
}

/**
 * A shorter way to the value of an operation with one output, or undefined where there is none: things that TensorFlow.js
 * spells in a roundabout way.
 */
export function shortcut(recording: RecordingBuilder, operation: Operation): Ref | undefined {
  const { op, inputs, output } = operation;
  const [first] = inputs;
  if (first === undefined) return undefined;
  switch (op) {
    case 'Identity':
      return first;
    case 'Cast':
      return recording.specOf(first).dtype === output.dtype ? first : fromBytes(recording, operation);
    case 'GatherV2':
      return gatheredBytes(recording, operation);
    case 'Reshape':
      return recording.reshape(first, output.shape);
    case 'BatchMatMulV2':
      return matrixProduct(recording, operation);
    case 'Add':
    case 'AddV2':
      return withBias(recording, operation);
    case 'Mul':
      return timesOne(recording, operation) ?? reluGradient(recording, operation);
    default:
      return undefined;
  }
}

/** Bytes that a value of whole numbers was made from. */
function bytesBefore(recording: RecordingBuilder, value: Ref | undefined): Ref | undefined {
  const node = recording.nodeOf(value);
  const source = node?.op === 'Cast' ? node.inputs[0] : undefined;
  return source && recording.specOf(source).dtype === dataTypes.uint8 ? source : undefined;
}

const castOf = (recording: RecordingBuilder, bytes: Ref, output: TensorSpec): Ref =>
  recording.value(
    'Cast',
    [bytes],
    { SrcT: attribute.type(dataTypes.uint8), DstT: attribute.type(output.dtype) },
    output,
  );

/** Bytes made whole numbers and these made numbers are made numbers at once. */
function fromBytes(recording: RecordingBuilder, { inputs, output }: Operation): Ref | undefined {
  const bytes = bytesBefore(recording, inputs[0]);
  return bytes && castOf(recording, bytes, output);
}

/** Of bytes only those that are gathered become numbers. */
function gatheredBytes(recording: RecordingBuilder, { inputs, attributes, output }: Operation): Ref | undefined {
  const [values, ...more] = inputs;
  const bytes = bytesBefore(recording, values);
  if (!bytes) return undefined;
  const { uint8 } = dataTypes;
  const own = { ...attributes, Tparams: attribute.type(uint8) };
  const gathered = recording.value('GatherV2', [bytes, ...more], own, { shape: output.shape, dtype: uint8 });
  return castOf(recording, gathered, output);
}

/** A batched product of single matrices is a MatMul, which takes transposes of its inputs for nothing. */
function matrixProduct(recording: RecordingBuilder, { inputs, attributes, output }: Operation): Ref | undefined {
  const shapes = inputs.map((input) => recording.specOf(input).shape);
  if (!shapes.every((shape) => shape.length === 2 || (shape.length === 3 && shape[0] === 1))) return undefined;
  const flags = ['adj_x', 'adj_y'].map((name) => attributes[name]?.kind === 'bool' && attributes[name].value);
  const [a, b] = inputs.map((input, i) => {
    const matrix = recording.reshape(input, (shapes[i] as number[]).slice(-2));
    const source = transposedMatrix(recording, matrix);
    return { matrix: source ?? matrix, transposed: flags[i] !== (source !== undefined) };
  });
  if (!a || !b) return undefined;
  const product = recording.value(
    'MatMul',
    [a.matrix, b.matrix],
    {
      T: attribute.type(output.dtype),
      transpose_a: attribute.bool(a.transposed),
      transpose_b: attribute.bool(b.transposed),
    },
    { shape: output.shape.slice(-2), dtype: output.dtype },
  );
  return recording.reshape(product, output.shape);
}

/** A vector added to every row is TensorFlow's BiasAdd, which becomes one with a product before and a ReLU after. */
function withBias(recording: RecordingBuilder, { inputs, output }: Operation): Ref | undefined {
  const [value, bias] = inputs;
  if (!value || !bias || output.dtype !== dataTypes.float32) return undefined;
  const { shape } = recording.specOf(value);
  const [units = 0, ...more] = recording.specOf(bias).shape;
  const isBias = more.length === 0 && shape.length > 1 && shape.at(-1) === units;
  if (!isBias || !sameShape(shape, output.shape)) return undefined;
  // A stack of one matrix is a matrix.
  const plain = recording.reshape(value, shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape);
  const type = { T: attribute.type(output.dtype) };
  const sum = recording.value('BiasAdd', [plain, bias], type, recording.specOf(plain));
  return recording.reshape(sum, output.shape);
}

/** x where a matrix is xᵀ. */
function transposedMatrix(recording: RecordingBuilder, matrix: Ref): Ref | undefined {
  const node = recording.nodeOf(matrix);
  if (node?.op !== 'Transpose' || recording.specOf(matrix).shape.length !== 2) return undefined;
  const order = constantOf(recording, node.inputs[1]);
  return order?.[0] === 1 && order[1] === 0 ? node.inputs[0] : undefined;
}

/** What is multiplied by a constant 1 that does not change its shape stays as it is. */
function timesOne(recording: RecordingBuilder, { inputs, output }: Operation): Ref | undefined {
  const [first, second] = inputs;
  for (const [value, factor] of [
    [first, second],
    [second, first],
  ]) {
    const one = constantOf(recording, factor);
    if (value && one?.length === 1 && one[0] === ONE && sameShape(recording.specOf(value).shape, output.shape))
      return recording.specOf(value).dtype === dataTypes.float32 ? value : undefined;
  }
  return undefined;
}

/** dy · [y > 0] is TensorFlow's ReluGrad. */
function reluGradient(recording: RecordingBuilder, { inputs, output }: Operation): Ref | undefined {
  for (const [dy, slope] of [inputs, [...inputs].reverse()]) {
    if (!dy || !slope) continue;
    const y = slopeArgument(recording, slope);
    if (y && sameShape(recording.specOf(dy).shape, recording.specOf(y).shape))
      return recording.value('ReluGrad', [dy, y], { T: attribute.type(output.dtype) }, output);
  }
  return undefined;
}

/** y where a value is [y > 0]: a comparison made a number, or tfjs-node's step(y) = isNaN(y) ? y : y > 0 ? 1 : 0. */
function slopeArgument(recording: RecordingBuilder, slope: Ref): Ref | undefined {
  const node = recording.nodeOf(slope);
  if (node?.op === 'Cast') return positive(recording, node.inputs[0]);
  if (!isSelect(node)) return undefined;
  const nan = recording.nodeOf(node.inputs[0]);
  const inner = recording.nodeOf(node.inputs[2]);
  if (nan?.op !== 'IsNan' || !isSelect(inner) || !sameRef(nan.inputs[0], node.inputs[1])) return undefined;
  const y = positive(recording, inner.inputs[0]);
  const below = recording.nodeOf(inner.inputs[2]);
  const above = recording.nodeOf(inner.inputs[1]);
  const fills =
    isFilledWith(recording, below, 0) && (above?.op === 'Fill' || above?.op === 'OnesLike' || above?.op === 'Const');
  return y && fills && sameRef(y, nan.inputs[0]) ? y : undefined;
}

const isSelect = (node: RecordedOperation | undefined): node is RecordedOperation =>
  node?.op === 'Select' || node?.op === 'SelectV2';

/** y where a value is y > 0. */
function positive(recording: RecordingBuilder, comparison: Ref | undefined): Ref | undefined {
  const node = recording.nodeOf(comparison);
  if (node?.op !== 'Greater') return undefined;
  const zero = constantOf(recording, node.inputs[1]);
  return zero?.length === 1 && zero[0] === 0 ? node.inputs[0] : undefined;
}

function isFilledWith(recording: RecordingBuilder, node: RecordedOperation | undefined, value: number): boolean {
  const source = node?.op === 'Fill' ? node.inputs[1] : undefined;
  return constantOf(recording, source)?.every((element) => element === value) ?? false;
}

/** The bits of 1 in single precision. */
const ONE = 0x3f800000;

/** Elements of a 4-byte constant as integers, the bits of what is not one: enough to tell a permutation, a zero, a one. */
function constantOf(recording: RecordingBuilder, ref: Ref | undefined): Int32Array | undefined {
  const value = recording.nodeOf(ref)?.attributes['value'];
  if (value?.kind !== 'tensor' || value.value.content.length % 4 !== 0) return undefined;
  return new Int32Array(Uint8Array.from(value.value.content).buffer);
}
