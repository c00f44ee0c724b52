import * as tf from '@tensorflow/tfjs-core';
import { nativeBackend, tensorOf, type NativeTensor } from './binding';
import type { Emitter, EmitOptions } from './emitter';
import { attribute, dataTypes, type DataType, type TensorSpec } from './model';
import { feedOf, type Feed, type GraphSession } from './session';
import type { GraphState, TrainingGraphInput } from './trainingInput';

const { float32, int32 } = dataTypes;

/** Name of the variable of a part of θ (group 0) or of a slot (groups 1, 2, …). */
export const variableOf = (group: number, part: number): string =>
  group === 0 ? `theta_${part}` : `slot${group - 1}_${part}`;
/** Names in graphs are plain: those that methods give are only looked up. */
export const carriedVariable = (i: number): string => `carried${i}`;

export interface Variable extends TensorSpec {
  readonly name: string;
}

/** The variables that hold the state of training: θ, the slots in the same parts, and what steps carry. */
export const stateVariables = ({ shapes, slots, carried }: TrainingGraphInput): Variable[] => [
  ...Array.from({ length: 1 + slots }, (_, group) =>
    shapes.map((shape, part) => ({ name: variableOf(group, part), shape, dtype: float32 })),
  ).flat(),
  ...Object.values(carried).map(({ shape }, i) => ({ name: carriedVariable(i), shape, dtype: float32 })),
];

/** A handle of a variable of the session. */
export function variable(graph: Emitter, { name, shape, dtype }: Variable, options: EmitOptions = {}): string {
  const own = {
    dtype: attribute.type(dtype),
    shape: attribute.shape(shape),
    shared_name: attribute.string(name),
  };
  return graph.value('VarHandleOp', [], own, options);
}

/** The node that sets a variable. */
export const assign = (graph: Emitter, handle: string, value: string, dtype: DataType, options: EmitOptions = {}) =>
  graph.add('AssignVariableOp', [handle, value], { dtype: attribute.type(dtype) }, options).node;

export function read(graph: Emitter, handle: string, dtype: DataType, options: EmitOptions = {}) {
  const { node, outputs } = graph.add('ReadVariableOp', [handle], { dtype: attribute.type(dtype) }, options);
  return { node, value: outputs[0] as string };
}

const valueName = (name: string) => `${name}_value`;
const feedName = (name: string) => `${name}_feed`;
const LOAD = 'load';
const SUM = 'sum';

/** The variables with what sets them, reads them and sums θ up. @returns their handles by name */
export function emitState(graph: Emitter, input: TrainingGraphInput): ReadonlyMap<string, string> {
  const variables = stateVariables(input);
  const values: string[] = [];
  const handles = variables.map((one) => {
    const handle = variable(graph, one, { name: one.name });
    values.push(read(graph, handle, float32, { name: valueName(one.name) }).value);
    return handle;
  });
  emitSum(graph, values.slice(0, input.shapes.length), input.shapes);
  const assigned = variables.map(({ name, shape, dtype }, i) =>
    assign(graph, handles[i] as string, graph.placeholder(feedName(name), dtype, shape), dtype),
  );
  // What is fetched must have an output: a constant that comes after the assignments.
  const nothing = { dtype: int32, shape: [], content: new Uint8Array(4) };
  const constant = { dtype: attribute.type(int32), value: attribute.tensor(nothing) };
  graph.add('Const', [], constant, { name: LOAD, after: assigned });
  return new Map(variables.map(({ name }, i) => [name, handles[i] as string]));
}

function emitSum(graph: Emitter, values: readonly string[], shapes: readonly (readonly number[])[]): void {
  const sums = values.map((value, i) => {
    const axes = Int32Array.from(shapes[i] ?? [], (_, axis) => axis);
    const types = { T: attribute.type(float32), Tidx: attribute.type(int32) };
    return graph.value('Sum', [value, graph.constant(axes, [axes.length])], types);
  });
  graph.value('AddN', sums, { N: attribute.int(sums.length), T: attribute.type(float32) }, { name: SUM });
}

/** The state of training in the variables of a session. */
export class SessionState {
  constructor(
    private readonly session: GraphSession,
    private readonly input: TrainingGraphInput,
  ) {}

  /** Sets the variables; the tensors stay the caller's. */
  load({ theta, slots, carried }: GraphState): void {
    tf.tidy(() => {
      const feeds: Record<string, Feed> = {};
      [theta, ...slots].forEach((whole, group) =>
        this.partsOf(whole).forEach((part, k) => (feeds[feedName(variableOf(group, k))] = feedOf(part))),
      );
      Object.keys(this.input.carried).forEach(
        (name, i) => (feeds[feedName(carriedVariable(i))] = feedOf(carried[name] as tf.Tensor)),
      );
      const { binding } = nativeBackend();
      this.session.run(feeds, [LOAD]).forEach(({ id }) => binding.deleteTensor(id));
    });
  }

  /** θ as it is now. While a tensor of it in one piece lives, the next step copies the variable first. */
  readTheta(): tf.Tensor1D {
    return this.flat(0);
  }

  /** The other variables as they are now. */
  readRest(): Omit<GraphState, 'theta'> {
    const { slots, carried } = this.input;
    const own = Object.keys(carried).map((name, i) => {
      const [value] = this.session.run({}, [valueName(carriedVariable(i))]).map(tensorOf);
      return [name, value as tf.Tensor] as const;
    });
    return { slots: Array.from({ length: slots }, (_, slot) => this.flat(1 + slot)), carried: Object.fromEntries(own) };
  }

  /** The sum of θ: not finite where any of it is not. */
  sum(): number {
    const [sum] = this.session.run({}, [SUM]) as [NativeTensor];
    const { binding } = nativeBackend();
    const [value = NaN] = binding.tensorDataSync(sum.id) as Float32Array;
    binding.deleteTensor(sum.id);
    return value;
  }

  private flat(group: number): tf.Tensor1D {
    const fetches = this.input.shapes.map((_, part) => valueName(variableOf(group, part)));
    const [only, ...more] = this.session.run({}, fetches).map(tensorOf);
    if (!only) throw new Error('a network without parameters');
    if (more.length === 0) return only as tf.Tensor1D;
    const parts = [only, ...more];
    const whole = tf.tidy(() => tf.concat1d(parts.map((part) => tf.reshape(part, [-1]))));
    tf.dispose(parts);
    return whole;
  }

  private partsOf(whole: tf.Tensor1D): tf.Tensor[] {
    const { shapes } = this.input;
    if (shapes.length === 1) return [whole];
    const sizes = shapes.map((shape) => tf.util.sizeFromShape([...shape]));
    return tf.split(whole, sizes).map((part, i) => tf.reshape(part, [...(shapes[i] ?? [])]));
  }
}
