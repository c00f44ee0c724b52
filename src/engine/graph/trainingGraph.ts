import * as tf from '@tensorflow/tfjs-core';
import { dataTypeOf, nativeBackend, tensorOf, type NativeTensor } from './binding';
import type { BatchTensors, Tensors } from '../contract/step';
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

/** What a batch of each step is made of. */
export interface BatchLayout {
  readonly name: string;
  readonly rows: number;
  /** Width of the dropout masks; undefined without dropout. */
  readonly hiddenUnits: number | undefined;
  readonly columns: readonly { readonly name: string; readonly shape: readonly number[]; readonly isWhole: boolean }[];
}

/** The results of a step, before the optimizer has its turn and after it. */
export interface StepResults {
  readonly loss: tf.Scalar;
  /** With respect to the variables of θ. */
  readonly gradients: readonly tf.Tensor[];
  /** What becomes of the θ that the optimizer proposes, and what the next step gets; θ is in one piece then. */
  readonly next?: (proposed: tf.Tensor1D) => { readonly theta: tf.Tensor1D; readonly carried: Tensors };
}

export interface TrainingGraphInput {
  /** Shapes of the variables that θ is kept in, in its order: the network's tensors, or θ in one piece. */
  readonly shapes: readonly (readonly number[])[];
  readonly optimizer: FusedOptimizer;
  /** Slots of the optimizer, each kept in the same shapes. */
  readonly slots: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly batches: readonly BatchLayout[];
  readonly masksOutputs: boolean;
  /** Each task sees the inputs in an order of its own. */
  readonly hasViews: boolean;
  /** Tensors of the method: fed by reference with each call, so that they may change. */
  readonly constants: Tensors;
  /** What steps hand on, as it may be at first: kept in variables. */
  readonly carried: Tensors;
  /** Whether the method changes the θ that the optimizer proposes. */
  readonly rewrites: boolean;
  /** A pure function of tensors. */
  readonly step: (
    parameters: readonly tf.Tensor[],
    batches: Readonly<Record<string, BatchTensors>>,
    constants: Tensors,
    carried: Tensors,
  ) => StepResults;
}

/** The data set and its label maps, in TensorFlow's memory. */
export interface GraphData {
  /** Bytes [examples, inputs]. */
  readonly images: Feed;
  /** One row for each class in each task: its target. float32 [tasks · classes, outputs]. */
  readonly targets: Feed;
  /** One row for each class in each task: the outputs that take part. float32 [tasks · classes, outputs]. */
  readonly active: Feed;
  /** Of each task which value of an image stands at each input. int32 [tasks, inputs]. */
  readonly views?: Feed;
}

/** One batch of all steps of a call: one row for each step. */
export interface BatchFeeds {
  /** int32 [count, rows]. */
  readonly indices: Int32Array;
  /** Rows in the tables of targets, int32 [count, rows]. */
  readonly labelRows: Int32Array;
  /** int32 [count, rows]; where there are views. */
  readonly tasks?: Int32Array;
  /** float32 [count, rows]. */
  readonly weights: Float32Array;
  /** Bytes 0/1 [count, rows, hidden units], 1 for what is kept; where hidden units are dropped. */
  readonly kept?: Uint8Array;
  readonly columns: Readonly<Record<string, Float32Array | Int32Array>>;
}

/** Steps to take. */
export interface StepFeeds {
  readonly count: number;
  /** Of each step: the step size and Adam's ε, as the optimizer has them. float32 [count]. */
  readonly stepSizes: Float32Array;
  readonly epsilons: Float32Array;
  readonly batches: Readonly<Record<string, BatchFeeds>>;
}

/** What the variables of a graph hold: θ and the slots flat. */
interface GraphState {
  readonly theta: tf.Tensor1D;
  readonly slots: readonly tf.Tensor1D[];
  readonly carried: Tensors;
}

/**
 * Training steps as one graph of TensorFlow: a loop that gathers each step's batches by index from the data, computes the
 * gradient, and updates θ, the optimizer's slots and what steps carry, which are variables of its session, in place.
 */
export class TrainingGraph {
  private readonly session: GraphSession;
  /** Names of the variables of θ and of each slot. */
  private readonly variables: readonly (readonly string[])[];
  private readonly carriedNames: readonly string[];

  /** @throws TraceError when the step cannot be made a graph */
  constructor(private readonly input: TrainingGraphInput) {
    this.variables = ['theta', ...Array.from({ length: input.slots }, (_, i) => `slot${i}`)].map((name) =>
      input.shapes.map((_, i) => `${name}_${i}`),
    );
    this.carriedNames = Object.keys(input.carried);
    this.session = new GraphSession(buildGraph(input, traced(input), this.variables));
  }

  /** Sets the variables; the tensors stay the caller's. */
  load({ theta, slots, carried }: GraphState): void {
    tf.tidy(() => {
      const feeds = [theta, ...slots].flatMap((tensor, i) =>
        this.partsOf(tensor).map((part, k) => [`${this.variables[i]?.[k]}_feed`, feedOf(part)] as const),
      );
      const own = this.carriedNames.map((name, i) => [
        `${carriedVariable(i)}_feed`,
        feedOf(carried[name] as tf.Tensor),
      ]);
      this.session.run(Object.fromEntries([...feeds, ...own]) as Record<string, Feed>, ['load']).forEach(drop);
    });
  }

  /** The variables as they are now. While a tensor of θ in one piece lives, the next step copies it first. */
  read(): GraphState {
    const [theta, ...slots] = this.variables.map((names) => this.flat(names));
    const carried = this.carriedNames.map((name, i) => {
      const [value] = this.session.run({}, [`${carriedVariable(i)}_value`]).map(tensorOf);
      return [name, value as tf.Tensor] as const;
    });
    return { theta: theta as tf.Tensor1D, slots, carried: Object.fromEntries(carried) };
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
  run(steps: StepFeeds, data: GraphData, constants: Tensors): Float32Array {
    const { count } = steps;
    const { binding } = nativeBackend();
    const made: number[] = [];
    const given = inputsOf(this.input);
    try {
      const feeds: Record<string, Feed> = { count: this.feed(Int32Array.of(count), [], int32, made) };
      for (const { name, dtype, shape, values } of given) {
        if (values) feeds[name] = this.feed(values(steps), [count, ...shape.slice(1)], dtype, made);
      }
      feeds['images'] = data.images;
      feeds['targetTable'] = data.targets;
      if (this.input.masksOutputs) feeds['activeTable'] = data.active;
      if (this.input.hasViews) feeds['views'] = data.views as Feed;
      for (const [name, tensor] of Object.entries(constants)) feeds[constantName(name, this.input)] = feedOf(tensor);
      const [losses] = this.session.run(feeds, ['run']) as [NativeTensor];
      const values = binding.tensorDataSync(losses.id) as Float32Array;
      binding.deleteTensor(losses.id);
      return values;
    } finally {
      made.forEach((id) => binding.deleteTensor(id));
    }
  }

  private feed(values: Numbers, shape: readonly number[], dtype: DataType, made: number[]): Feed {
    if (values.length !== tf.util.sizeFromShape([...shape]))
      throw new Error(`${values.length} values for a feed of shape [${shape.join()}]`);
    const id = nativeBackend().binding.createTensor([...shape], dtype, values);
    made.push(id);
    return { id, shape, dtype };
  }

  dispose(): void {
    this.session.dispose();
  }
}

const drop = ({ id }: NativeTensor): void => nativeBackend().binding.deleteTensor(id);

type Numbers = Int32Array | Float32Array | Uint8Array;

/** Names in graphs are plain: those that methods give are only looked up. */
const carriedVariable = (i: number) => `carried${i}`;
const constantName = (name: string, { constants }: TrainingGraphInput) =>
  `constant${Object.keys(constants).indexOf(name)}`;

interface Part {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/** The tensors of a batch, in the order in which the traced function takes them. */
function partsOf(input: TrainingGraphInput, { rows, hiddenUnits, columns }: BatchLayout): [string, Part][] {
  const floats = (...shape: number[]): Part => ({ shape, dtype: 'float32' });
  return [
    ['x', floats(rows, input.inputs)],
    ['targets', floats(rows, input.outputs)],
    ['weights', floats(rows)],
    ...(input.masksOutputs ? [['active', floats(rows, input.outputs)] as [string, Part]] : []),
    ...(hiddenUnits === undefined ? [] : [['kept', floats(rows, hiddenUnits)] as [string, Part]]),
    ...columns.map(({ name, shape, isWhole }): [string, Part] => [
      `column ${name}`,
      { shape, dtype: isWhole ? 'int32' : 'float32' },
    ]),
  ];
}

/** A batch out of its tensors in that order. */
function batchFrom(parts: readonly [string, Part][], tensors: readonly tf.Tensor[]): BatchTensors {
  const named = parts.map(([name], i) => [name, tensors[i] as tf.Tensor] as const);
  const isColumn = (name: string) => name.startsWith('column ');
  return {
    ...(Object.fromEntries(named.filter(([name]) => !isColumn(name))) as unknown as Omit<BatchTensors, 'columns'>),
    columns: Object.fromEntries(
      named.filter(([name]) => isColumn(name)).map(([name, tensor]) => [name.slice('column '.length), tensor]),
    ),
  };
}

/**
 * The step as a program: (parameters…, batches…, constants…, carried…, proposed θ) → (loss, gradients…, and where the
 * method has a say after the optimizer: θ, carried…).
 */
function traced(input: TrainingGraphInput): Program {
  const parameters = input.shapes.map((shape) => tf.zeros([...shape]));
  const layouts = input.batches.map((layout) => ({ name: layout.name, parts: partsOf(input, layout) }));
  const zeros = layouts.flatMap(({ parts }) => parts.map(([, { shape, dtype }]) => tf.zeros([...shape], dtype)));
  const named = (like: Tensors, take: () => tf.Tensor) =>
    Object.fromEntries(Object.keys(like).map((name) => [name, take()]));
  try {
    return trace(
      (args) => {
        let at = 0;
        const take = () => args[at++] as tf.Tensor;
        const own = parameters.map(take);
        const batches = layouts.map(({ name, parts }) => [name, batchFrom(parts, parts.map(take))] as const);
        const found = input.step(
          own,
          Object.fromEntries(batches),
          named(input.constants, take),
          named(input.carried, take),
        );
        const results: tf.Tensor[] = [found.loss, ...found.gradients];
        if (!hasNext(input) || !found.next) return results;
        const { theta, carried } = found.next(take() as tf.Tensor1D);
        return [...results, theta, ...Object.keys(input.carried).map((name) => carriedOf(carried, name, input))];
      },
      [
        ...parameters,
        ...zeros,
        ...Object.values(input.constants),
        ...Object.values(input.carried),
        ...lateOf(input, parameters),
      ],
    );
  } finally {
    tf.dispose([...parameters, ...zeros]);
  }
}

/** Whether the method has a say after the optimizer. */
const hasNext = ({ rewrites, carried }: TrainingGraphInput): boolean => rewrites || Object.keys(carried).length > 0;

const lateOf = (input: TrainingGraphInput, parameters: readonly tf.Tensor[]): readonly tf.Tensor[] =>
  hasNext(input) ? parameters.slice(0, 1) : [];

function carriedOf(carried: Tensors, name: string, input: TrainingGraphInput): tf.Tensor {
  const [found, wanted] = [carried[name], input.carried[name]];
  if (!found || !wanted || !tf.util.arraysEqual(found.shape, wanted.shape))
    throw new Error(`a step has to hand on "${name}" as it got it: [${wanted?.shape.join()}]`);
  return found;
}

// ---- the graph

function buildGraph(input: TrainingGraphInput, program: Program, names: readonly (readonly string[])[]) {
  const graph = new Emitter();
  const type = attribute.type(float32);
  const variables = [
    ...names.flatMap((group) => group.map((name, i) => ({ name, shape: input.shapes[i] ?? [] }))),
    ...Object.values(input.carried).map(({ shape }, i) => ({ name: carriedVariable(i), shape })),
  ];
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
  return { nodes: graph.nodes, functions: [condition(types), body(input, program, inputs, types)] };
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

/** A tensor that a call brings for its steps, [steps, …] (or what stays the same in all of them). */
interface GivenInput extends TensorSpec {
  readonly name: string;
  /** Its values, where they are fed for each call. */
  readonly values?: (steps: StepFeeds) => Numbers;
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

/** All that is fed for a call and is no tensor of data set or method. */
function inputsOf({ batches, optimizer, hasViews }: TrainingGraphInput): GivenInput[] {
  return [
    { name: 'stepSizes', dtype: float32, shape: [-1], values: ({ stepSizes }) => stepSizes },
    ...(optimizer.kind === 'adam'
      ? [{ name: 'epsilons', dtype: float32, shape: [-1], values: ({ epsilons }: StepFeeds) => epsilons }]
      : []),
    { name: LOSSES, dtype: float32, shape: [-1], values: ({ count }) => new Float32Array(count) },
    ...batches.flatMap((layout, i) => batchInputs(layout, i, hasViews)),
  ];
}

/** Those of one batch; its tensors are named by its number. */
function batchInputs({ name: batch, rows, hiddenUnits, columns }: BatchLayout, i: number, hasViews: boolean) {
  const given = (
    name: string,
    dtype: DataType,
    shape: readonly number[],
    values: (feeds: BatchFeeds) => Numbers | undefined,
  ): GivenInput => ({
    name: `${name}${i}`,
    dtype,
    shape: [-1, ...shape],
    values: ({ batches }) => {
      const found = batches[batch] && values(batches[batch]);
      if (!found) throw new Error(`the steps have no ${name} of the batch "${batch}"`);
      return found;
    },
  });
  return [
    given('indices', int32, [rows], ({ indices }) => indices),
    given('labelRows', int32, [rows], ({ labelRows }) => labelRows),
    given('weights', float32, [rows], ({ weights }) => weights),
    ...(hasViews ? [given('tasks', int32, [rows], ({ tasks }) => tasks)] : []),
    ...(hiddenUnits === undefined ? [] : [given('kept', uint8, [rows, hiddenUnits], ({ kept }) => kept)]),
    ...columns.map(({ name, shape, isWhole }, k) =>
      given(`column${k}_`, isWhole ? int32 : float32, shape, ({ columns: own }) => own[name]),
    ),
  ];
}

/** What a call brings: the steps to take, their examples and labels, and the method's tensors. */
function callInputs(graph: Emitter, input: TrainingGraphInput): CallInput[] {
  const { inputs, outputs, masksOutputs, hasViews, constants, batches } = input;
  const given = (name: string, dtype: DataType, shape: readonly number[]): CallInput => ({
    name,
    dtype,
    shape,
    value: graph.placeholder(name, dtype, shape),
  });
  const table = (name: string) => graph.placeholder(name, float32, [-1, outputs]);
  const targets = table('targetTable');
  const active = masksOutputs ? table('activeTable') : undefined;
  const found = inputsOf(input).flatMap(({ name, dtype, shape }): CallInput[] => {
    const one = given(name, dtype, shape);
    const i = batches.findIndex((_, k) => name === `labelRows${k}`);
    const rows = batches[i]?.rows;
    if (rows === undefined) return [one];
    // Looked up for all steps at once.
    const ofLabels = (name: string, from: string): CallInput => ({
      name: `${name}${i}`,
      dtype: float32,
      shape: [-1, rows, outputs],
      value: graph.gather(from, one.value, float32),
    });
    return [ofLabels('targets', targets), ...(active === undefined ? [] : [ofLabels('active', active)])];
  });
  return [
    ...found,
    given('images', uint8, [-1, inputs]),
    ...(hasViews ? [given('views', int32, [-1, inputs])] : []),
    ...Object.entries(constants).map(([name, tensor]) =>
      given(constantName(name, input), dataTypeOf(tensor), tensor.shape),
    ),
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
  program: Program,
  inputs: readonly CallInput[],
  types: readonly DataType[],
): GraphFunction {
  const emitter = new Emitter(true);
  const handleOf = (name: string) => `a${CARRIED + inputs.findIndex((given) => given.name === name)}`;
  /** The value of an input, read where it is needed. */
  const read = (name: string): string =>
    readVariable(emitter, handleOf(name), inputs.find((given) => given.name === name)?.dtype).value;
  const handles = types.slice(CARRIED + inputs.length).map((_, i) => `a${CARRIED + inputs.length + i}`);
  const step = `a${STEP}`;
  const { length } = input.shapes;
  const learned = handles.slice(0, length * (1 + input.slots));
  const carried = handles.slice(learned.length);
  /** Handles of θ's variables, and of the same parts of each slot. */
  const parts = input.shapes.map((_, part) => learned.filter((__, i) => i % length === part));
  const args = [
    ...parts.map(([handle]) => readVariable(emitter, handle as string).value),
    ...input.batches.flatMap((layout, i) => gatherBatch(emitter, input, layout, i, step, read)),
    ...Object.keys(input.constants).map((name) => read(constantName(name, input))),
    ...carried.map((handle) => readVariable(emitter, handle).value),
  ];
  let updated: Emitted[] = [];
  const results = emitter.inlineInTwo(
    program,
    args,
    args.length,
    ([, ...gradients]) => {
      updated = optimize(emitter, input, parts, gradients, step, read);
      if (!hasNext(input)) return [];
      const after = updated.map(({ node }) => node);
      return [readVariable(emitter, learned[0] as string, float32, after).value];
    },
    1 + length,
  );
  const [loss] = results as [string];
  const type = attribute.type(float32);
  const assign = (handle: string, value: string) =>
    updated.push(emitter.add('AssignVariableOp', [handle, value], { dtype: type }));
  if (input.rewrites) assign(learned[0] as string, results[1 + length] as string);
  carried.forEach((handle, i) => assign(handle, results[2 + length + i] as string));
  const lossTypes = { dtype: type, Tindices: attribute.type(int32) };
  updated.push(emitter.add('ResourceScatterUpdate', [handleOf(LOSSES), step, loss], lossTypes));
  const next = emitter.value('AddV2', [step, emitter.integer(1)], { T: attribute.type(int32) });
  const returned = types.map((dtype, i) => {
    // Handles of variables, returned as they came, do not go round the loop: TensorFlow sees that they stay the same.
    if (dtype === resource) return { name: `r${i}`, dtype, source: `a${i}` };
    // The next step begins when this one's update is done.
    const isStep = i === STEP;
    const after = isStep ? updated.map(({ node }) => node) : [];
    return { name: `r${i}`, dtype, source: emitter.identity(isStep ? next : `a${i}`, dtype, { after }) };
  });
  return { name: 'body', parameters: parametersOf(types), nodes: emitter.nodes, results: returned, stateful: true };
}

/** The optimizer's turn: updates θ and the slots in place. */
function optimize(
  emitter: Emitter,
  { optimizer }: TrainingGraphInput,
  parts: readonly (readonly string[])[],
  gradients: readonly string[],
  step: string,
  read: (name: string) => string,
): Emitted[] {
  const rate = emitter.gather(read('stepSizes'), step, float32);
  const epsilon = optimizer.kind === 'adam' ? emitter.gather(read('epsilons'), step, float32) : rate;
  return parts.map((own, i) =>
    applyOptimizer(emitter, optimizer, own, { gradient: gradients[i] as string, rate, epsilon }),
  );
}

function readVariable(emitter: Emitter, handle: string, dtype: DataType = float32, after: readonly string[] = []) {
  const { node, outputs } = emitter.add('ReadVariableOp', [handle], { dtype: attribute.type(dtype) }, { after });
  return { node, value: outputs[0] as string };
}

/** The tensors of a batch of a step, from its row of indices, in the order in which the program takes them. */
function gatherBatch(
  emitter: Emitter,
  { masksOutputs, hasViews }: TrainingGraphInput,
  { hiddenUnits, columns }: BatchLayout,
  batch: number,
  step: string,
  read: (name: string) => string,
): string[] {
  const row = (name: string, dtype: DataType) => emitter.gather(read(`${name}${batch}`), step, dtype);
  const view = hasViews
    ? { places: emitter.gather(read('views'), row('tasks', int32), int32), each: 'own' as const }
    : undefined;
  return [
    gatherInputs(emitter, read('images'), row('indices', int32), view),
    row('targets', float32),
    row('weights', float32),
    ...(masksOutputs ? [row('active', float32)] : []),
    ...(hiddenUnits === undefined ? [] : [castBytes(emitter, row('kept', uint8), float32)]),
    ...columns.map(({ isWhole }, k) => emitter.gather(read(`column${k}_${batch}`), step, isWhole ? int32 : float32)),
  ];
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
