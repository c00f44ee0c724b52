import type { StoredValues } from './contract/memory';
import type { Lesson } from './contract/method';
import type { Architecture } from './contract/network';
import type { PassesSnapshot } from './passes';
import { decodeTensors, encodeTensors, type StoredTensor, type TensorFile } from './safetensors';
import type { Taken } from './steps/plan';

/** Everything training needs to go on as if it had never stopped. Randomness needs nothing: its streams are named by place. */
export interface Snapshot {
  /** The next step: `step` counts from 0 within the phase. */
  readonly task: number;
  readonly phase: number;
  readonly step: number;
  readonly theta: Float32Array;
  readonly slots: Readonly<Record<string, Float32Array>>;
  /** Steps since the optimiser's state was zero. */
  readonly optimizerSteps: number;
  /** Sum and number of the losses since the last `step` event. */
  readonly lossSum: number;
  readonly lossCount: number;
  /** Sum and number of the shares of right answers in these steps, where they are counted. */
  readonly rightSum: number;
  readonly rightCount: number;
  /** Floating-point operations of the steps of this task so far. */
  readonly flops: number;
  /** Sum and number of the losses since the method was asked whether the phase goes on. */
  readonly askedSum: number;
  readonly askedCount: number;
  /** Steps taken in the tasks that are over, and in the phases of this one that are: some were skipped or ended early. */
  readonly taken: Taken;
  /** In the middle of a task: what it trains on, where that is not its own examples in their order. */
  readonly lesson?: Lesson;
  /** The lesson is all examples of the stream through the whole run, and stands here in place of them. */
  readonly wholeStream?: true;
  /** Of the network, where it is another than the run began with. */
  readonly architecture?: Architecture;
  /** What goes by passes over the data, where anything does. */
  readonly passes?: PassesSnapshot;
  /** Which test examples were right in the last row of the matrix: of each task (by its number) a byte for each, 0 or 1. */
  readonly answered?: Readonly<Record<string, StoredValues>>;
  /** What the method keeps, and what its steps carry: flat, by name. */
  readonly memory: Readonly<Record<string, StoredValues>>;
  readonly carried: Readonly<Record<string, Float32Array>>;
}

/** Stands in a checkpoint for a lesson that is not listed. */
const WHOLE_STREAM = 'stream';

/** A snapshot as the bytes of a checkpoint. */
export function encodeCheckpoint(snapshot: Snapshot): Buffer {
  const { task, phase, step, optimizerSteps, lossSum, lossCount, askedSum, askedCount, taken, lesson, architecture } =
    snapshot;
  const { rightSum, rightCount, flops } = snapshot;
  const right = rightCount > 0 ? { rightSum, rightCount } : {};
  const numbers = { task, phase, step, optimizerSteps, lossSum, lossCount, ...right, flops, askedSum, askedCount };
  const flat = (prefix: string, arrays: Readonly<Record<string, StoredTensor['values']>>) =>
    Object.entries(arrays).map(([name, values]) => [`${prefix}/${name}`, { shape: [values.length], values }] as const);
  const tensors = Object.fromEntries([
    ['theta', { shape: [snapshot.theta.length], values: snapshot.theta }] as const,
    ...flat('optimizer', snapshot.slots),
    ...flat('memory', snapshot.memory),
    ...flat('carried', snapshot.carried),
    ...flat('answered', snapshot.answered ?? {}),
    ...flat('taken', { tasks: Int32Array.from(taken.tasks), phases: Int32Array.from(taken.phases) }),
    ...(snapshot.passes ? flat('passes', { ...snapshot.passes }) : []),
    ...(lesson ? flat('lesson', { indices: lesson.indices, tasks: lesson.tasks }) : []),
  ]);
  const metadata = Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, String(value)]));
  const given = lesson && { lesson: lesson.throughTheRun ? 'run' : 'task' };
  const through = snapshot.wholeStream ? { lesson: WHOLE_STREAM } : given;
  const grown = architecture && { architecture: JSON.stringify(architecture) };
  return encodeTensors({ tensors, metadata: { ...metadata, ...through, ...grown } });
}

/** @throws RangeError when the bytes are no checkpoint; whether it is one of this run is another question (fit.ts) */
export function decodeCheckpoint(bytes: Buffer): Snapshot {
  const { tensors, metadata } = decodeTensors(bytes);
  const number = (key: string) => {
    const value = Number(metadata[key]);
    if (!Number.isFinite(value) || String(value) !== metadata[key])
      throw new RangeError(`the checkpoint has no "${key}"`);
    return value;
  };
  // Only where there are some.
  const right = (key: string) => (metadata[key] === undefined ? 0 : number(key));
  const part = (prefix: string) =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, { values }]) =>
        name.startsWith(`${prefix}/`) ? [[name.slice(prefix.length + 1), values]] : [],
      ),
    );
  const theta = tensors['theta']?.values;
  if (!(theta instanceof Float32Array)) throw new RangeError('the checkpoint has no parameters');
  if (
    !Object.keys(tensors).every((name) =>
      /^(theta$|optimizer\/|memory\/|carried\/|answered\/|taken\/(tasks|phases)$|lesson\/(indices|tasks)$|passes\/(counts|best|theta|statistics)$)/.test(
        name,
      ),
    )
  )
    throw new RangeError('the checkpoint has tensors that belong to nothing');
  const slots = part('optimizer');
  if (!areFloats(slots)) throw new RangeError("the optimiser's state in the checkpoint is of another type");
  const carried = part('carried');
  if (!areFloats(carried)) throw new RangeError('the tensors that steps carry in the checkpoint are of another type');
  return {
    task: number('task'),
    phase: number('phase'),
    step: number('step'),
    optimizerSteps: number('optimizerSteps'),
    lossSum: number('lossSum'),
    lossCount: number('lossCount'),
    rightSum: right('rightSum'),
    rightCount: right('rightCount'),
    flops: number('flops'),
    askedSum: number('askedSum'),
    askedCount: number('askedCount'),
    taken: takenIn(part('taken')),
    ...lessonIn(part('lesson'), metadata),
    ...architectureIn(metadata),
    ...passesIn(part('passes')),
    ...answeredIn(part('answered')),
    theta,
    slots,
    memory: part('memory'),
    carried,
  };
}

function takenIn({ tasks, phases }: Readonly<Record<string, StoredValues>>): Taken {
  if (!(tasks instanceof Int32Array) || !(phases instanceof Int32Array))
    throw new RangeError('the checkpoint does not say how many steps were taken');
  return { tasks: [...tasks], phases: [...phases] };
}

function lessonIn(
  { indices, tasks }: Readonly<Record<string, StoredValues>>,
  { lesson: kind }: TensorFile['metadata'],
): Pick<Snapshot, 'lesson' | 'wholeStream'> {
  if (kind === undefined && !indices && !tasks) return {};
  if (kind === WHOLE_STREAM && !indices && !tasks) return { wholeStream: true };
  const isWhole = indices instanceof Int32Array && tasks instanceof Int32Array;
  if (!isWhole || (kind !== 'run' && kind !== 'task')) throw new RangeError('the lesson in the checkpoint is damaged');
  return { lesson: { indices, tasks, ...(kind === 'run' && { throughTheRun: true }) } };
}

function passesIn({
  counts,
  best,
  theta,
  statistics,
}: Readonly<Record<string, StoredValues>>): Pick<Snapshot, 'passes'> {
  if (!counts && !best && !theta && !statistics) return {};
  const isWhole = counts instanceof Int32Array && best instanceof Float32Array && theta instanceof Float32Array;
  const hasOwn = statistics === undefined || statistics instanceof Float32Array;
  if (!isWhole || !hasOwn) throw new RangeError('what the checkpoint holds of passes over the data is damaged');
  return { passes: { counts, best, theta, ...(statistics && { statistics }) } };
}

const answeredIn = (answered: Readonly<Record<string, StoredValues>>): Pick<Snapshot, 'answered'> =>
  Object.keys(answered).length > 0 ? { answered } : {};

function architectureIn({ architecture }: TensorFile['metadata']): Pick<Snapshot, 'architecture'> {
  if (architecture === undefined) return {};
  const found = parsed(architecture);
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw new RangeError('the architecture in the checkpoint is damaged');
  return { architecture: found as Architecture };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const areFloats = (arrays: Readonly<Record<string, StoredValues>>): arrays is Readonly<Record<string, Float32Array>> =>
  Object.values(arrays).every((values) => values instanceof Float32Array);
