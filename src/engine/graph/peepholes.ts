import { sameRef, sameShape, type ProgramBuilder } from './builder';
import { attribute, dataTypes, type Attributes, type TensorSpec } from './model';
import type { ProgramNode, Ref } from './program';

/** An operation about to be added to a program. */
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
export function shortcut(program: ProgramBuilder, operation: Operation): Ref | undefined {
  const { op, inputs, output } = operation;
  const [first] = inputs;
  if (first === undefined) return undefined;
  switch (op) {
    case 'Identity':
      return first;
    case 'Cast':
      return program.specOf(first).dtype === output.dtype ? first : fromBytes(program, operation);
    case 'GatherV2':
      return gatheredBytes(program, operation);
    case 'Reshape':
      return program.reshape(first, output.shape);
    case 'BatchMatMulV2':
      return matrixProduct(program, operation);
    case 'Add':
    case 'AddV2':
      return withBias(program, operation);
    case 'Mul':
      return timesOne(program, operation) ?? reluGradient(program, operation);
    default:
      return undefined;
  }
}

/** Bytes that a value of whole numbers was made from. */
function bytesBefore(program: ProgramBuilder, value: Ref | undefined): Ref | undefined {
  const node = program.nodeOf(value);
  const source = node?.op === 'Cast' ? node.inputs[0] : undefined;
  return source && program.specOf(source).dtype === dataTypes.uint8 ? source : undefined;
}

const castOf = (program: ProgramBuilder, bytes: Ref, output: TensorSpec): Ref =>
  program.value('Cast', [bytes], { SrcT: attribute.type(dataTypes.uint8), DstT: attribute.type(output.dtype) }, output);

/** Bytes made whole numbers and these made numbers are made numbers at once. */
function fromBytes(program: ProgramBuilder, { inputs, output }: Operation): Ref | undefined {
  const bytes = bytesBefore(program, inputs[0]);
  return bytes && castOf(program, bytes, output);
}

/** Of bytes only those that are gathered become numbers. */
function gatheredBytes(program: ProgramBuilder, { inputs, attributes, output }: Operation): Ref | undefined {
  const [values, ...more] = inputs;
  const bytes = bytesBefore(program, values);
  if (!bytes) return undefined;
  const { uint8 } = dataTypes;
  const own = { ...attributes, Tparams: attribute.type(uint8) };
  const gathered = program.value('GatherV2', [bytes, ...more], own, { shape: output.shape, dtype: uint8 });
  return castOf(program, gathered, output);
}

/** A batched product of single matrices is a MatMul, which takes transposes of its inputs for nothing. */
function matrixProduct(program: ProgramBuilder, { inputs, attributes, output }: Operation): Ref | undefined {
  const shapes = inputs.map((input) => program.specOf(input).shape);
  if (!shapes.every((shape) => shape.length === 2 || (shape.length === 3 && shape[0] === 1))) return undefined;
  const flags = ['adj_x', 'adj_y'].map((name) => attributes[name]?.kind === 'bool' && attributes[name].value);
  const [a, b] = inputs.map((input, i) => {
    const matrix = program.reshape(input, (shapes[i] as number[]).slice(-2));
    const source = transposedMatrix(program, matrix);
    return { matrix: source ?? matrix, transposed: flags[i] !== (source !== undefined) };
  });
  if (!a || !b) return undefined;
  const product = program.value(
    'MatMul',
    [a.matrix, b.matrix],
    {
      T: attribute.type(output.dtype),
      transpose_a: attribute.bool(a.transposed),
      transpose_b: attribute.bool(b.transposed),
    },
    { shape: output.shape.slice(-2), dtype: output.dtype },
  );
  return program.reshape(product, output.shape);
}

/** A vector added to every row is TensorFlow's BiasAdd, which becomes one with a product before and a ReLU after. */
function withBias(program: ProgramBuilder, { inputs, output }: Operation): Ref | undefined {
  const [value, bias] = inputs;
  if (!value || !bias || output.dtype !== dataTypes.float32) return undefined;
  const { shape } = program.specOf(value);
  const [units = 0, ...more] = program.specOf(bias).shape;
  const isBias = more.length === 0 && shape.length > 1 && shape.at(-1) === units;
  if (!isBias || !sameShape(shape, output.shape)) return undefined;
  // A stack of one matrix is a matrix.
  const plain = program.reshape(value, shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape);
  const type = { T: attribute.type(output.dtype) };
  const sum = program.value('BiasAdd', [plain, bias], type, program.specOf(plain));
  return program.reshape(sum, output.shape);
}

/** x where a matrix is xᵀ. */
function transposedMatrix(program: ProgramBuilder, matrix: Ref): Ref | undefined {
  const node = program.nodeOf(matrix);
  if (node?.op !== 'Transpose' || program.specOf(matrix).shape.length !== 2) return undefined;
  const order = constantOf(program, node.inputs[1]);
  return order?.[0] === 1 && order[1] === 0 ? node.inputs[0] : undefined;
}

/** What is multiplied by a constant 1 that does not change its shape stays as it is. */
function timesOne(program: ProgramBuilder, { inputs, output }: Operation): Ref | undefined {
  const [first, second] = inputs;
  for (const [value, factor] of [
    [first, second],
    [second, first],
  ]) {
    const one = constantOf(program, factor);
    if (value && one?.length === 1 && one[0] === ONE && sameShape(program.specOf(value).shape, output.shape))
      return program.specOf(value).dtype === dataTypes.float32 ? value : undefined;
  }
  return undefined;
}

/** dy · [y > 0] is TensorFlow's ReluGrad. */
function reluGradient(program: ProgramBuilder, { inputs, output }: Operation): Ref | undefined {
  for (const [dy, slope] of [inputs, [...inputs].reverse()]) {
    if (!dy || !slope) continue;
    const y = slopeArgument(program, slope);
    if (y && sameShape(program.specOf(dy).shape, program.specOf(y).shape))
      return program.value('ReluGrad', [dy, y], { T: attribute.type(output.dtype) }, output);
  }
  return undefined;
}

/** y where a value is [y > 0]: a comparison made a number, or tfjs-node's step(y) = isNaN(y) ? y : y > 0 ? 1 : 0. */
function slopeArgument(program: ProgramBuilder, slope: Ref): Ref | undefined {
  const node = program.nodeOf(slope);
  if (node?.op === 'Cast') return positive(program, node.inputs[0]);
  if (!isSelect(node)) return undefined;
  const nan = program.nodeOf(node.inputs[0]);
  const inner = program.nodeOf(node.inputs[2]);
  if (nan?.op !== 'IsNan' || !isSelect(inner) || !sameRef(nan.inputs[0], node.inputs[1])) return undefined;
  const y = positive(program, inner.inputs[0]);
  const below = program.nodeOf(inner.inputs[2]);
  const above = program.nodeOf(inner.inputs[1]);
  const fills =
    isFilledWith(program, below, 0) && (above?.op === 'Fill' || above?.op === 'OnesLike' || above?.op === 'Const');
  return y && fills && sameRef(y, nan.inputs[0]) ? y : undefined;
}

const isSelect = (node: ProgramNode | undefined): node is ProgramNode =>
  node?.op === 'Select' || node?.op === 'SelectV2';

/** y where a value is y > 0. */
function positive(program: ProgramBuilder, comparison: Ref | undefined): Ref | undefined {
  const node = program.nodeOf(comparison);
  if (node?.op !== 'Greater') return undefined;
  const zero = constantOf(program, node.inputs[1]);
  return zero?.length === 1 && zero[0] === 0 ? node.inputs[0] : undefined;
}

function isFilledWith(program: ProgramBuilder, node: ProgramNode | undefined, value: number): boolean {
  const source = node?.op === 'Fill' ? node.inputs[1] : undefined;
  return constantOf(program, source)?.every((element) => element === value) ?? false;
}

/** The bits of 1 in single precision. */
const ONE = 0x3f800000;

/** Elements of a 4-byte constant as integers, the bits of what is not one: enough to tell a permutation, a zero, a one. */
function constantOf(program: ProgramBuilder, ref: Ref | undefined): Int32Array | undefined {
  const value = program.nodeOf(ref)?.attributes['value'];
  if (value?.kind !== 'tensor' || value.value.content.length % 4 !== 0) return undefined;
  return new Int32Array(Uint8Array.from(value.value.content).buffer);
}
