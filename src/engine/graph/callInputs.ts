import { dataTypes, type DataType, type TensorSpec } from './model';
import { deleteFeeds, feedFrom, type Feed } from './session';
import type { BatchFeeds, BatchLayout, GraphData, StepFeeds, TrainingGraphInput } from './trainingInput';

const { float32, int32, uint8 } = dataTypes;

type Numbers = Int32Array | Float32Array | Uint8Array;

/** What a call brings. */
export interface Call {
  readonly steps: StepFeeds;
  readonly constants: Readonly<Record<string, Feed>>;
}

/** A tensor that is fed for each call: handed over for it, or in TensorFlow's memory already. */
export interface FedTensor extends TensorSpec {
  readonly name: string;
  readonly valueOf: (call: Call) => Numbers | Feed;
}

/** A tensor that the steps of a call read: one row for each of them, [steps, …], or the same for all. */
export interface CallInput extends TensorSpec {
  readonly name: string;
  readonly per: 'step' | 'call';
  /** What is fed, or rows of a table, looked up for all steps at once. */
  readonly from: FedTensor | { readonly table: FedTensor; readonly rows: FedTensor };
}

/** What is fed for an input. */
export const fedFor = ({ from }: CallInput): readonly FedTensor[] =>
  'table' in from ? [from.table, from.rows] : [from];

/** One value for each step. */
function numberOfEach(name: string, values: (steps: StepFeeds) => Float32Array): CallInput {
  const fed = { name, dtype: float32, shape: [-1], valueOf: ({ steps }: Call) => values(steps) };
  return { ...fed, per: 'step', from: fed };
}

export const stepSizes = numberOfEach('stepSizes', (steps) => steps.stepSizes);
/** Shares of θ that decoupled weight decay leaves. */
export const keptShares = numberOfEach('keptShares', (steps) => steps.keptShares ?? new Float32Array(steps.count));
export const epsilons = numberOfEach('epsilons', (steps) => steps.epsilons);
/** The variable that gets the loss of each step. */
export const losses = numberOfEach('losses', ({ count }) => new Float32Array(count));

/** The variable that gets what the rows of each step were taken for. */
export function answersOf(rows: number): CallInput {
  const valueOf = ({ steps }: Call) => new Int32Array(steps.count * rows);
  const fed = { name: 'answers', dtype: int32, shape: [-1, rows], valueOf };
  return { ...fed, per: 'step', from: fed };
}

/** The same for all steps. */
function same(name: string, { shape, dtype }: TensorSpec, valueOf: FedTensor['valueOf']): CallInput {
  const fed = { name, shape, dtype, valueOf };
  return { ...fed, per: 'call', from: fed };
}

/** Where each tensor that a traced step is given comes from, by what it is. */
export interface StepInputs {
  readonly batches: readonly BatchInputs[];
  /** By the method's names. */
  readonly constants: Readonly<Record<string, CallInput>>;
  readonly count: CallInput;
  readonly learningRate: CallInput;
  readonly data: DataInputs;
}

export interface BatchInputs {
  readonly name: string;
  readonly indices: CallInput;
  /** Where tasks see images each in their own way. */
  readonly tasks?: CallInput;
  readonly targets: CallInput;
  readonly weights: CallInput;
  readonly active?: CallInput;
  readonly kept?: CallInput;
  /** Where images are cut out and mirrored. */
  readonly boxes?: CallInput;
  readonly columns: Readonly<Record<string, CallInput>>;
}

export interface DataInputs {
  readonly images: CallInput;
  readonly labels: CallInput;
  readonly targets: CallInput;
  readonly active?: CallInput;
  readonly views?: CallInput;
}

export function stepInputs({ batches, constants, data }: TrainingGraphInput): StepInputs {
  const tables = dataInputs(data);
  return {
    batches: batches.map((layout, i) => batchInputs(layout, i, tables, data.areCutOut === true)),
    constants: Object.fromEntries(
      // Names in graphs are plain: those that methods give are only looked up.
      Object.entries(constants).map(([name, spec], i) => [name, same(`constant${i}`, spec, constantOf(name))]),
    ),
    count: numberOfEach('counts', ({ counts }) => counts),
    learningRate: numberOfEach('learningRates', ({ learningRates }) => learningRates),
    data: tables,
  };
}

const constantOf =
  (name: string) =>
  ({ constants }: Call): Feed => {
    const found = constants[name];
    if (!found) throw new Error(`the steps have no constant "${name}"`);
    return found;
  };

function dataInputs(data: GraphData): DataInputs {
  // Looked up at each call: tables may be others from task to task.
  const rowsOf = (name: string, feed: () => Feed) =>
    same(name, { dtype: feed().dtype, shape: [-1, ...feed().shape.slice(1)] }, feed);
  return {
    images: rowsOf('images', () => data.images),
    labels: rowsOf('labels', () => data.labels),
    targets: rowsOf('targetTable', () => data.targets),
    ...(data.active && { active: rowsOf('activeTable', () => data.active as Feed) }),
    ...(data.views && { views: rowsOf('views', () => data.views as Feed) }),
  };
}

/** Those of one batch; its tensors are named by its number. */
function batchInputs(
  { name, rows, hiddenUnits, columns }: BatchLayout,
  i: number,
  data: DataInputs,
  areCutOut: boolean,
): BatchInputs {
  const fed = (
    what: string,
    dtype: DataType,
    shape: readonly number[],
    values: (feeds: BatchFeeds) => Numbers | undefined,
  ): FedTensor => ({
    name: `${what}${i}`,
    dtype,
    shape: [-1, ...shape],
    valueOf({ steps }) {
      const feeds = steps.batches[name];
      const found = feeds && values(feeds);
      if (!found) throw new Error(`the steps have no ${what} of the batch "${name}"`);
      return found;
    },
  });
  const given = (...of: Parameters<typeof fed>): CallInput => {
    const from = fed(...of);
    return { name: from.name, dtype: from.dtype, shape: from.shape, per: 'step', from };
  };
  const labelRows = fed('labelRows', int32, [rows], (feeds) => feeds.labelRows);
  const ofLabels = (what: string, { dtype, shape, from }: CallInput): CallInput => {
    if ('table' in from) throw new Error('a table that is looked up in a table');
    const found = { name: `${what}${i}`, dtype, shape: [-1, rows, ...shape.slice(1)] };
    return { ...found, per: 'step', from: { table: from, rows: labelRows } };
  };
  return {
    name,
    indices: given('indices', int32, [rows], ({ indices }) => indices),
    ...(data.views && { tasks: given('tasks', int32, [rows], ({ tasks }) => tasks) }),
    targets: ofLabels('targets', data.targets),
    weights: given('weights', float32, [rows], ({ weights }) => weights),
    ...(data.active && { active: ofLabels('active', data.active) }),
    ...(hiddenUnits !== undefined && { kept: given('kept', uint8, [rows, hiddenUnits], ({ kept }) => kept) }),
    ...(areCutOut && { boxes: given('boxes', float32, [rows, 4], ({ boxes }) => boxes) }),
    columns: Object.fromEntries(
      columns.map(({ name: column, shape, isWhole }, k) => [
        column,
        given(`column${k}_`, isWhole ? int32 : float32, shape, ({ columns: own }) => own[column]),
      ]),
    ),
  };
}

/** Runs something with what a call feeds; what is handed over for it is let go afterwards. */
export function withFeeds<T>(
  fed: Iterable<FedTensor>,
  call: Call,
  run: (feeds: Readonly<Record<string, Feed>>) => T,
): T {
  const made: Feed[] = [];
  try {
    const feeds: Record<string, Feed> = {};
    for (const { name, dtype, shape, valueOf } of fed) {
      const value = valueOf(call);
      if (!ArrayBuffer.isView(value)) {
        feeds[name] = value;
        continue;
      }
      const feed = feedFrom(value, { dtype, shape: [call.steps.count, ...shape.slice(1)] });
      made.push(feed);
      feeds[name] = feed;
    }
    return run(feeds);
  } finally {
    deleteFeeds(made);
  }
}
