import * as tf from '@tensorflow/tfjs-core';
import { didYouMean } from '../../core/explain';
import type { Learner } from '../contract/learner';
import type { Kept } from '../contract/memory';
import type { Batch, Batches, Method } from '../contract/method';
import type { Network } from '../contract/network';
import type { Differentiate, Slope } from '../contract/step';
import type { OwnMethod } from './define';
import { isFiniteArray, isFiniteTensor } from './finite';
import type { OwnMethodModule } from './moduleOf';
import { OwnError } from './ownError';
import { ownPlaceIn, placeOfFunction } from './places';
import { throwingErrors } from './throwingErrors';
import { viewsFault } from './views';
import { weightsFault } from './weights';

export interface Checking {
  /** What the run calls it. */
  readonly id: string;
  /** Where it was made: for what has no place of its own. */
  readonly place: string;
  /** Whether the numbers of steps are looked at too: where steps are compiled they cannot be. */
  readonly readsSteps: boolean;
}

/** All parts a method may have. */
const parts = [
  'network',
  'begin',
  'keeps',
  'lesson',
  'phases',
  'beforePhase',
  'stepSize',
  'batches',
  'met',
  'afterStep',
  'afterSteps',
  'grown',
  'afterTask',
  'constants',
  'carries',
  'loss',
  'penalty',
  'gradient',
  'ask',
  'update',
  'carry',
  'columnsAt',
  'beforeEvaluation',
  'networkFor',
  'parametersFor',
  'statisticsFor',
  'templates',
  'scores',
  'memoryBytes',
  'inspect',
] as const satisfies readonly Exclude<keyof Method, 'id' | 'taskAwareOnly'>[];
type Part = (typeof parts)[number];

/**
 * A method of the user's own, which is told where it does not keep to the contract: what a part gives has its shape and is
 * finite, or the run fails with the line of that part. A method that is right is changed in nothing.
 *
 * @throws OwnError when it has a part that there is none of
 */
export function checkedMethod(own: OwnMethod, checking: Checking): Method {
  requireParts(own, checking);
  const placeOf = (part: Part) => placeOfFunction(part, own[part]) ?? checking.place;
  const given: Partial<Record<Part, unknown>> = {};
  for (const part of parts)
    if (own[part] !== undefined)
      given[part] = throwingErrors((own[part] as Callable).bind(own), () => `${placeOf(part)}: "${part}"`);
  const throwing = given as Omit<Method, 'id'>;
  return {
    ...throwing,
    ...new Checks(throwing, checking, placeOf).parts(),
    id: checking.id,
    ...(own.taskAwareOnly !== undefined && { taskAwareOnly: own.taskAwareOnly }),
  };
}

/** The method that a file of the user's own makes of some settings. Reading what it made may throw as making it may. */
export const methodFrom = (
  { definition, place }: OwnMethodModule,
  settings: Readonly<Record<string, unknown>>,
  checking: Omit<Checking, 'place'>,
): Method =>
  throwingErrors(
    () => checkedMethod(definition.create(settings), { ...checking, place }),
    () => `${place}: "create"`,
  )();

type Callable = (...args: unknown[]) => unknown;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function requireParts(own: object | undefined, { place }: Checking): void {
  if (!isObject(own))
    throw new OwnError(`${place}: "create" has to return the parts of a method: { begin(learner) { … }, … }.`);
  const known = new Set<string>([...parts, 'id', 'taskAwareOnly']);
  for (const [name, value] of Object.entries(own)) {
    if (!known.has(name)) {
      const at = placeOfFunction(name, value) ?? place;
      const meant = didYouMean(name, parts);
      throw new OwnError(`${at}: A method has no part named "${name}".${meant} It may have: ${parts.join(', ')}.`);
    }
    if (name !== 'id' && name !== 'taskAwareOnly' && value !== undefined && typeof value !== 'function')
      throw new OwnError(`${place}: "${name}" of a method has to be a function.`);
  }
}

export const isTensor = (value: unknown): value is tf.Tensor => value instanceof tf.Tensor;

export const shapeText = (shape: readonly number[]) => `[${shape.join(', ')}]`;

class Checks {
  private learner: Learner | undefined;

  constructor(
    private readonly own: Omit<OwnMethod, 'id'>,
    private readonly checking: Checking,
    private readonly placeOf: (part: Part) => string,
  ) {}

  /** The parts that are looked at, of those that the method has. */
  parts(): Partial<Method> {
    const { own } = this;
    const has = <P extends Part>(part: P, checked: NonNullable<Method[P]>): Partial<Method> =>
      own[part] === undefined ? {} : { [part]: checked };
    return {
      begin: (learner) => this.begin(learner),
      ...has('keeps', () => {
        const kept = this.object('keeps', own.keeps?.());
        for (const [name, one] of Object.entries(kept) as [string, Kept | undefined][]) {
          this.array('keeps', `${name}.initial`, one?.initial);
          const { initial, lengths } = one as Kept;
          if (lengths && !lengths.includes(initial.length))
            this.fail(
              'keeps',
              `"${name}" begins with ${initial.length} values, and its "lengths" allow ${lengths.join(' or ')}`,
            );
        }
        return kept;
      }),
      ...has('carries', () => {
        const carried = this.object('carries', own.carries?.());
        for (const [name, { shape, values }] of Object.entries(carried)) {
          if (!(values instanceof Float32Array)) this.fail('carries', `"${name}" needs its values as a Float32Array`);
          const size = shape.reduce((product, n) => product * n, 1);
          if (values.length !== size)
            this.fail(
              'carries',
              `"${name}" has ${values.length} values, and its shape ${shapeText(shape)} has ${size}`,
            );
          this.array('carries', name, values);
        }
        return carried;
      }),
      ...has('network', (...given) => this.network('network', own.network?.(...given))),
      ...has('lesson', (task) => {
        const lesson = this.object('lesson', own.lesson?.(task));
        const { indices, tasks } = lesson;
        const fault = lengthFault(indices, tasks, new Float32Array((indices as Int32Array | undefined)?.length ?? 0));
        if (fault !== undefined) this.fail('lesson', `what it gives ${fault}`);
        return lesson;
      }),
      ...has('phases', (task, steps) => {
        const phases: unknown = own.phases?.(task, steps);
        const isPhase = (one: unknown) => isObject(one) && 'steps' in one && Number.isInteger(one.steps);
        if (!Array.isArray(phases) || !phases.every(isPhase))
          this.fail('phases', 'has to give a list of { name, steps }, steps being whole numbers');
        return phases as NonNullable<ReturnType<NonNullable<Method['phases']>>>;
      }),
      ...has('constants', () => this.object('constants', own.constants?.())),
      ...has('columnsAt', (task) => this.object('columnsAt', own.columnsAt?.(task))),
      ...has('stepSize', (position, base) => {
        const size: unknown = own.stepSize?.(position, base);
        if (typeof size !== 'number' || !Number.isFinite(size) || size < 0)
          this.fail('stepSize', `has to give a number from 0, and gives ${String(size)}`);
        return size as number;
      }),
      ...has('batches', (...given) => this.batches(own.batches?.(...given))),
      ...has('loss', (plain, ...rest) => {
        const loss = own.loss?.(plain, ...rest);
        this.tensor('loss', 'the loss', loss, [], () => [plain]);
        return loss as tf.Scalar;
      }),
      ...has('penalty', (theta, step) => {
        const found = own.penalty?.(theta, step);
        if (found === undefined) return undefined;
        this.object('penalty', found);
        this.tensor('penalty', 'value', found.value, [], () => [theta]);
        this.tensor('penalty', 'gradient', found.gradient, [this.size], () => [theta]);
        return found;
      }),
      ...has('gradient', (theta, differentiate, step) => this.gradient(theta, differentiate, step)),
      ...has('update', (proposed, slope, step) => {
        const found = this.object('update', own.update?.(proposed, slope, step));
        const given = () => [proposed.theta, slope.total];
        this.names('update', Object.keys(found), ['theta', 'slots']);
        this.names('update', Object.keys(found.slots ?? {}), Object.keys(proposed.slots), 'slots');
        if (found.theta) this.tensor('update', 'theta', found.theta, [this.size], given);
        for (const [name, slot] of Object.entries(found.slots ?? {}))
          this.tensor('update', `slots.${name}`, slot, [this.size], given);
        return found;
      }),
      ...has('carry', (next, slope, step) => {
        const carried = this.object('carry', own.carry?.(next, slope, step));
        const given = () => [next, slope.total, ...Object.values(step.carried)];
        const declared = own.carries?.() ?? {};
        this.names('carry', Object.keys(carried), Object.keys(declared));
        for (const [name, { shape }] of Object.entries(declared))
          this.tensor('carry', `"${name}"`, carried[name], shape, given);
        return carried;
      }),
      ...has('beforeEvaluation', (theta) => {
        const found = own.beforeEvaluation?.(theta);
        this.tensor('beforeEvaluation', 'the parameters', found, [this.size], () => [theta]);
        return found as tf.Tensor1D;
      }),
      ...has('networkFor', (task) => this.network('networkFor', own.networkFor?.(task))),
      ...has('parametersFor', (task, theta) => {
        const found = own.parametersFor?.(task, theta);
        const size = own.networkFor?.(task).parameterCount ?? this.size;
        this.tensor('parametersFor', 'the parameters', found, [size], () => [theta]);
        return found as tf.Tensor1D;
      }),
      ...has('statisticsFor', (task, statistics) => {
        const found = own.statisticsFor?.(task, statistics);
        this.tensor('statisticsFor', 'the statistics', found, statistics.shape, () => [statistics]);
        return found as tf.Tensor1D;
      }),
      ...has('templates', (...tested) => this.object('templates', own.templates?.(...tested))),
      ...has('scores', (outputs, templates) => {
        const found = own.scores?.(outputs, templates);
        const given = () => [...outputs.layers, ...Object.values(templates)];
        this.tensor('scores', 'what stands for the outputs', found, outputs.logits.shape, given);
        return found as tf.Tensor2D;
      }),
      ...has('memoryBytes', () => {
        const bytes: unknown = own.memoryBytes?.();
        if (typeof bytes !== 'number' || !Number.isFinite(bytes) || bytes < 0)
          this.fail('memoryBytes', `has to give a number from 0, and gives ${String(bytes)}`);
        return bytes as number;
      }),
      ...has('inspect', (task) => {
        const views = own.inspect?.(task) ?? [];
        const fault = viewsFault(views);
        if (fault !== undefined) this.fail('inspect', fault);
        return views;
      }),
    };
  }

  private network(part: Part, given: Network | undefined): Network {
    const network = this.object(part, given);
    if (typeof network.forward !== 'function' || !Number.isInteger(network.parameterCount))
      this.fail(part, 'has to give a network: views, parameterCount, initial, forward and the rest');
    return network;
  }

  private get size(): number {
    return this.learner?.network.parameterCount ?? 0;
  }

  private begin(learner: Learner): void {
    this.learner = learner;
    this.own.begin?.(this.watched(learner));
  }

  /** What it is given to write to takes numbers alone. */
  private watched(learner: Learner): Learner {
    const { memory, carried, setTheta } = learner;
    const finite = (what: string, values: Float32Array) => {
      if (isFiniteArray(values)) return;
      const at = ownPlaceIn(new Error().stack) ?? this.checking.place;
      throw new OwnError(`${at}: What is put into ${what} is not finite: it holds NaN or infinity.`);
    };
    const set: Learner['memory']['set'] = (name, values) => {
      if (values instanceof Float32Array) finite(`the memory "${name}"`, values);
      memory.set(name, values);
    };
    return Object.create(learner, {
      // Its getters look at the memory itself.
      memory: { value: Object.create(memory, { set: { value: set }, size: { get: () => memory.size } }) as unknown },
      carried: {
        value: {
          floats: (name: string) => carried.floats(name),
          set: (name: string, values: Float32Array) => {
            finite(`what steps carry as "${name}"`, values);
            carried.set(name, values);
          },
        } satisfies Learner['carried'],
      },
      setTheta: {
        value: (values: Float32Array) => {
          finite('the parameters', values);
          if (values.length !== this.size)
            this.fail('begin', `The parameters are ${this.size} numbers, and setTheta was given ${values.length}`);
          setTheta(values);
        },
      },
    }) as Learner;
  }

  private gradient(...[theta, differentiate, step]: Parameters<NonNullable<Method['gradient']>>): Slope {
    const given: tf.Tensor[] = [];
    const noted: Differentiate = (...asked) => {
      const slope = differentiate(...asked);
      given.push(slope.total);
      return slope;
    };
    const slope = this.object<Slope | undefined>('gradient', this.own.gradient?.(theta, noted, step));
    const inputs = () => given;
    this.tensor('gradient', 'loss', slope.loss, [], inputs);
    this.tensor('gradient', 'task', slope.task, [this.size], inputs);
    this.tensor('gradient', 'total', slope.total, [this.size], inputs);
    return slope;
  }

  private batches(found: unknown): Batches {
    const batches = this.object('batches', found as Batches);
    if ((batches.current as Batch | undefined) === undefined) this.fail('batches', 'gives no batch named "current"');
    const stream = this.learner?.stream;
    const [count, tasks] = [stream?.dataset.train.count ?? 0, stream?.tasks.length ?? 0];
    for (const [name, { indices, tasks: seenAs, weights }] of Object.entries(batches)) {
      const fault =
        lengthFault(indices, seenAs, weights) ??
        (within(indices, count) ? undefined : `has an index that is none of the ${count} training examples`) ??
        (within(seenAs, tasks) ? undefined : `has a task that is none of the ${tasks} of the stream`) ??
        (isFiniteArray(weights) ? undefined : 'has weights that are not finite');
      if (fault !== undefined) this.fail('batches', `The batch "${name}" ${fault}`);
    }
    const fault = weightsFault(batches);
    if (fault !== undefined) this.fail('batches', fault);
    return batches;
  }

  /** @param given what it was made of: when that is not finite, the fault is not here */
  private tensor(
    part: Part,
    what: string,
    found: unknown,
    shape: readonly number[],
    given: () => readonly tf.Tensor[],
  ): void {
    if (!isTensor(found)) {
      this.fail(part, `${what} has to be a tensor of shape ${shapeText(shape)}, and is ${kindOf(found)}`);
      return;
    }
    if (!tf.util.arraysEqual(found.shape, [...shape]))
      this.fail(part, `${what} has the shape ${shapeText(found.shape)}, and has to have ${shapeText(shape)}`);
    if (found.dtype !== 'float32') this.fail(part, `${what} is of type ${found.dtype}, and has to be float32`);
    if (!this.checking.readsSteps || isFiniteTensor(found) || !given().every(isFiniteTensor)) return;
    this.fail(part, `${what} is not finite: it holds NaN or infinity`);
  }

  private array(part: Part, name: string, values: unknown): void {
    if (values instanceof Int32Array || values instanceof Uint8Array) return;
    if (!(values instanceof Float32Array))
      this.fail(part, `"${name}" has to be a Float32Array, Int32Array or Uint8Array, and is ${kindOf(values)}`);
    else if (!isFiniteArray(values)) this.fail(part, `"${name}" is not finite: it holds NaN or infinity`);
  }

  /** Things that a part gives by name are those that there are. */
  private names(part: Part, found: readonly string[], known: readonly string[], within = 'it'): void {
    const other = found.find((name) => !known.includes(name));
    if (other === undefined) return;
    const meant = didYouMean(other, known);
    const what = within === 'it' ? 'gives' : `has in "${within}"`;
    this.fail(
      part,
      `${what} "${other}", which nobody asked for.${meant} It may give: ${known.join(', ') || 'nothing'}`,
    );
  }

  private object<T>(part: Part, found: T): NonNullable<T> {
    if (!isObject(found)) this.fail(part, `has to give an object, and gives ${kindOf(found)}`);
    return found as NonNullable<T>;
  }

  private fail(part: Part, what: string): void {
    throw new OwnError(`${this.placeOf(part)}: "${part}": ${what}.`);
  }
}

function lengthFault(indices: unknown, tasks: unknown, weights: unknown): string | undefined {
  if (!(indices instanceof Int32Array && tasks instanceof Int32Array && weights instanceof Float32Array))
    return 'needs indices and tasks as Int32Array, and weights as Float32Array';
  if (indices.length === 0) return 'is empty';
  if (tasks.length === indices.length && weights.length === indices.length) return undefined;
  return `has ${indices.length} indices, ${tasks.length} tasks and ${weights.length} weights`;
}

const within = (values: Int32Array, below: number) => values.every((value) => value >= 0 && value < below);

const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Promise) return 'a promise';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
};
