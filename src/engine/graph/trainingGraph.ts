import * as tf from '@tensorflow/tfjs-core';
import { dataTypeOf, nativeBackend, tensorOf, type NativeTensor } from './binding';
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
  /** Shapes of the variables that θ is kept in, in its order: the network's tensors, or θ in one piece. */
  readonly shapes: readonly (readonly number[])[];
  readonly optimizer: FusedOptimizer;
  /** Slots of the optimizer, each kept in the same shapes. */
  readonly slots: number;
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly hiddenUnits: number;
  readonly masksOutputs: boolean;
  readonly drops: boolean;
  /** Tensors of the method: fed by reference with each call, so that they may change. */
  readonly constants: Constants;
  /** Loss, and its gradients with respect to the variables of θ. */
  readonly gradients: (
    parameters: readonly tf.Tensor[],
    batch: BatchTensors,
    constants: Constants,
  ) => { loss: tf.Scalar; gradients: readonly tf.Tensor[] };
  /** Rewrites what the optimizer proposes; θ is in one piece then. */
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
  /** Bytes 0/1 [count, rows · hidden units], 1 for what is kept; where hidden units are dropped. */
  readonly kept?: Uint8Array;
}

/**
 * Training steps as one graph of TensorFlow: a loop that gathers each step's batch by index from the data, computes the
 * gradient, and updates θ and the optimizer's slots, which are variables of its session, in place.
 */
export class TrainingGraph {
  private readonly session: GraphSession;
  private readonly constantNames: readonly string[];
  /** Names of the variables of θ and of each slot. */
  private readonly variables: readonly (readonly string[])[];

  /** @throws TraceError when the step cannot be made a graph */
  constructor(private readonly input: TrainingGraphInput) {
    this.constantNames = Object.keys(input.constants);
    this.variables = ['theta', ...Array.from({ length: input.slots }, (_, i) => `slot${i}`)].map((name) =>
      input.shapes.map((_, i) => `${name}_${i}`),
    );
    this.session = new GraphSession(buildGraph(input, traced(input), this.variables));
  }

  /** Sets θ and the slots, each flat; the tensors stay the caller's. */
  load(theta: tf.Tensor1D, slots: readonly tf.Tensor1D[]): void {
    tf.tidy(() => {
      const feeds = [theta, ...slots].flatMap((tensor, i) =>
        this.partsOf(tensor).map((part, k) => [`${this.variables[i]?.[k]}_feed`, feedOf(part)] as const),
      );
      this.session.run(Object.fromEntries(feeds), ['load']).forEach(drop);
    });
  }

  /** θ and the slots as they are now, each flat. While a tensor of θ in one piece lives, the next step copies it first. */
  read(): { theta: tf.Tensor1D; slots: tf.Tensor1D[] } {
    const [theta, ...slots] = this.variables.map((names) => this.flat(names));
    return { theta: theta as tf.Tensor1D, slots };
  }

  theta(): tf.Tensor1D {
    return this.flat(this.variables[0] ?? []);
  }

  /** The sum of θ: not finite where any of it is not. */
  sum(): number {
    const [sum] = this.session.run({}, [SUM]) as [NativeTensor];
    const { binding } = nativeBackend();
    const [value = NaN] = binding.tensorDataSync(sum.id) as Float32Array;
    binding.deleteTensor(sum.id);
    return value;
  }

  private flat(names: readonly string[]): tf.Tensor1D {
    const fetches = names.map((name) => `${name}_value`);
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

  /** Takes steps one after the other; returns the loss of each. */
  run(steps: StepRows, data: GraphData, constants: Constants): Float32Array {
    const { rows, hiddenUnits, masksOutputs, drops } = this.input;
    const { count } = steps;
    const { binding } = nativeBackend();
    const made: number[] = [];
    const feed = (values: Int32Array | Float32Array | Uint8Array, shape: readonly number[], dtype: DataType): Feed => {
      if (values.length !== tf.util.sizeFromShape([...shape]))
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
        ...(this.input.optimizer.kind === 'adam' && { epsilons: feed(steps.epsilons, [count], float32) }),
        losses: feed(new Float32Array(count), [count], float32),
        count: feed(Int32Array.of(count), [], int32),
        ...(drops && { kept: feed(steps.kept ?? new Uint8Array(), [count, rows, hiddenUnits], uint8) }),
      };
      for (const name of this.constantNames) feeds[`constant_${name}`] = feedOf(constants[name] as tf.Tensor);
      const [losses] = this.session.run(feeds, ['run']) as [NativeTensor];
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
  /** (parameters…, batch…, constants…) → (loss, gradients…). */
  readonly gradients: Program;
  /** (proposed θ, previous θ, constants…) → θ. */
  readonly update?: Program;
}

function traced(input: TrainingGraphInput): Traced {
  const { shapes: parameterShapes, rows, inputs, outputs, hiddenUnits, update } = input;
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
  const parameters = parameterShapes.map((shape) => tf.zeros([...shape]));
  const batch = names.map((name) => tf.zeros(shapes[name]));
  try {
    const gradients = trace(
      (args) => {
        const [own, rest] = [args.slice(0, parameters.length), args.slice(parameters.length)];
        const tensors = Object.fromEntries(names.map((name, i) => [name, rest[i]])) as unknown as BatchTensors;
        const found = input.gradients(own, tensors, named(rest.slice(names.length)));
        return [found.loss, ...found.gradients];
      },
      [...parameters, ...batch, ...constants],
    );
    const [theta] = parameters;
    if (!update || !theta) return { gradients };
    const rewritten = trace(
      ([proposed, previous, ...rest]) => [update(proposed as tf.Tensor1D, previous as tf.Tensor1D, named(rest))],
      [theta, theta, ...constants],
    );
    return { gradients, update: rewritten };
  } finally {
    tf.dispose([...parameters, ...batch]);
  }
}

// ---- the graph

function buildGraph(input: TrainingGraphInput, programs: Traced, names: readonly (readonly string[])[]) {
  const graph = new Emitter();
  const type = attribute.type(float32);
  const variables = names.flatMap((group) => group.map((name, i) => ({ name, shape: input.shapes[i] ?? [] })));
  const values: string[] = [];
  const handles = variables.map(({ name, shape }) => {
    const own = { dtype: type, shape: attribute.shape(shape), shared_name: attribute.string(name) };
    const handle = graph.value('VarHandleOp', [], own, { name });
    values.push(graph.value('ReadVariableOp', [handle], { dtype: type }, { name: `${name}_value` }));
    return handle;
  });
  sumOf(graph, values.slice(0, input.shapes.length), input.shapes);
  const assigned = handles.map((handle, i) => {
    const { name = '', shape = [] } = variables[i] ?? {};
    return graph.add('AssignVariableOp', [handle, graph.placeholder(`${name}_feed`, float32, shape)], { dtype: type })
      .node;
  });
  // What is fetched must have an output: a constant that comes after the assignments.
  const nothing = { dtype: int32, shape: [], content: new Uint8Array(4) };
  const constant = { dtype: attribute.type(int32), value: attribute.tensor(nothing) };
  graph.add('Const', [], constant, { name: 'load', after: assigned });

  // What the steps of a call read and their losses are in variables too: a loop's own values go round at a cost.
  const inputs = callInputs(graph, input);
  const fed = inputs.map(({ name, dtype, shape, value }) => {
    const type = attribute.type(dtype);
    const own = { dtype: type, shape: attribute.shape(shape), shared_name: attribute.string(`input_${name}`) };
    const handle = graph.value('VarHandleOp', [], own);
    return { name, handle, set: graph.add('AssignVariableOp', [handle, value], { dtype: type }).node };
  });
  const count = graph.identity(graph.placeholder('count', int32, []), int32, { after: fed.map(({ set }) => set) });
  const types = [int32, int32, ...[...fed, ...handles].map(() => resource)];
  const loop = graph.add('While', [graph.integer(0), count, ...fed.map(({ handle }) => handle), ...handles], {
    T: attribute.types(types),
    cond: attribute.function('condition'),
    body: attribute.function('body'),
    parallel_iterations: attribute.int(1),
    // As plain control flow instead of calls of functions: faster, and with the variables in place.
    _lower_using_switch_merge: attribute.bool(true),
  });
  const last = graph.add('Identity', [loop.outputs[STEP] as string], { T: attribute.type(int32) });
  const losses = fed.find(({ name }) => name === LOSSES)?.handle as string;
  graph.value('ReadVariableOp', [losses], { dtype: type }, { name: 'run', after: [last.node] });
  return { nodes: graph.nodes, functions: [condition(types), body(input, programs, inputs, types)] };
}

/** Of the variables of θ; its value is fetched by this name. */
const SUM = 'sum';

function sumOf(graph: Emitter, values: readonly string[], shapes: readonly (readonly number[])[]): void {
  const sums = values.map((value, i) => {
    const axes = Int32Array.from(shapes[i] ?? [], (_, axis) => axis);
    const types = { T: attribute.type(float32), Tidx: attribute.type(int32) };
    return graph.value('Sum', [value, graph.constant(axes, [axes.length])], types);
  });
  graph.value('AddN', sums, { N: attribute.int(sums.length), T: attribute.type(float32) }, { name: SUM });
}

/** What the steps of a call read, or write: kept in a variable. */
interface CallInput extends TensorSpec {
  readonly name: string;
  readonly value: string;
}

/** Places of the values that go round the loop; the variables come after them. */
const STEP = 0;
const COUNT = 1;
const CARRIED = 2;
/** The variable that gets the loss of each step. */
const LOSSES = 'losses';

/** What a call brings: the steps to take, their examples and labels, and the method's tensors. */
function callInputs(graph: Emitter, input: TrainingGraphInput): CallInput[] {
  const { rows, inputs, outputs, hiddenUnits, masksOutputs, drops, optimizer, constants } = input;
  const given = (name: string, dtype: DataType, shape: readonly number[]): CallInput => ({
    name,
    dtype,
    shape,
    value: graph.placeholder(name, dtype, shape),
  });
  const indices = given('indices', int32, [-1, rows]);
  // Looked up for all steps at once.
  const labels = castBytes(graph, graph.gather(graph.placeholder('labels', uint8, [-1]), indices.value, uint8), int32);
  const ofLabels = (name: string): CallInput => {
    const value = graph.gather(graph.placeholder(name, float32, [-1, outputs]), labels, float32);
    return { name, dtype: float32, shape: [-1, rows, outputs], value };
  };
  return [
    indices,
    given('weights', float32, [-1, rows]),
    given('stepSizes', float32, [-1]),
    ...(optimizer.kind === 'adam' ? [given('epsilons', float32, [-1])] : []),
    given('images', uint8, [-1, inputs]),
    ofLabels('targets'),
    ...(masksOutputs ? [ofLabels('active')] : []),
    ...(drops ? [given('kept', uint8, [-1, rows, hiddenUnits])] : []),
    ...Object.entries(constants).map(([name, tensor]) => given(`constant_${name}`, dataTypeOf(tensor), tensor.shape)),
    given(LOSSES, float32, [-1]),
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
  inputs: readonly CallInput[],
  types: readonly DataType[],
): GraphFunction {
  const emitter = new Emitter(true);
  const handleOf = (name: string) => `a${CARRIED + inputs.findIndex((given) => given.name === name)}`;
  /** The value of an input, read where it is needed. */
  const read = (name: string): string =>
    readVariable(emitter, handleOf(name), inputs.find((given) => given.name === name)?.dtype).value;
  const handles = types.slice(CARRIED + inputs.length).map((_, i) => `a${CARRIED + inputs.length + i}`);
  const constants = Object.keys(input.constants).map((name) => read(`constant_${name}`));
  const step = `a${STEP}`;
  /** Handles of θ's variables, and of the same parts of each slot. */
  const { length } = input.shapes;
  const parts = input.shapes.map((_, part) => handles.filter((__, i) => i % length === part));
  const parameters = parts.map(([handle]) => readVariable(emitter, handle as string).value);
  const batch = gatherBatch(emitter, input, step, read);
  const args = [...parameters, ...batchNames(input).map((name) => batch[name] as string), ...constants];
  const [loss, ...gradients] = emitter.inline(programs.gradients, args) as [string, ...string[]];
  const rate = emitter.gather(read('stepSizes'), step, float32);
  const epsilon = input.optimizer.kind === 'adam' ? emitter.gather(read('epsilons'), step, float32) : rate;
  const updated = parts.map((own, i) =>
    applyOptimizer(emitter, input.optimizer, own, { gradient: gradients[i] as string, rate, epsilon }),
  );
  if (programs.update) {
    const theta = handles[0] as string;
    const after = updated.map(({ node }) => node);
    const proposed = readVariable(emitter, theta, float32, after);
    const args = [proposed.value, parameters[0] as string, ...constants];
    const [rewritten] = emitter.inline(programs.update, args) as [string];
    updated.push(emitter.add('AssignVariableOp', [theta, rewritten], { dtype: attribute.type(float32) }));
  }
  const lossTypes = { dtype: attribute.type(float32), Tindices: attribute.type(int32) };
  updated.push(emitter.add('ResourceScatterUpdate', [handleOf(LOSSES), step, loss], lossTypes));
  const next = emitter.value('AddV2', [step, emitter.integer(1)], { T: attribute.type(int32) });
  const results = types.map((dtype, i) => {
    // Handles of variables, returned as they came, do not go round the loop: TensorFlow sees that they stay the same.
    if (dtype === resource) return { name: `r${i}`, dtype, source: `a${i}` };
    // The next step begins when this one's update is done.
    const isStep = i === STEP;
    const after = isStep ? updated.map(({ node }) => node) : [];
    return { name: `r${i}`, dtype, source: emitter.identity(isStep ? next : `a${i}`, dtype, { after }) };
  });
  return { name: 'body', parameters: parametersOf(types), nodes: emitter.nodes, results, stateful: true };
}

function readVariable(emitter: Emitter, handle: string, dtype: DataType = float32, after: readonly string[] = []) {
  const { node, outputs } = emitter.add('ReadVariableOp', [handle], { dtype: attribute.type(dtype) }, { after });
  return { node, value: outputs[0] as string };
}

/** The batch of a step from its row of indices. */
function gatherBatch(
  emitter: Emitter,
  { masksOutputs, drops }: TrainingGraphInput,
  step: string,
  read: (name: string) => string,
): Partial<Record<keyof BatchTensors, string>> {
  const indices = emitter.gather(read('indices'), step, int32);
  return {
    x: gatherInputs(emitter, read('images'), indices),
    targets: emitter.gather(read('targets'), step, float32),
    weights: emitter.gather(read('weights'), step, float32),
    ...(masksOutputs && { active: emitter.gather(read('active'), step, float32) }),
    ...(drops && { kept: castBytes(emitter, emitter.gather(read('kept'), step, uint8), float32) }),
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
