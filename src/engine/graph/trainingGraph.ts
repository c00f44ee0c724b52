import * as tf from '@tensorflow/tfjs-core';
import { nativeBackend, tensorOf, type NativeTensor } from './binding';
import type { BatchTensors, Constants } from '../steps/batch';
import { Emitter, type Emitted } from './emitter';
import { castBytes, gatherInputs } from './inputs';
import { attribute, dataTypes, type DataType, type GraphFunction, type TensorSpec } from './model';
import { GraphSession, feedOf, type Feed } from './session';
import { trace } from './trace';
import type { Program } from './program';

const { float32, int32, uint8, bool, resource } = dataTypes;

/** Update rules that TensorFlow has as one operation each. */
export type FusedOptimizer =
  | { readonly kind: 'sgd' }
  | { readonly kind: 'momentum'; readonly momentum: number }
  | { readonly kind: 'adam'; readonly beta1: number; readonly beta2: number };

export interface TrainingGraphInput {
  readonly parameterCount: number;
  readonly optimizer: FusedOptimizer;
  /** Slots of the optimizer, each as long as θ. */
  readonly slots: number;
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly hiddenUnits: number;
  readonly masksOutputs: boolean;
  readonly drops: boolean;
  /** Tensors of the method: fed by reference with each call, so that they may change. */
  readonly constants: Constants;
  /** Loss, and its gradient with respect to θ. */
  readonly gradient: (
    theta: tf.Tensor1D,
    batch: BatchTensors,
    constants: Constants,
  ) => { loss: tf.Scalar; gradient: tf.Tensor1D };
  /** Rewrites what the optimizer proposes. */
  readonly update?: (proposed: tf.Tensor1D, previous: tf.Tensor1D, constants: Constants) => tf.Tensor1D;
}

/** The data set and its label map, in TensorFlow's memory. */
export interface GraphData {
  /** Bytes [examples, inputs]. */
  readonly images: Feed;
  /** Bytes [examples]. */
  readonly labels: Feed;
  /** One row for each class: its target. float32 [classes, outputs]. */
  readonly targets: Feed;
  /** One row for each class: the outputs that take part. float32 [classes, outputs]. */
  readonly active: Feed;
}

/** Steps to take: one row for each. */
export interface StepRows {
  readonly count: number;
  /** int32 [count, rows]. */
  readonly indices: Int32Array;
  /** float32 [count, rows]. */
  readonly weights: Float32Array;
  /** Of each step: the step size and Adam's ε, as the optimizer has them. float32 [count]. */
  readonly stepSizes: Float32Array;
  readonly epsilons: Float32Array;
  /** Bytes 0/1 [count, rows · hidden units]; where hidden units are kept. */
  readonly kept?: Uint8Array;
}

/**
 * Training steps as one graph of TensorFlow: a loop that gathers each step's batch by index from the data, computes the
 * gradient, and updates θ and the optimizer's slots, which are variables of its session, in place.
 */
export class TrainingGraph {
  private readonly session: GraphSession;
  private readonly constantNames: readonly string[];
  private readonly variables: readonly string[];
  private readonly zeros = new Map<number, Float32Array>();

  /** @throws TraceError when the step cannot be made a graph */
  constructor(private readonly input: TrainingGraphInput) {
    this.constantNames = Object.keys(input.constants);
    this.variables = ['theta', ...Array.from({ length: input.slots }, (_, i) => `slot${i}`)];
    this.session = new GraphSession(buildGraph(input, traced(input), this.variables));
  }

  /** Sets θ and the slots; the tensors stay the caller's. */
  load(theta: tf.Tensor1D, slots: readonly tf.Tensor1D[]): void {
    const feeds = [theta, ...slots].map((tensor, i) => [`${this.variables[i]}_feed`, feedOf(tensor)] as const);
    this.fetch(Object.fromEntries(feeds), ['load']).forEach(drop);
  }

  /** θ and the slots as they are now. While one of these tensors lives, the next step copies that variable first. */
  read(): { theta: tf.Tensor1D; slots: tf.Tensor1D[] } {
    const [theta, ...slots] = this.fetch(
      {},
      this.variables.map((name) => `${name}_value`),
    ).map(tensorOf) as tf.Tensor1D[];
    return { theta: theta as tf.Tensor1D, slots };
  }

  theta(): tf.Tensor1D {
    return tensorOf(this.fetch({}, ['theta_value'])[0] as NativeTensor) as tf.Tensor1D;
  }

  /** Takes steps one after the other; returns the loss of each. */
  run(steps: StepRows, data: GraphData, constants: Constants): Float32Array {
    const { rows, hiddenUnits, masksOutputs, drops } = this.input;
    const { count } = steps;
    const { binding } = nativeBackend();
    const made: number[] = [];
    const feed = (values: Int32Array | Float32Array | Uint8Array, shape: readonly number[], dtype: DataType): Feed => {
      if (values.length !== shape.reduce((product, n) => product * n, 1))
        throw new Error(`${values.length} values for a feed of shape [${shape.join()}]`);
      const id = binding.createTensor([...shape], dtype, values);
      made.push(id);
      return { id, shape, dtype };
    };
    try {
      const feeds: Record<string, Feed> = {
        images: data.images,
        labels: data.labels,
        targets: data.targets,
        ...(masksOutputs && { active: data.active }),
        indices: feed(steps.indices, [count, rows], int32),
        weights: feed(steps.weights, [count, rows], float32),
        stepSizes: feed(steps.stepSizes, [count], float32),
        epsilons: feed(steps.epsilons, [count], float32),
        losses: feed(this.zerosOf(count), [count], float32),
        count: feed(Int32Array.of(count), [], int32),
        ...(drops && { kept: feed(steps.kept ?? new Uint8Array(), [count, rows, hiddenUnits], uint8) }),
      };
      for (const name of this.constantNames) feeds[`constant_${name}`] = feedOf(constants[name] as tf.Tensor);
      const [losses] = this.fetch(feeds, ['run']) as [NativeTensor];
      const values = binding.tensorDataSync(losses.id) as Float32Array;
      binding.deleteTensor(losses.id);
      return values;
    } finally {
      made.forEach((id) => binding.deleteTensor(id));
    }
  }

  dispose(): void {
    this.session.dispose();
  }

  private fetch(feeds: Readonly<Record<string, Feed>>, fetches: readonly string[]): NativeTensor[] {
    return this.session.run(feeds, fetches);
  }

  private zerosOf(count: number): Float32Array {
    const known = this.zeros.get(count) ?? new Float32Array(count);
    this.zeros.set(count, known);
    return known;
  }
}

const drop = ({ id }: NativeTensor): void => nativeBackend().binding.deleteTensor(id);

/** Names of the tensors of a batch, in the order in which the traced function takes them. */
const batchNames = ({ masksOutputs, drops }: TrainingGraphInput): (keyof BatchTensors)[] => [
  'x',
  'targets',
  'weights',
  ...(masksOutputs ? (['active'] as const) : []),
  ...(drops ? (['kept'] as const) : []),
];

interface Traced {
  /** (θ, batch…, constants…) → (gradient, loss). */
  readonly gradient: Program;
  /** (proposed θ, previous θ, constants…) → θ. */
  readonly update?: Program;
}

function traced(input: TrainingGraphInput): Traced {
  const { parameterCount, rows, inputs, outputs, hiddenUnits, update } = input;
  const names = batchNames(input);
  const shapes: Record<keyof BatchTensors, number[]> = {
    x: [rows, inputs],
    targets: [rows, outputs],
    weights: [rows],
    active: [rows, outputs],
    kept: [rows, hiddenUnits],
  };
  const constantNames = Object.keys(input.constants);
  const constants = Object.values(input.constants);
  const named = (tensors: readonly tf.Tensor[]) =>
    Object.fromEntries(constantNames.map((name, i) => [name, tensors[i] as tf.Tensor]));
  const theta = tf.zeros<tf.Rank.R1>([parameterCount]);
  const batch = names.map((name) => tf.zeros(shapes[name]));
  try {
    const gradient = trace(
      ([first, ...rest]) => {
        const tensors = Object.fromEntries(names.map((name, i) => [name, rest[i]])) as unknown as BatchTensors;
        const found = input.gradient(first as tf.Tensor1D, tensors, named(rest.slice(names.length)));
        return [found.gradient, found.loss];
      },
      [theta, ...batch, ...constants],
    );
    if (!update) return { gradient };
    const rewritten = trace(
      ([proposed, previous, ...rest]) => [update(proposed as tf.Tensor1D, previous as tf.Tensor1D, named(rest))],
      [theta, theta, ...constants],
    );
    return { gradient, update: rewritten };
  } finally {
    tf.dispose([theta, ...batch]);
  }
}

// ---- the graph

function buildGraph(input: TrainingGraphInput, programs: Traced, variables: readonly string[]) {
  const graph = new Emitter();
  const size = [input.parameterCount];
  const handles = variables.map((name) => {
    const type = attribute.type(float32);
    const own = { dtype: type, shape: attribute.shape(size), shared_name: attribute.string(name) };
    const handle = graph.value('VarHandleOp', [], own, { name });
    graph.value('ReadVariableOp', [handle], { dtype: type }, { name: `${name}_value` });
    return handle;
  });
  const assigned = handles.map((handle, i) => {
    const fed = graph.placeholder(`${variables[i]}_feed`, float32, size);
    return graph.add('AssignVariableOp', [handle, fed], { dtype: attribute.type(float32) }).node;
  });
  // What is fetched must have an output: a constant that comes after the assignments.
  const nothing = { dtype: int32, shape: [], content: new Uint8Array(4) };
  const constant = { dtype: attribute.type(int32), value: attribute.tensor(nothing) };
  graph.add('Const', [], constant, { name: 'load', after: assigned });

  const carried = loopValues(input);
  const values = carried.map(({ name, spec }) =>
    name === 'step' ? graph.integer(0) : graph.placeholder(name, spec.dtype, spec.shape),
  );
  const types = [...carried.map(({ spec }) => spec.dtype), ...handles.map(() => resource)];
  const loop = graph.add('While', [...values, ...handles], {
    T: attribute.types(types),
    cond: attribute.function('condition'),
    body: attribute.function('body'),
    parallel_iterations: attribute.int(1),
    // As plain control flow instead of calls of functions: faster, and with the variables in place.
    _lower_using_switch_merge: attribute.bool(true),
  });
  const last = graph.add('Identity', [loop.outputs[STEP] as string], { T: attribute.type(int32) });
  graph.identity(loop.outputs[LOSSES] as string, float32, { name: 'run', after: [last.node] });
  return { nodes: graph.nodes, functions: [condition(types), body(input, programs, carried, types)] };
}

interface LoopValue {
  readonly name: string;
  readonly spec: TensorSpec;
}

/** Places of the values that the loop itself uses. */
const STEP = 0;
const COUNT = 1;
const LOSSES = 2;

/** What goes round the loop, before the variables. Only the step and the losses change. */
function loopValues(input: TrainingGraphInput): LoopValue[] {
  const { rows, inputs, outputs, hiddenUnits, masksOutputs, drops, constants } = input;
  const value = (name: string, dtype: DataType, shape: readonly number[]): LoopValue => ({
    name,
    spec: { dtype, shape },
  });
  return [
    value('step', int32, []),
    value('count', int32, []),
    value('losses', float32, [-1]),
    value('indices', int32, [-1, rows]),
    value('weights', float32, [-1, rows]),
    value('stepSizes', float32, [-1]),
    value('epsilons', float32, [-1]),
    value('images', uint8, [-1, inputs]),
    value('labels', uint8, [-1]),
    value('targets', float32, [-1, outputs]),
    ...(masksOutputs ? [value('active', float32, [-1, outputs])] : []),
    ...(drops ? [value('kept', uint8, [-1, rows, hiddenUnits])] : []),
    ...Object.entries(constants).map(([name, tensor]) => ({
      name: `constant_${name}`,
      spec: { shape: tensor.shape, dtype: tensor.dtype === 'bool' ? bool : tensor.dtype === 'int32' ? int32 : float32 },
    })),
  ];
}

const parametersOf = (types: readonly DataType[]) => types.map((dtype, i) => ({ name: `a${i}`, dtype }));

function condition(types: readonly DataType[]): GraphFunction {
  const emitter = new Emitter(true);
  const less = emitter.value('Less', [`a${STEP}`, `a${COUNT}`], { T: attribute.type(int32) });
  const results = [{ name: 'more', dtype: bool, source: less }];
  return { name: 'condition', parameters: parametersOf(types), nodes: emitter.nodes, results, stateful: false };
}

function body(
  input: TrainingGraphInput,
  programs: Traced,
  carried: readonly LoopValue[],
  types: readonly DataType[],
): GraphFunction {
  const emitter = new Emitter(true);
  const at = (name: string): string => `a${carried.findIndex((value) => value.name === name)}`;
  const handles = types.slice(carried.length).map((_, i) => `a${carried.length + i}`);
  const constants = Object.keys(input.constants).map((name) => at(`constant_${name}`));
  const step = at('step');
  const theta = readVariable(emitter, handles[0] as string);
  const batch = gatherBatch(emitter, input, at);
  const args = [theta.value, ...batchNames(input).map((name) => batch[name] as string), ...constants];
  const [gradient, loss] = emitter.inline(programs.gradient, args) as [string, string];
  const rate = emitter.gather(at('stepSizes'), step, float32);
  const epsilon = emitter.gather(at('epsilons'), step, float32);
  const updated = [applyOptimizer(emitter, input.optimizer, handles, { gradient, rate, epsilon })];
  if (programs.update) {
    const proposed = readVariable(
      emitter,
      handles[0] as string,
      updated.map(({ node }) => node),
    );
    const [rewritten] = emitter.inline(programs.update, [proposed.value, theta.value, ...constants]) as [string];
    updated.push(
      emitter.add('AssignVariableOp', [handles[0] as string, rewritten], { dtype: attribute.type(float32) }),
    );
  }
  const next = emitter.value('AddV2', [step, emitter.integer(1)], { T: attribute.type(int32) });
  const place = emitter.reshape(step, int32, [1, 1]);
  const losses = emitter.value('TensorScatterUpdate', [at('losses'), place, emitter.reshape(loss, float32, [1])], {
    T: attribute.type(float32),
    Tindices: attribute.type(int32),
  });
  const results = types.map((dtype, i) => {
    // The next step begins when this one's update is done.
    const source = i === STEP ? next : i === LOSSES ? losses : `a${i}`;
    const after = i === STEP ? updated.map(({ node }) => node) : [];
    return { name: `r${i}`, dtype, source: emitter.identity(source, dtype, { after }) };
  });
  return { name: 'body', parameters: parametersOf(types), nodes: emitter.nodes, results, stateful: true };
}

function readVariable(emitter: Emitter, handle: string, after: readonly string[] = []) {
  const { node, outputs } = emitter.add('ReadVariableOp', [handle], { dtype: attribute.type(float32) }, { after });
  return { node, value: outputs[0] as string };
}

/** The batch of a step from its row of indices. */
function gatherBatch(
  emitter: Emitter,
  { masksOutputs, drops }: TrainingGraphInput,
  at: (name: string) => string,
): Partial<Record<keyof BatchTensors, string>> {
  const step = at('step');
  const indices = emitter.gather(at('indices'), step, int32);
  const labels = castBytes(emitter, emitter.gather(at('labels'), indices, uint8), int32);
  return {
    x: gatherInputs(emitter, at('images'), indices),
    targets: emitter.gather(at('targets'), labels, float32),
    weights: emitter.gather(at('weights'), step, float32),
    ...(masksOutputs && { active: emitter.gather(at('active'), labels, float32) }),
    ...(drops && { kept: castBytes(emitter, emitter.gather(at('kept'), step, uint8), float32) }),
  };
}

/**
 * The update of θ and the slots as one operation. Adam's corrections for its bias are in the step size and ε (see
 * optimizer.ts), so TensorFlow is told that the powers of β have become 0.
 */
function applyOptimizer(
  emitter: Emitter,
  optimizer: FusedOptimizer,
  handles: readonly string[],
  { gradient, rate, epsilon }: { readonly gradient: string; readonly rate: string; readonly epsilon: string },
): Emitted {
  const [theta, first, second] = handles as [string, string, string];
  const type = { T: attribute.type(float32) };
  const scalar = (value: number) => emitter.constant(Float32Array.of(value));
  if (optimizer.kind === 'sgd') return emitter.add('ResourceApplyGradientDescent', [theta, rate, gradient], type);
  if (optimizer.kind === 'momentum')
    return emitter.add('ResourceApplyMomentum', [theta, first, rate, gradient, scalar(optimizer.momentum)], type);
  const { beta1, beta2 } = optimizer;
  const inputs = [scalar(0), scalar(0), rate, scalar(beta1), scalar(beta2), epsilon, gradient];
  return emitter.add('ResourceApplyAdam', [theta, first, second, ...inputs], type);
}
