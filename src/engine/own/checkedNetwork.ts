import * as tf from '@tensorflow/tfjs-core';
import type { NetworkSpec } from '../../core/recipe';
import type { Architecture, Asked, Network, Role, Statistics, TensorView } from '../contract/network';
import type { Outputs } from '../contract/step';
import { parametersOf } from '../networks/network';
import { normalStream, type Random } from '../random';
import type { NetworkPlace } from './define';
import { isFiniteTensor } from './finite';
import { isTensor, shapeText } from './checkedMethod';
import type { Initial, NamedTensors, NetworkAnswer, NetworkParts, ParameterSpec } from './networkParts';
import { OwnError } from './ownError';
import { placeOfFunction, withOwnPlace } from './places';
import { errorOf } from './throwingErrors';

export interface NetworkChecking {
  /** Where it was made: for what has no place of its own. */
  readonly place: string;
  /** Whether the numbers it gives are looked at: where steps are compiled they cannot be. */
  readonly readsSteps: boolean;
  readonly architecture: Architecture;
}

/** The roles that a parameter can have. */
const roles: readonly Role[] = ['weights', 'bias', 'scale', 'shift'];

/** Parameters of one network. */
const MOST_PARAMETERS = 10_000;

/**
 * A network of the user's own as the contract has networks, which is told where it does not keep to it.
 *
 * @throws OwnError with the line: what cannot be a network, and later what its `forward` may not give
 */
export function checkedNetwork(parts: NetworkParts, place: NetworkPlace, checking: NetworkChecking): Network {
  const fail = (what: string): never => {
    throw new OwnError(
      `${placeOfFunction('forward', (parts as NetworkParts | undefined)?.forward) ?? checking.place}: ${what}`,
    );
  };
  requireParts(parts, place, fail);
  const views = viewsOf(parts.parameters);
  const statistics = statisticsOf(parts);
  const last = views.at(-1);
  return {
    architecture: checking.architecture,
    output: place.output,
    views,
    parameterCount: (last?.offset ?? 0) + (last?.size ?? 0),
    ...(statistics && { statistics }),
    dropout: parts.dropout ?? { share: 0, units: [] },
    initial: (random) => initialOf(parts, views, random, fail),
    forward: new Forward(parts, views, statistics?.views, place, checking, fail).asked,
  };
}

type Fail = (what: string) => never;

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isShape = (shape: unknown): shape is readonly number[] =>
  Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && side > 0);

const known = ['parameters', 'buffers', 'momentum', 'dropout', 'forward'];

function requireParts(parts: NetworkParts, { outputs }: NetworkPlace, fail: Fail): void {
  if (!isObject(parts)) fail('"create" has to return a network: { parameters: { … }, forward(parameters, x) { … } }.');
  const other = Object.keys(parts).find((name) => !known.includes(name));
  if (other !== undefined) fail(`A network has no part named "${other}". It may have: ${known.join(', ')}.`);
  if (typeof parts.forward !== 'function')
    fail('A network needs "forward": a function from its parameters and inputs to its logits.');
  const names = isObject(parts.parameters) ? Object.keys(parts.parameters) : [];
  if (names.length === 0) fail('A network needs "parameters": by name, each with its shape.');
  if (names.length > MOST_PARAMETERS)
    fail(`A network has at most ${MOST_PARAMETERS} parameters by name, and this has ${names.length}.`);
  for (const [name, one] of Object.entries(parts.parameters)) requireParameter(name, one, outputs, fail);
  if (!Object.values(parts.parameters).some(({ isHead }) => isHead))
    fail(
      'No parameter has "isHead": true. Those whose last axis is the outputs need it: methods treat a head by itself.',
    );
  for (const [name, one] of Object.entries(parts.buffers ?? {})) {
    requireNamed('buffer', name, one, fail);
    if (!Number.isFinite(one.initial ?? 0)) fail(`The buffer "${name}" has to begin with a number.`);
  }
  const { momentum = 0.1, dropout = { share: 0, units: [] } } = parts;
  if (!(momentum > 0 && momentum <= 1)) fail(`"momentum" has to lie above 0 and up to 1, and is ${String(momentum)}.`);
  if (!(dropout.share >= 0 && dropout.share < 1))
    fail(`"dropout.share" has to lie from 0 and below 1, and is ${String(dropout.share)}.`);
  if (!isShape(dropout.units)) fail('"dropout.units" has to be a list of numbers of units.');
}

function requireNamed(what: string, name: string, one: unknown, fail: Fail): void {
  // It is the name of a tensor in files.
  if (!/^[\w.-]{1,100}$/.test(name))
    fail(`The ${what} ${JSON.stringify(name)} needs a name of letters, digits, ".", "-" and "_".`);
  if (!isObject(one) || !('shape' in one) || !isShape(one.shape))
    fail(`The ${what} "${name}" needs a "shape": a list of whole numbers from 1.`);
}

function requireParameter(name: string, one: ParameterSpec, outputs: number, fail: Fail): void {
  requireNamed('parameter', name, one, fail);
  const { role = 'weights', shape, isHead, task, initial = 0 } = one;
  if (!roles.includes(role))
    fail(`The role of "${name}" has to be one of ${roles.join(', ')}, and is ${JSON.stringify(role)}.`);
  if (isHead && shape.at(-1) !== outputs)
    fail(`"${name}" is of the head, so its last axis is the ${outputs} outputs, and its shape is ${shapeText(shape)}.`);
  if (task !== undefined && !(Number.isInteger(task) && task >= 0))
    fail(`"task" of "${name}" has to be the number of a task, from 0.`);
  const isInitial =
    typeof initial === 'function' || Number.isFinite(initial) || ['fan-in', 'he', 'xavier'].includes(initial as string);
  if (!isInitial)
    fail(`"initial" of "${name}" has to be a number, "fan-in", "he", "xavier" or a function that draws a number.`);
}

const sizeOf = (shape: readonly number[]) => tf.util.sizeFromShape([...shape]);

/** One after the other, in their order. */
function placed<T extends { readonly shape: readonly number[] }, View>(
  named: Readonly<Record<string, T>>,
  view: (one: T) => View,
): (View & Pick<TensorView, 'name' | 'shape' | 'offset' | 'size'>)[] {
  let offset = 0;
  return Object.entries(named).map(([name, one]) => {
    const size = sizeOf(one.shape);
    offset += size;
    return { ...view(one), name, shape: [...one.shape], offset: offset - size, size };
  });
}

const viewsOf = (parameters: NetworkParts['parameters']): TensorView[] =>
  placed(parameters, ({ role = 'weights', isHead, task }) => ({
    role,
    ...(isHead && { isHead: true as const }),
    ...(task !== undefined && { task }),
  }));

function statisticsOf({ buffers = {}, momentum }: NetworkParts): Statistics | undefined {
  const views: TensorView[] = placed(buffers, () => ({ role: 'statistic' as const }));
  if (views.length === 0) return undefined;
  const { offset = 0, size = 0 } = views.at(-1) ?? {};
  const initial = new Float32Array(offset + size);
  for (const view of views) initial.fill(buffers[view.name]?.initial ?? 0, view.offset, view.offset + view.size);
  return { views, initial, ...(momentum !== undefined && { momentum }) };
}

/** θ as it is at first, drawn in the order of the parameters. */
function initialOf(
  { parameters }: NetworkParts,
  views: readonly TensorView[],
  random: Random,
  fail: Fail,
): Float32Array {
  const { offset = 0, size = 0 } = views.at(-1) ?? {};
  const theta = new Float32Array(offset + size);
  const normal = normalStream(random);
  for (const view of views) {
    const draw = drawerOf(view, parameters[view.name]?.initial, random, normal);
    for (let i = view.offset; i < view.offset + view.size; i++) theta[i] = draw();
    if (!theta.subarray(view.offset, view.offset + view.size).every(Number.isFinite))
      fail(`"${view.name}" does not begin with finite numbers.`);
  }
  return theta;
}

const usual = { weights: 'fan-in', bias: 0, scale: 1, shift: 0, statistic: 0 } as const satisfies Record<Role, Initial>;

function drawerOf(
  { role, shape }: TensorView,
  initial: Initial = usual[role],
  random: Random,
  normal: () => number,
): () => number {
  if (typeof initial === 'number') return () => initial;
  if (typeof initial === 'function') return () => initial(random);
  const fanIn = sizeOf(shape.slice(0, -1));
  // As PyTorch counts it: of a convolution kernel² · filters.
  const fanOut = sizeOf(shape.slice(0, -2)) * (shape.at(-1) ?? 1);
  if (initial === 'he') return () => normal() * Math.sqrt(2 / fanIn);
  const bound = initial === 'xavier' ? Math.sqrt(6 / (fanIn + fanOut)) : 1 / Math.sqrt(fanIn);
  return () => bound * (2 * random() - 1);
}

/** Passes of rows through a network of the user's own. */
class Forward {
  constructor(
    private readonly parts: NetworkParts,
    private readonly views: readonly TensorView[],
    private readonly statistics: readonly TensorView[] | undefined,
    private readonly place: NetworkPlace,
    private readonly checking: NetworkChecking,
    private readonly fail: Fail,
  ) {}

  readonly asked: Network['forward'] = (parameters, x, asked) => {
    const { dropout } = this.parts;
    const kept = asked.kept && tf.split<tf.Tensor2D>(asked.kept, [...(dropout?.units ?? [])], 1);
    const buffers = this.running(asked);
    const answer = this.attempt(() =>
      this.parts.forward(named(this.views, parameters), x, {
        training: asked.training,
        kept,
        buffers: named(this.statistics ?? [], buffers),
        frozen: asked.frozen === true,
        columns: asked.columns,
        constants: asked.constants,
      }),
    );
    return this.outputs(answer, parameters, x, asked, buffers);
  };

  /** Running statistics, each by itself. */
  private running({ buffers }: Asked): tf.Tensor[] {
    if (!this.statistics) return [];
    if (!buffers) throw new Error('a network with running statistics is asked without them');
    return parametersOf({ views: this.statistics }, buffers);
  }

  private outputs(
    answer: NetworkAnswer,
    parameters: readonly tf.Tensor[],
    x: tf.Tensor2D,
    asked: Asked,
    before: readonly tf.Tensor[],
  ): Outputs {
    const [rows] = x.shape;
    if (!isObject(answer)) this.wrong(`has to give an object with "logits", and gives ${typeof answer}`);
    const given = [x, ...parameters];
    this.tensor('logits', answer.logits, [rows, this.place.outputs], given);
    const layers = Object.entries(answer.layers ?? {}).map(([name, layer]) => {
      this.tensor(`the layer "${name}"`, layer, [rows, isTensor(layer) ? layer.shape[1] : NaN], given);
      return layer;
    });
    return {
      logits: answer.logits,
      layers: [...layers, answer.logits],
      ...this.nextBuffers(answer, asked, before, given),
    };
  }

  private nextBuffers(
    { buffers = {} }: NetworkAnswer,
    { training, frozen, buffers: whole }: Asked,
    before: readonly tf.Tensor[],
    given: readonly tf.Tensor[],
  ): Pick<Outputs, 'buffers'> {
    if (!training || !this.statistics || !whole) return {};
    // A copy: what a step is given and what it hands on are let go one by one.
    if (frozen) return { buffers: tf.clone(whole) };
    const next = this.statistics.map(({ name, shape }, i) => {
      const own = buffers[name];
      if (own === undefined) return before[i] as tf.Tensor;
      this.tensor(`the buffer "${name}"`, own, shape, given);
      return own;
    });
    return { buffers: tf.concat1d(next.map((one) => tf.reshape(one, [-1]))) };
  }

  private tensor(what: string, found: unknown, shape: readonly number[], given: readonly tf.Tensor[]): void {
    if (!isTensor(found)) {
      this.wrong(
        `${what} has to be a tensor of shape ${shapeText(shape)}, and is ${found === null ? 'null' : typeof found}`,
      );
      return;
    }
    if (!tf.util.arraysEqual(found.shape, [...shape]))
      this.wrong(`${what} has the shape ${shapeText(found.shape)}, and has to have ${shapeText(shape)}`);
    if (found.dtype !== 'float32') this.wrong(`${what} is of type ${found.dtype}, and has to be float32`);
    if (!this.checking.readsSteps || isFiniteTensor(found) || !given.every(isFiniteTensor)) return;
    this.wrong(`${what} is not finite: it holds NaN or infinity`);
  }

  private wrong(what: string): void {
    this.fail(`"forward": ${what}.`);
  }

  /** Where shapes do not fit, says which parameters they are of. */
  private attempt(forward: () => NetworkAnswer): NetworkAnswer {
    try {
      return forward();
    } catch (thrown) {
      const error = errorOf(
        thrown,
        `${placeOfFunction('forward', this.parts.forward) ?? this.checking.place}: "forward"`,
      );
      if (error instanceof OwnError) throw error;
      const meant = this.views.filter(({ shape }) => shape.length > 1 && namesShape(error.message, shape));
      if (meant.length === 0) throw error;
      const listed = meant.map(({ name, shape }) => `${name} is ${shapeText(shape)}`).join(', ');
      throw new OwnError(withOwnPlace(`${error.message} (${listed}.)`, error), {}, { cause: error });
    }
  }
}

/** Libraries write shapes in several ways: "100,10", "[100, 10]", "100x10". */
const namesShape = (message: string, shape: readonly number[]): boolean =>
  new RegExp(`(?<!\\d)${shape.join('\\s*[,x×]\\s*')}(?!\\d)`).test(message);

const named = (views: readonly TensorView[], tensors: readonly tf.Tensor[]): NamedTensors =>
  Object.fromEntries(views.map(({ name }, i) => [name, tensors[i]])) as NamedTensors;

/** What a checkpoint or a file of parameters calls it. */
export const ownArchitecture = (spec: NetworkSpec, { inputs, outputs }: NetworkPlace): Architecture => ({
  kind: spec.kind,
  spec,
  inputs,
  outputs,
});
