import * as tf from '@tensorflow/tfjs-core';
import type { ImageShape, ResnetSpec } from '../../core/recipe';
import type { Asked, Network, Role, TensorView } from '../contract/network';
import type { Outputs } from '../contract/step';
import { normalStream, type Random } from '../random';
import { denseLayer } from './layers';
import { begin, parametersOf } from './network';
import { batchNorm, EPSILON, groupNorm, MOMENTUM, rectifiedSum, type Running } from './norm';
import { stridedConvolution } from './stridedConvolution';

/** Of each stage: filters as multiples of the first one's, and the stride of its first block. */
const STAGES = [
  { times: 1, stride: 1 },
  { times: 2, stride: 2 },
  { times: 4, stride: 2 },
  { times: 8, stride: 2 },
] as const;
const BLOCKS = 2;

/** A convolution and the normalisation after it. */
interface Unit {
  readonly name: string;
  /** Name of its normalisation. */
  readonly norm: string;
  readonly side: 1 | 3;
  readonly stride: 1 | 2;
  readonly channels: number;
  readonly filters: number;
}

interface Block {
  readonly first: Unit;
  readonly second: Unit;
  /** On the way past both, where they change the shape. */
  readonly shortcut: Unit | undefined;
}

interface Plan {
  readonly stem: Unit;
  readonly blocks: readonly Block[];
}

function planOf(filters: number, channels: number): Plan {
  const stem: Unit = { name: 'conv1', norm: 'norm1', side: 3, stride: 1, channels, filters };
  let before = filters;
  const blocks = STAGES.flatMap(({ times, stride: first }, stage) =>
    Array.from({ length: BLOCKS }, (_, block): Block => {
      const [own, stride] = [filters * times, block === 0 ? first : 1] as const;
      const unit = (name: string, norm: string, more: Pick<Unit, 'side' | 'stride' | 'channels'>): Unit => {
        const place = `stage${stage + 1}.${block + 1}.`;
        return { name: place + name, norm: place + norm, ...more, filters: own };
      };
      const changes = stride !== 1 || before !== own;
      const made: Block = {
        first: unit('conv1', 'norm1', { side: 3, stride, channels: before }),
        second: unit('conv2', 'norm2', { side: 3, stride: 1, channels: own }),
        shortcut: changes ? unit('shortcut', 'shortcutNorm', { side: 1, stride, channels: before }) : undefined,
      };
      before = own;
      return made;
    }),
  );
  return { stem, blocks };
}

const unitsOf = ({ stem, blocks }: Plan): Unit[] => [
  stem,
  ...blocks.flatMap(({ first, second, shortcut }) => [first, second, ...(shortcut ? [shortcut] : [])]),
];

/**
 * A tensor of the network, how many inputs a unit of it has (0 for those that are not drawn), and how many units an input
 * reaches.
 */
interface Part extends TensorView {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * The reduced ResNet-18 of Lopez-Paz & Ranzato 2017 (He et al. 2016 with 20 filters instead of 64, and for small images: a
 * stem of one 3 × 3 convolution without pooling). Four stages of two basic blocks,
 *
 *     relu(norm(conv(relu(norm(conv(x))))) + shortcut(x)),
 *
 * where the shortcut is x itself or, where the shape changes, a 1 × 1 convolution and its norm; then the mean over all
 * places and a dense layer. As in their code, where it is in PyTorch: convolutions have no biases (but where there is no
 * norm), weights are drawn as a dense layer's are, scales are 1 and shifts 0 at first. Deviation: the mean is over all places,
 * whatever the image's size, where their code pools 4 × 4.
 *
 * At test a convolution and its batch norm are one convolution, with filters times `scale / deviation` and a bias.
 *
 * @param image shape of the inputs
 */
export function createResnet(spec: ResnetSpec, image: ImageShape, outputs: number): Network {
  const plan = planOf(spec.filters, image[2]);
  const parts = partsOf(spec, plan, outputs);
  const places = new Map(parts.map(({ name }, i) => [name, i]));
  const statistics = spec.norm === 'batch' ? statisticsOf(unitsOf(plan)) : undefined;
  const passOf = (parameters: readonly tf.Tensor[], asked: Asked) => {
    const of = (name: string) => parameters[places.get(name) ?? -1];
    return new Pass(spec, of, asked, statistics && runningOf(statistics.views, asked.buffers));
  };
  return {
    architecture: { kind: 'resnet18', spec, inputs: image, outputs },
    output: spec.output,
    views: parts.map(({ fanIn: _, fanOut: __, ...view }) => view),
    parameterCount: parts.reduce((sum, { size }) => sum + size, 0),
    ...(statistics && { statistics }),
    dropout: { share: 0, units: [] },
    initial: (random) => initialise(spec, parts, random),
    forward: (parameters, x, asked) => {
      const pass = passOf(parameters, asked);
      return pass.through(plan, tf.reshape<tf.Rank.R4>(x, [-1, ...image]));
    },
    cut: {
      most: plan.blocks.length,
      after: (frozen) => {
        const [front, back] = [plan.blocks.slice(0, frozen), plan.blocks.slice(frozen)];
        const own = new Set(unitsOf({ stem: plan.stem, blocks: front }).flatMap(({ name, norm }) => [name, norm]));
        const isOwn = ({ name }: TensorView) => own.has(name.slice(0, name.lastIndexOf('.')));
        const shape = shapeAfter(front, image);
        return {
          shape,
          tensors: parts.filter(isOwn).length,
          front(parameters, x, asked) {
            const pass = passOf(parameters, asked);
            const passed = pass.blocks(front, pass.stem(plan, tf.reshape<tf.Rank.R4>(x, [-1, ...image])));
            // What the last block of all passes on is no layer of its own: the mean over its places is.
            const layers = stagesOf(back.length === 0 ? passed.slice(0, -1) : passed);
            return { layers, features: flat(passed.at(-1) as tf.Tensor4D) };
          },
          back(parameters, features, asked) {
            const pass = passOf(parameters, asked);
            const images = tf.reshape<tf.Rank.R4>(features, [-1, ...shape]);
            // The mean over all places and the last layer are left where all blocks are in front.
            return pass.head(back.length === 0 ? [images] : pass.blocks(back, images), frozen);
          },
        };
      },
    },
  };
}

const flat = (images: tf.Tensor4D): tf.Tensor2D => tf.reshape(images, [images.shape[0], -1]);

/** What the last block of each stage passes on, [rows, values]. @param before how many blocks are before these */
const stagesOf = (passed: readonly tf.Tensor4D[], before = 0): tf.Tensor2D[] =>
  passed.filter((_, i) => (before + i) % BLOCKS === BLOCKS - 1).map(flat);

/** Shape of what some blocks, the first of the network, make of images. */
function shapeAfter(blocks: readonly Block[], [height, width]: ImageShape): ImageShape {
  const strides = blocks.map(({ first }) => first.stride);
  const sideOf = (side: number) => strides.reduce<number>((left, stride) => Math.ceil(left / stride), side);
  return [sideOf(height), sideOf(width), blocks.at(-1)?.second.filters ?? 0];
}

function partsOf({ norm, bias }: ResnetSpec, plan: Plan, outputs: number): Part[] {
  const parts: Part[] = [];
  const add = (name: string, role: Role, shape: readonly number[], fanIn: number, isHead?: true) => {
    const { offset = 0, size = 0 } = parts.at(-1) ?? {};
    const own = tf.util.sizeFromShape([...shape]);
    // As PyTorch counts it: of a convolution kernel² · filters.
    const fanOut = own / (shape.at(-2) ?? own);
    parts.push({ name, role, shape, offset: offset + size, size: own, fanIn, fanOut, ...(isHead && { isHead }) });
  };
  for (const { name, norm: after, side, channels, filters } of unitsOf(plan)) {
    const fanIn = side * side * channels;
    add(`${name}.weights`, 'weights', [side, side, channels, filters], fanIn);
    if (norm === 'none') {
      if (bias) add(`${name}.bias`, 'bias', [filters], fanIn);
      continue;
    }
    add(`${after}.scale`, 'scale', [filters], 0);
    add(`${after}.shift`, 'shift', [filters], 0);
  }
  const features = plan.blocks.at(-1)?.second.filters ?? 0;
  add('head.weights', 'weights', [features, outputs], features, true);
  if (bias) add('head.bias', 'bias', [outputs], features, true);
  return parts;
}

/** Initial θ, drawn in the order of the views: see `init` in core/recipe.ts. */
function initialise({ init, headInit }: ResnetSpec, parts: readonly Part[], random: Random): Float32Array {
  const { offset: last = 0, size: rest = 0 } = parts.at(-1) ?? {};
  const theta = new Float32Array(last + rest);
  const normal = normalStream(random);
  for (const { role, isHead, offset, size, fanIn, fanOut } of parts) {
    if (isHead && headInit === 'zeros') continue;
    const own = theta.subarray(offset, offset + size);
    if (fanIn === 0) {
      if (role === 'scale') own.fill(1);
      continue;
    }
    begin(own, { role, fanIn, fanOut, isHead: isHead === true }, init, random, normal);
  }
  return theta;
}

/** Mean 0 and variance 1 of each norm, one after the other. */
function statisticsOf(units: readonly Unit[]): NonNullable<Network['statistics']> {
  const views: TensorView[] = [];
  let offset = 0;
  for (const { norm, filters: size } of units)
    for (const name of [`${norm}.mean`, `${norm}.variance`]) {
      views.push({ name, role: 'statistic', shape: [size], offset, size });
      offset += size;
    }
  const initial = new Float32Array(offset);
  for (const { name, offset: start, size } of views)
    if (name.endsWith('.variance')) initial.fill(1, start, start + size);
  return { views, initial, momentum: MOMENTUM };
}

/** Running statistics by name. @throws Error when there are none */
function runningOf(views: readonly TensorView[], buffers: tf.Tensor1D | undefined): ReadonlyMap<string, tf.Tensor1D> {
  if (!buffers) throw new Error('a network with batch normalisation is asked without its running statistics');
  const parts = parametersOf({ views }, buffers);
  return new Map(views.map(({ name }, i) => [name, parts[i] as tf.Tensor1D]));
}

/** One pass of some rows through the network. */
class Pass {
  /** Running statistics after it, in their order. */
  private readonly measured: tf.Tensor1D[] = [];
  /** Whether batches are normalised by their own statistics. */
  private readonly measures: boolean;

  constructor(
    private readonly spec: ResnetSpec,
    private readonly of: (name: string) => tf.Tensor | undefined,
    private readonly asked: Asked,
    private readonly running: ReadonlyMap<string, tf.Tensor1D> | undefined,
  ) {
    this.measures = running !== undefined && asked.training && asked.frozen !== true;
  }

  through(plan: Plan, images: tf.Tensor4D): Outputs {
    return this.head(this.blocks(plan.blocks, this.stem(plan, images)));
  }

  stem({ stem }: Plan, images: tf.Tensor4D): tf.Tensor4D {
    return rectifiedSum(this.unit(stem, images, false));
  }

  /** What each of some blocks passes on. */
  blocks(blocks: readonly Block[], images: tf.Tensor4D): tf.Tensor4D[] {
    let x = images;
    return blocks.map(({ first, second, shortcut }) => {
      const inner = this.unit(second, rectifiedSum(this.unit(first, x)));
      x = rectifiedSum(inner, shortcut ? this.unit(shortcut, x) : x);
      return x;
    });
  }

  /** @param passed by blocks up to the last one @param before how many blocks are before these */
  head(passed: readonly tf.Tensor4D[], before = 0): Outputs {
    const features = tf.mean<tf.Tensor2D>(passed.at(-1) as tf.Tensor4D, [1, 2]);
    const logits = denseLayer(
      features,
      this.of('head.weights') as tf.Tensor2D,
      this.of('head.bias') as tf.Tensor1D | undefined,
      false,
    );
    const layers = [...stagesOf(passed.slice(0, -1), before), features, logits];
    return { logits, layers, ...this.buffers() };
  }

  private buffers(): Pick<Outputs, 'buffers'> {
    const { buffers, training } = this.asked;
    if (this.measures && buffers) {
      // A pass through the last blocks alone leaves the statistics of those before as they are.
      const before = buffers.size - this.measured.reduce((sum, { size }) => sum + size, 0);
      const kept = before > 0 ? [tf.slice(buffers, [0], [before])] : [];
      return { buffers: tf.concat1d([...kept, ...this.measured]) };
    }
    // A copy: what a step is given and what it hands on are let go one by one.
    return training && buffers ? { buffers: tf.clone(buffers) } : {};
  }

  private unit({ name, norm, stride }: Unit, x: tf.Tensor4D, between = true): tf.Tensor4D {
    const weights = this.of(`${name}.weights`) as tf.Tensor4D;
    const convolved = (filters: tf.Tensor4D) => stridedConvolution(x, filters, stride, between);
    if (this.spec.norm === 'none') {
      const bias = this.of(`${name}.bias`);
      return bias ? tf.add(convolved(weights), bias) : convolved(weights);
    }
    const [scale, shift] = [this.of(`${norm}.scale`), this.of(`${norm}.shift`)] as [tf.Tensor1D, tf.Tensor1D];
    if (this.spec.norm === 'group') return groupNorm(convolved(weights), scale, shift, this.spec.groups);
    const running: Running = {
      mean: this.running?.get(`${norm}.mean`) as tf.Tensor1D,
      variance: this.running?.get(`${norm}.variance`) as tf.Tensor1D,
    };
    if (!this.measures) {
      const factor = tf.mul<tf.Tensor1D>(scale, tf.rsqrt(tf.add(running.variance, EPSILON)));
      return tf.add(convolved(tf.mul(weights, factor)), tf.sub(shift, tf.mul(running.mean, factor)));
    }
    const { y, running: next } = batchNorm(convolved(weights), scale, shift, running);
    this.measured.push(next.mean, next.variance);
    return y;
  }
}
