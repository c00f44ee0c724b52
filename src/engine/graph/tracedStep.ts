import * as tf from '@tensorflow/tfjs-core';
import type { BatchTensors, Question, Tensors } from '../contract/step';
import { numbersOf, rowsAt, type Held } from './bytes';
import { stepInputs, type BatchInputs, type CallInput, type DataInputs, type StepInputs } from './callInputs';
import { inputsAt } from './inputs';
import { dataTypes, type TensorSpec } from './model';
import { sameRef } from './builder';
import { specOf, type Recording, type Ref } from './recording';
import { deleteFeeds, feedFrom, type Feed } from './session';
import { trace } from './trace';
import type { GivenToStep, StepParts, TrainingGraphInput } from './trainingInput';
import { carriedVariable, variableOf } from './variables';

const { float32, int32, uint8 } = dataTypes;

/** Where an argument of a step's recording comes from. `proposed`: θ (0) and the slots, after the optimizer's turn. */
export type Source =
  | { readonly variable: string }
  | { readonly input: CallInput }
  | { readonly answer: number }
  | { readonly proposed: number };

/** A value of the recording that the host is told, or a shape that it answers with. */
export interface Told extends TensorSpec {
  readonly name: string;
  readonly ref: Ref;
}

/** What the host is asked in the middle of a step. */
export interface Asking {
  readonly told: readonly Told[];
  readonly answers: readonly (TensorSpec & { readonly name: string })[];
  readonly answer: Question['answer'];
}

/** A step as a recording, and what its arguments and results are. */
export interface TracedStep {
  readonly recording: Recording;
  readonly sources: readonly Source[];
  /** Numbers of the first arguments that are not there from the start: answers, where the host is asked, and proposed. */
  readonly starts: readonly number[];
  readonly asking: Asking | undefined;
  readonly loss: Ref;
  /** What the rows of a batch were taken for, int32 [rows]; where it is wanted. */
  readonly answers: Ref | undefined;
  /** With respect to the variables of θ. */
  readonly gradients: readonly Ref[];
  /** Variables that get another value after the optimizer's turn. */
  readonly rewritten: readonly { readonly variable: string; readonly value: Ref }[];
}

interface Argument {
  readonly source: Source;
  readonly spec: TensorSpec;
  /** In TensorFlow's memory already; zeros stand for the others. */
  readonly example?: Feed;
}

/** Traces a step. @throws TraceError when it cannot be made a graph */
export function traceStep(input: TrainingGraphInput): TracedStep {
  const inputs = stepInputs(input);
  const early: Argument[] = [
    ...input.shapes.map((shape, part) => ({ source: { variable: variableOf(0, part) }, spec: floats(shape) })),
    ...Object.values(input.carried).map((spec, i) => ({ source: { variable: carriedVariable(i) }, spec })),
    ...allOf(inputs).map((one) => callArgument(one, input, inputs)),
  ];
  const question = input.mayAsk ? questionOf(input, inputs, early) : undefined;
  const answers = Object.entries(question?.answers ?? {}).map(([name, shape]) => ({ name, ...floats(shape) }));
  const [whole] = input.shapes;
  const proposed = input.hasNext && whole ? Array.from({ length: 1 + input.slots }, () => floats(whole)) : [];
  const all: Argument[] = [
    ...early,
    ...answers.map((spec, answer) => ({ spec, source: { answer } })),
    ...proposed.map((spec, i) => ({ spec, source: { proposed: i } })),
  ];
  const afterAnswers = early.length + answers.length;
  const told = Object.keys(question?.told ?? {});
  const traces = { answers: false };
  const recording = traced(all, (args) => {
    const parts = input.step(givenFrom(input, inputs, argumentsBy(early, args)));
    const results = parts.results(byName(answers, args.slice(early.length)));
    traces.answers = parts.answers !== undefined;
    const next = proposed.length > 0 ? results.next?.(...proposedFrom(args.slice(afterAnswers))) : undefined;
    return [
      ...told.map((name) => named(parts.question?.told ?? {}, name)),
      results.loss,
      ...(parts.answers ? [parts.answers] : []),
      ...results.gradients,
      ...(next ? [next.theta, ...next.slots, ...handedOn(next.carried, input)] : []),
    ];
  });
  const [loss, ...others] = recording.results.slice(told.length) as [Ref, ...Ref[]];
  const more = traces.answers ? others.slice(1) : others;
  const starts = question ? [early.length, afterAnswers] : [early.length];
  return {
    recording,
    sources: all.map(({ source }) => source),
    starts,
    asking: question && {
      told: told.map((name, i) => toldAs(name, recording, recording.results[i] as Ref)),
      answers,
      answer: question.answer,
    },
    loss,
    answers: traces.answers ? others[0] : undefined,
    gradients: more.slice(0, input.shapes.length),
    rewritten: rewrittenBy(more.slice(input.shapes.length), input, afterAnswers),
  };
}

const floats = (shape: readonly number[]): TensorSpec => ({ shape, dtype: float32 });
const toldAs = (name: string, recording: Recording, ref: Ref): Told => ({ name, ref, ...specOf(recording, ref) });

/** What the host is asked, found out by tracing the step up to there. */
function questionOf(
  input: TrainingGraphInput,
  inputs: StepInputs,
  early: readonly Argument[],
): Omit<Question, 'goOn'> | undefined {
  let found: StepParts['question'];
  traced(early, (args) => {
    found = input.step(givenFrom(input, inputs, argumentsBy(early, args))).question;
    return Object.values(found?.told ?? {});
  });
  return found;
}

/** All tensors that a step is given by its call. */
function allOf({ batches, constants, count, learningRate, data }: StepInputs): CallInput[] {
  const ofBatches = batches.flatMap(({ indices, tasks, targets, weights, active, kept, boxes, columns }) => {
    const where = [tasks, active, kept, boxes].filter((one) => one !== undefined);
    return [indices, targets, weights, ...where, ...Object.values(columns)];
  });
  const { images, labels, targets, active, views } = data;
  const ofData = [images, labels, targets, active, views].filter((one) => one !== undefined);
  return [...ofBatches, ...Object.values(constants), count, learningRate, ...ofData];
}

function callArgument(one: CallInput, { constants, data }: TrainingGraphInput, inputs: StepInputs): Argument {
  const source = { input: one };
  if (one.per === 'step') return { source, spec: { dtype: one.dtype, shape: one.shape.slice(1) } };
  const isThis = ([, found]: [string, CallInput]) => found === one;
  const constant = Object.entries(inputs.constants).find(isThis)?.[0];
  const ofData = Object.entries(inputs.data).find(isThis)?.[0] as keyof DataInputs | undefined;
  const example = constant === undefined ? ofData && data[ofData] : constants[constant];
  return { source, spec: one, ...(example && { example }) };
}

/** Calls a function of tensors like the arguments while it is recorded. */
function traced(all: readonly Argument[], fn: (args: tf.Tensor[]) => tf.Tensor[]): Recording {
  const made: Feed[] = [];
  const zeros = (spec: TensorSpec): Feed => {
    const size = tf.util.sizeFromShape([...spec.shape]);
    const type = { [float32]: Float32Array, [int32]: Int32Array, [uint8]: Uint8Array }[spec.dtype] ?? Uint8Array;
    const feed = feedFrom(new type(size), spec);
    made.push(feed);
    return feed;
  };
  try {
    return trace(
      fn,
      all.map(({ example, spec }) => example ?? zeros(spec)),
    );
  } finally {
    deleteFeeds(made);
  }
}

// ---- what the step is given, out of the recording's arguments

interface ArgumentsBy {
  readonly variable: (name: string) => tf.Tensor;
  readonly input: (input: CallInput) => tf.Tensor;
}

function argumentsBy(all: readonly Argument[], args: readonly tf.Tensor[]): ArgumentsBy {
  const found = new Map(
    all.map(({ source }, i) => [
      'input' in source ? source.input : 'variable' in source ? source.variable : '',
      args[i],
    ]),
  );
  const take = (key: CallInput | string): tf.Tensor => {
    const tensor = found.get(key);
    if (!tensor) throw new Error('a step is given a tensor that is no argument of it');
    return tensor;
  };
  return { variable: take, input: take };
}

function givenFrom(input: TrainingGraphInput, inputs: StepInputs, from: ArgumentsBy): GivenToStep {
  return {
    parameters: input.shapes.map((_, part) => from.variable(variableOf(0, part))),
    batches: Object.fromEntries(
      inputs.batches.map((batch) => [batch.name, batchFrom(batch, input, inputs.data, from)]),
    ),
    constants: Object.fromEntries(
      Object.entries(inputs.constants).map(([name, one]) => [name, plain(from.input(one), one)]),
    ),
    carried: Object.fromEntries(Object.keys(input.carried).map((name, i) => [name, from.variable(carriedVariable(i))])),
    count: from.input(inputs.count) as tf.Scalar,
    learningRate: from.input(inputs.learningRate) as tf.Scalar,
    examples: (indices, tasks) => chosenExamples(indices, tasks, input, inputs.data, from),
  };
}

/** Bytes as the whole numbers that methods see. */
const plain = (tensor: tf.Tensor, { dtype }: TensorSpec): tf.Tensor => numbersOf({ tensor, dtype }, 'int32');

/** Rows of a table that may be one of bytes. */
const tableRows = (table: Held, rows: tf.Tensor1D): tf.Tensor2D =>
  numbersOf(rowsAt(table, rows), 'float32') as tf.Tensor2D;

function batchFrom(
  batch: BatchInputs,
  { data: { facts } }: TrainingGraphInput,
  data: DataInputs,
  { input }: ArgumentsBy,
): BatchTensors {
  const { indices, tasks, targets, weights, active, kept, boxes, columns } = batch;
  const view = data.views && tasks && tf.gather(input(data.views), input(tasks));
  const asked = { indices: input(indices), boxes: boxes && input(boxes), view };
  return {
    x: inputsAt(held(data.images, input), facts, asked),
    targets: numbersOf(held(targets, input), 'float32') as tf.Tensor2D,
    weights: input(weights) as tf.Tensor1D,
    ...(active && { active: numbersOf(held(active, input), 'float32') as tf.Tensor2D }),
    ...(kept && { kept: numbersOf(held(kept, input), 'float32') as tf.Tensor2D }),
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, input(column)])),
  };
}

const held = (one: CallInput, input: ArgumentsBy['input']): Held => ({ tensor: input(one), dtype: one.dtype });

/** Examples that the step itself chose, each of the same weight and not augmented. */
function chosenExamples(
  indices: tf.Tensor1D,
  tasks: tf.Tensor1D,
  { data: { classes, facts } }: TrainingGraphInput,
  data: DataInputs,
  { input }: ArgumentsBy,
): BatchTensors {
  const labels = rowsAt(held(data.labels, input), indices).tensor;
  const rows = tf.add<tf.Tensor1D>(tf.mul(tasks, tf.scalar(classes, 'int32')), labels);
  const view = data.views && tf.gather(input(data.views), tasks);
  const count = indices.size;
  return {
    x: inputsAt(held(data.images, input), facts, { indices, view }),
    targets: tableRows(held(data.targets, input), rows),
    weights: tf.fill([count], 1 / count),
    ...(data.active && { active: tableRows(held(data.active, input), rows) }),
    columns: {},
  };
}

// ---- answers, and what comes after the optimizer

const byName = (answers: Asking['answers'], args: readonly tf.Tensor[]): Tensors =>
  Object.fromEntries(answers.map(({ name }, i) => [name, args[i] as tf.Tensor]));

const proposedFrom = ([theta, ...slots]: readonly tf.Tensor[]): [tf.Tensor1D, tf.Tensor1D[]] => [
  theta as tf.Tensor1D,
  slots as tf.Tensor1D[],
];

function named(tensors: Tensors, name: string): tf.Tensor {
  const found = tensors[name];
  if (!found) throw new Error(`the host was to be told "${name}"`);
  return found;
}

function handedOn(carried: Tensors, input: TrainingGraphInput): tf.Tensor[] {
  return Object.entries(input.carried).map(([name, wanted]) => {
    const found = carried[name];
    if (!found || !tf.util.arraysEqual(found.shape, [...wanted.shape]))
      throw new Error(`a step has to hand on "${name}" as it got it: [${wanted.shape.join()}]`);
    return found;
  });
}

/** What is handed back as it was proposed needs no writing. */
function rewrittenBy(results: readonly Ref[], { slots, carried }: TrainingGraphInput, start: number) {
  const variables = [
    ...Array.from({ length: 1 + slots }, (_, group) => variableOf(group, 0)),
    ...Object.keys(carried).map((_, i) => carriedVariable(i)),
  ];
  return results.flatMap((value, i) => {
    const isAsProposed = i <= slots && sameRef(value, { argument: start + i });
    return isAsProposed ? [] : [{ variable: variables[i] as string, value }];
  });
}
