import { answersOf, losses, type CallInput, type FedTensor } from './callInputs';
import { EmittedStep, inputsUsed, Placeholders, type StepPlace } from './emittedStep';
import { Emitter } from './emitter';
import { attribute, dataTypes, type DataType, type Graph, type GraphFunction } from './model';
import { specOf, type Ref } from './recording';
import type { TracedStep } from './tracedStep';
import type { TrainingGraphInput } from './trainingInput';
import { assign, emitState, read, variable } from './variables';

const { int32, bool, resource } = dataTypes;

/** Places of the values that go round the loop; the variables come after them. */
const STEP = 0;
const COUNT = 1;
const CARRIED = 2;

/** What is fed for a call besides its inputs: how many steps it has. */
export const COUNT_FEED = 'count';
/** The losses of a call's steps are fetched by this name. */
export const LOSSES = 'run';
/** And what the rows of the steps were taken for, where it is wanted, by this one. */
export const ANSWERS = 'answered';

export interface LoopGraph extends Graph {
  readonly fed: readonly FedTensor[];
  /** Rows of which a call says what they were taken for, in each step; 0 where it is not wanted. */
  readonly answeredRows: number;
}

/** A value of each step that a call hands back, with the variable that gets it. */
interface HandedBack {
  readonly to: CallInput;
  readonly value: Ref;
  readonly name: string;
}

/** A graph that takes all steps of a call, one after the other. */
export function loopGraph(input: TrainingGraphInput, step: TracedStep): LoopGraph {
  const graph = new Emitter();
  const state = emitState(graph, input);
  // What the steps of a call read and their losses are in variables too: a loop's own values go round at a cost.
  const handedBack = handedBackBy(step);
  const inputs = [...inputsUsed(step, input), ...handedBack.map(({ to }) => to)];
  const placeholders = new Placeholders(graph);
  const given = inputs.map((one) => {
    const handle = variable(graph, { ...one, name: `input_${one.name}` });
    return { one, handle, set: assign(graph, handle, placeholders.valueOf(one), one.dtype) };
  });
  const after = given.map(({ set }) => set);
  const count = graph.identity(graph.placeholder(COUNT_FEED, int32, []), int32, { after });
  const handles = [...given.map(({ handle }) => handle), ...state.values()];
  const types = [int32, int32, ...handles.map(() => resource)];
  const loop = graph.add('While', [graph.integer(0), count, ...handles], {
    T: attribute.types(types),
    cond: attribute.function('condition'),
    body: attribute.function('body'),
    parallel_iterations: attribute.int(1),
    // As plain control flow instead of calls of functions: faster, and with the variables in place.
    _lower_using_switch_merge: attribute.bool(true),
  });
  const last = graph.add('Identity', [loop.outputs[STEP] as string], { T: attribute.type(int32) });
  for (const { to, name } of handedBack)
    read(graph, given.find(({ one }) => one === to)?.handle as string, to.dtype, { name, after: [last.node] });
  const functions = [
    condition(types),
    body(new EmittedStep(input, step), handedBack, inputs, [...state.keys()], types),
  ];
  const answeredRows = step.answers ? (specOf(step.recording, step.answers).shape[0] ?? 0) : 0;
  return { nodes: graph.nodes, functions, fed: [...placeholders.fed], answeredRows };
}

function handedBackBy({ loss, answers, recording }: TracedStep): HandedBack[] {
  const ofLoss = { to: losses, value: loss, name: LOSSES };
  if (!answers) return [ofLoss];
  const [rows = 0] = specOf(recording, answers).shape;
  return [ofLoss, { to: answersOf(rows), value: answers, name: ANSWERS }];
}

const parametersOf = (types: readonly DataType[]) => types.map((dtype, i) => ({ name: `a${i}`, dtype }));

function condition(types: readonly DataType[]): GraphFunction {
  const emitter = new Emitter(true);
  const less = emitter.value('Less', [`a${STEP}`, `a${COUNT}`], { T: attribute.type(int32) });
  const results = [{ name: 'more', dtype: bool, source: less }];
  return { name: 'condition', parameters: parametersOf(types), nodes: emitter.nodes, results, stateful: false };
}

function body(
  emitted: EmittedStep,
  handedBack: readonly HandedBack[],
  inputs: readonly CallInput[],
  variables: readonly string[],
  types: readonly DataType[],
): GraphFunction {
  const emitter = new Emitter(true);
  const step = `a${STEP}`;
  const handleOfInput = (input: CallInput) => `a${CARRIED + inputs.indexOf(input)}`;
  const place: StepPlace = {
    emitter,
    step,
    handleOf: (name) => `a${CARRIED + inputs.length + variables.indexOf(name)}`,
    valueOf: (input) => read(emitter, handleOfInput(input), input.dtype).value,
  };
  emitted.begin(place);
  const done = emitted.end(place);
  for (const { to, value } of handedBack) {
    const scattered = { dtype: attribute.type(to.dtype), Tindices: attribute.type(int32) };
    const operands = [handleOfInput(to), step, emitted.nameOf(value)];
    done.push(emitter.add('ResourceScatterUpdate', operands, scattered).node);
  }
  const next = emitter.value('AddV2', [step, emitter.integer(1)], { T: attribute.type(int32) });
  const results = types.map((dtype, i) => {
    // Handles of variables, returned as they came, do not go round the loop: TensorFlow sees that they stay the same.
    if (dtype === resource) return { name: `r${i}`, dtype, source: `a${i}` };
    // The next step begins when this one's update is done.
    const isStep = i === STEP;
    const after = isStep ? done : [];
    return { name: `r${i}`, dtype, source: emitter.identity(isStep ? next : `a${i}`, dtype, { after }) };
  });
  return { name: 'body', parameters: parametersOf(types), nodes: emitter.nodes, results, stateful: true };
}
