import * as tf from '@tensorflow/tfjs-core';
import * as z from 'zod';
import {
  imageShapes,
  layeredSchema,
  tooSmallFor,
  volumeOf,
  type BuiltInNetworkSpec,
  type ImageShape,
  type LayeredSpec,
  type NetworkSpec,
} from '../../core/recipe';
import type {
  Architecture,
  Asked,
  Convolution,
  CutNetwork,
  Dense,
  LayeredNetwork,
  Network,
  Role,
  TensorView,
} from '../contract/network';
import type { Outputs } from '../contract/step';
import { partsKernel } from '../backend/wasmKernels';
import { normalStream, type Random } from '../random';
import { convolutionLayer, pooled } from './convolution';
import { denseLayer, inputLayer } from './layers';

/**
 * A network of layers in a row.
 *
 * @param inputs number of inputs, or the shape of the images they are: convolutions need to know it
 * @throws Error when it is of another kind
 */
export function createNetwork(spec: BuiltInNetworkSpec, inputs: number | ImageShape, outputs: number): LayeredNetwork {
  if (spec.kind === 'resnet18') throw new Error(`a network of kind ${spec.kind} is none of layers in a row`);
  const layers = [...convolutionsOf(spec, inputs)];
  const first = layers.at(-1)?.units ?? (typeof inputs === 'number' ? inputs : volumeOf(inputs));
  const sizes = [first, ...spec.hidden, outputs];
  const dense = sizes.slice(1).map((units, i): Dense => ({ kind: 'dense', inputs: sizes[i] ?? 0, units }));
  return assembled(spec, [...layers, ...dense], { kind: 'layers', spec, inputs, outputs });
}

/** As `createNetwork` names its networks. */
const architectureSchema = z.strictObject({
  kind: z.literal('layers'),
  spec: layeredSchema,
  inputs: z.union([z.int(), z.tuple([z.int(), z.int(), z.int()])]),
  outputs: z.int(),
});

/**
 * The network of an architecture.
 *
 * @param experiment whose inputs and outputs it must have
 * @throws RangeError when it is none of layers in a row for those
 */
export function networkFrom(architecture: Architecture, experiment: Network): LayeredNetwork {
  const { success, data } = architectureSchema.safeParse(architecture);
  if (!success || !isLayered(experiment))
    throw new RangeError('the checkpoint is of a network that this run cannot have');
  const network = createNetwork(data.spec, data.inputs, data.outputs);
  for (const [end, what] of [
    [0, 'inputs'],
    [-1, 'outputs'],
  ] as const) {
    const [found, expected] = [network, experiment].map(({ sizes }) => sizes.at(end));
    if (found === expected) continue;
    const layer = [network.views.at(end)?.name.split('.')[0], found, what].join(' ');
    throw new RangeError(
      `the checkpoint is of a network that this run cannot have: ${layer} where ${expected} are needed`,
    );
  }
  return network;
}

function convolutionsOf(spec: LayeredSpec, inputs: number | ImageShape): Convolution[] {
  if (spec.kind !== 'cnn') return [];
  if (typeof inputs === 'number') throw new Error('a convolutional network needs the shape of its images');
  const fault = tooSmallFor(spec, inputs);
  if (fault) throw new RangeError(fault);
  const shapes = imageShapes(spec, inputs);
  return spec.conv.map((filters, i) => ({
    kind: 'convolution',
    image: shapes[i] ?? inputs,
    kernel: spec.kernel,
    filters,
    units: volumeOf(shapes[i + 1] ?? inputs),
  }));
}

function assembled(spec: LayeredSpec, layers: LayeredNetwork['layers'], architecture: Architecture): LayeredNetwork {
  const views: TensorView[] = [];
  const layerOf: (Dense | Convolution)[] = [];
  let offset = 0;
  const add = (layer: Dense | Convolution, view: Omit<TensorView, 'offset' | 'size'>) => {
    const size = view.shape.reduce((product, n) => product * n, 1);
    views.push({ ...view, offset, size, ...(layer === layers.at(-1) && { isHead: true }) });
    layerOf.push(layer);
    offset += size;
  };
  for (const [i, layer] of layers.entries()) {
    const name = `${layer.kind === 'dense' ? 'layer' : 'conv'}${i + 1}`;
    const shape = weightShape(layer);
    add(layer, { name: `${name}.weights`, role: 'weights', shape });
    if (spec.bias) add(layer, { name: `${name}.bias`, role: 'bias', shape: shape.slice(-1) });
  }
  const sizes = [layers[0] ? inputsOf(layers[0]) : 0, ...layers.map(({ units }) => units)];
  const network: LayeredNetwork = {
    architecture,
    output: spec.output,
    spec,
    layers,
    sizes,
    views,
    parameterCount: offset,
    dropout: { share: spec.dropout, units: spec.hidden },
    initial: (random) => initialise(network, layerOf, random),
    forward: (parameters, x, asked) => forward(network, parameters, x, asked),
    cut: { most: layers.length - 1, after: (frozen) => cutAfter(network, frozen) },
  };
  return network;
}

function cutAfter(network: LayeredNetwork, frozen: number): CutNetwork {
  const { layers, spec } = network;
  const last = layers[frozen - 1];
  const outputsIn = (stretch: Stretch, parameters: readonly tf.Tensor[], x: tf.Tensor2D, kept?: tf.Tensor2D) => {
    const dropout = kept && tf.split<tf.Tensor2D>(kept, [...network.dropout.units], 1);
    return passesOf(network, parameters, x, dropout, [], stretch).map(({ output }) => output);
  };
  return {
    shape: last ? shapeOf(last) : [1, 1, 0],
    tensors: frozen * (spec.bias ? 2 : 1),
    front(parameters, x) {
      const passed = outputsIn({ from: 0, to: frozen }, parameters, x);
      return { layers: passed, features: passed.at(-1) as tf.Tensor2D };
    },
    back(parameters, features, { kept }) {
      const passed = outputsIn({ from: frozen, to: layers.length }, parameters, features, kept);
      return { logits: passed.at(-1) as tf.Tensor2D, layers: passed };
    },
  };
}

/** Height, width and channels of what a layer passes on. */
function shapeOf(layer: Dense | Convolution): ImageShape {
  if (layer.kind === 'dense') return [1, 1, layer.units];
  const [height, width] = layer.image;
  return [Math.floor(height / 2), Math.floor(width / 2), layer.filters];
}

const inputsOf = (layer: Dense | Convolution) => (layer.kind === 'dense' ? layer.inputs : volumeOf(layer.image));

const weightShape = (layer: Dense | Convolution): number[] =>
  layer.kind === 'dense' ? [layer.inputs, layer.units] : [layer.kernel, layer.kernel, layer.image[2], layer.filters];

/** Initial θ, drawn in the order of the views: see `init` in core/recipe.ts. @param layerOf the layer of each view */
function initialise(
  { spec, views, parameterCount }: LayeredNetwork,
  layerOf: LayeredNetwork['layers'],
  random: Random,
): Float32Array {
  const theta = new Float32Array(parameterCount);
  const normal = normalStream(random);
  views.forEach(({ role, isHead, offset, size }, view) => {
    if (isHead && spec.headInit === 'zeros') return;
    const tensor = { role, ...fansOf(layerOf[view]), isHead: isHead === true };
    begin(theta.subarray(offset, offset + size), tensor, spec.init, random, normal);
  });
  return theta;
}

/** Gives the values of a tensor what they begin with. @param normal standard normal numbers made of `random` */
export function begin(
  values: Float32Array,
  { role, ...fans }: Fans & { readonly role: Role },
  init: NetworkSpec['init'],
  random: Random,
  normal: Random,
): void {
  const bias = role === 'weights' ? undefined : firstBias(init);
  if (bias !== undefined) {
    values.fill(bias);
    return;
  }
  const draw = drawerFor(init, fans, random, normal);
  for (let i = 0; i < values.length; i++) values[i] = draw();
}

/** What biases begin at, where they are not drawn as weights are. */
function firstBias(init: NetworkSpec['init']): number | undefined {
  if (typeof init === 'number' || init === 'fan-in') return undefined;
  return init === 'truncated-normal' ? 0.1 : 0;
}

/** What the bounds of a layer's initial weights depend on. */
interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
  /** No ReLU comes after it. */
  readonly isHead: boolean;
}

/** Draws the initial weights of a layer, one by one. @param normal standard normal numbers made of `random` */
function drawerFor(init: NetworkSpec['init'], fans: Fans, random: Random, normal: Random): () => number {
  if (init === 'he') return () => normal() * Math.sqrt(2 / fans.fanIn);
  if (init === 'truncated-normal') return () => 0.1 * within(2, normal);
  const bound = uniformBound(init, fans.fanIn, fans.fanOut, fans.isHead);
  return () => bound * (2 * random() - 1);
}

/** Draws until a number is nearer to 0 than that. */
function within(bound: number, draw: () => number): number {
  let drawn = draw();
  while (Math.abs(drawn) >= bound) drawn = draw();
  return drawn;
}

/** Draws weights of a hidden layer one by one, as those were drawn that it began with. */
export const freshWeights = ({ spec }: LayeredNetwork, layer: Dense, random: Random): (() => number) =>
  drawerFor(spec.init, { ...fansOf(layer), isHead: false }, random, normalStream(random));

/** Of the uniform numbers that weights are drawn from, as `init` says. @param isHead no ReLU comes after the layer */
export function uniformBound(init: NetworkSpec['init'], fanIn: number, fanOut: number, isHead = false): number {
  if (typeof init === 'number') return init;
  if (init === 'he-uniform') return Math.sqrt((isHead ? 3 : 6) / fanIn);
  return init === 'xavier' ? Math.sqrt(6 / (fanIn + fanOut)) : 1 / Math.sqrt(fanIn);
}

const fansOf = (layer: Dense | Convolution | undefined) => ({ fanIn: fanInOf(layer), fanOut: fanOutOf(layer) });

/** Units that a single input reaches: of a convolution as many as PyTorch counts, kernel² · filters. */
const fanOutOf = (layer: Dense | Convolution | undefined): number =>
  layer?.kind === 'convolution' ? layer.kernel ** 2 * layer.filters : (layer?.units ?? 1);

/** Inputs of a single unit. */
const fanInOf = (layer: Dense | Convolution | undefined): number =>
  layer
    ? weightShape(layer)
        .slice(0, -1)
        .reduce((product, n) => product * n, 1)
    : 1;

/** The tensors of θ, in the order of the views. */
export function parametersOf({ views }: Pick<Network, 'views'>, theta: tf.Tensor1D): tf.Tensor[] {
  const sizes = views.map(({ size }) => size);
  const parts =
    tf.getBackend() === 'wasm'
      ? (tf.engine().runKernel(partsKernel, { theta }, { sizes }) as unknown as tf.Tensor[])
      : views.map(({ offset, size }) => tf.slice(theta, [offset], [size]));
  return parts.map((part, i) => tf.reshape(part, [...(views[i]?.shape ?? [])]));
}

/** The inverse of `parametersOf`. */
export const flatten = (parameters: readonly tf.Tensor[]): tf.Tensor1D =>
  tf.concat1d(parameters.map((parameter) => tf.reshape(parameter, [-1])));

interface LayerParameters {
  /** [inputs, units], or of a convolution [kernel, kernel, channels, filters]. */
  readonly weights: tf.Tensor;
  readonly bias: tf.Tensor1D | undefined;
}

/** Groups parameters by layer. */
export function layersOf({ spec, layers }: LayeredNetwork, parameters: readonly tf.Tensor[]): LayerParameters[] {
  const perLayer = spec.bias ? 2 : 1;
  return layers.map((_, layer) => ({
    weights: parameters[layer * perLayer] as tf.Tensor,
    bias: spec.bias ? (parameters[layer * perLayer + 1] as tf.Tensor1D) : undefined,
  }));
}

/** As a network is asked at test. */
const atTest: Asked = { training: false, columns: {}, constants: {} };

/**
 * Outputs at test before the softmax (or the output ReLU), [rows, outputs].
 *
 * @param x inputs 0..1, [rows, inputs]
 * @param buffers running statistics, of a network that has some
 */
export const logitsOf = (
  network: Network,
  parameters: readonly tf.Tensor[],
  x: tf.Tensor2D,
  buffers?: tf.Tensor1D,
): tf.Tensor2D => network.forward(parameters, x, { ...atTest, buffers }).logits;

/** The outputs of every layer, [rows, units], the last one before its output function. Same arguments as `passesOf`. */
export const activationsOf = (
  network: LayeredNetwork,
  parameters: readonly tf.Tensor[],
  x: tf.Tensor2D,
  dropout?: readonly tf.Tensor2D[],
): tf.Tensor2D[] => passesOf(network, parameters, x, dropout).map(({ output }) => output);

function forward(network: LayeredNetwork, parameters: readonly tf.Tensor[], x: tf.Tensor2D, { kept }: Asked): Outputs {
  const dropout = kept && tf.split<tf.Tensor2D>(kept, [...network.dropout.units], 1);
  const layers = activationsOf(network, parameters, x, dropout);
  return { logits: layers.at(-1) as tf.Tensor2D, layers };
}

/** Whether it is one of layers in a row. */
export const isLayered = (network: Network): network is LayeredNetwork => 'layers' in network;

/** @throws Error that says what it is wanted for, when the network is another than one of layers in a row */
export function requireLayers(network: Network, what: string): LayeredNetwork {
  if (isLayered(network)) return network;
  throw new Error(`${what} is for networks of dense and convolutional layers in a row`);
}

/** What a layer made of a batch. */
export interface LayerPass {
  /** [batch, inputs], or of a convolution [batch, height, width, channels]. */
  readonly input: tf.Tensor;
  /** After the ReLU (the last layer has none), before dropout or pooling; of a convolution in its image's shape. */
  readonly activation: tf.Tensor;
  /** What it passes on, [batch, units]. */
  readonly output: tf.Tensor2D;
}

/** Layers from one up to the one before another. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * All that the layers made of some rows.
 *
 * @param x inputs, [rows, inputs]
 * @param dropout one 0/1 mask [rows, units] per hidden dense layer while training. What is dropped is made up for at test
 *   time, that is without masks, where activations are multiplied by 1 − dropout; or, with `"dropoutScaling": "training"`,
 *   with masks, where kept units are divided by it.
 * @param gates what each hidden layer passes on is multiplied by: [rows, units], of convolutions [rows, filters]
 * @param stretch some of the layers alone: `x` is what those before pass on
 */
export function passesOf(
  network: LayeredNetwork,
  parameters: readonly tf.Tensor[],
  x: tf.Tensor2D,
  dropout?: readonly tf.Tensor2D[],
  gates: readonly tf.Tensor2D[] = [],
  { from, to }: Stretch = { from: 0, to: network.layers.length },
): LayerPass[] {
  const passes: LayerPass[] = [];
  const convolutions = network.layers.filter(({ kind }) => kind === 'convolution').length;
  layersOf(network, parameters).forEach(({ weights, bias }, i) => {
    if (i < from || i >= to) return;
    const layer = network.layers[i];
    const input = passes.at(-1)?.output ?? x;
    if (layer?.kind === 'convolution') {
      const images = tf.reshape<tf.Rank.R4>(input, [-1, ...layer.image]);
      const activation = convolutionLayer(images, weights as tf.Tensor4D, bias, i > 0);
      passes.push({
        input: images,
        activation,
        output: tf.reshape(gated(pooled(activation), gates[i]), [-1, layer.units]),
      });
      return;
    }
    const isLast = i === network.layers.length - 1;
    const apply = i > 0 ? denseLayer : inputLayer;
    const activation = apply(input, weights as tf.Tensor2D, bias, !isLast);
    const output = isLast ? activation : gated(dropped(network, activation, dropout?.[i - convolutions]), gates[i]);
    passes.push({ input, activation, output });
  });
  return passes;
}

/**
 * What a hidden dense layer passes on under dropout: see `passesOf`.
 *
 * @param mask 0/1 while training
 */
export function dropped({ spec }: LayeredNetwork, activation: tf.Tensor2D, mask: tf.Tensor2D | undefined): tf.Tensor2D {
  const inverted = spec.dropoutScaling === 'training';
  if (mask) return tf.mul(activation, inverted ? tf.mul(mask, 1 / (1 - spec.dropout)) : mask);
  return spec.dropout > 0 && !inverted ? tf.mul(activation, 1 - spec.dropout) : activation;
}

/** @param gate [rows, channels] of what has its channels last */
function gated<T extends tf.Tensor>(passed: T, gate: tf.Tensor2D | undefined): T {
  if (!gate) return passed;
  const [rows, channels] = gate.shape;
  const between = new Array<number>(passed.rank - 2).fill(1);
  return tf.mul<T>(passed, tf.reshape(gate, [rows, ...between, channels]));
}
