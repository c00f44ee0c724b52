import * as tf from '@tensorflow/tfjs-core';
import * as z from 'zod';
import type { Architecture, Convolution, LayeredNetwork, Network, TensorView } from '../contract/network';
import type { Outputs } from '../contract/step';
import type { Random } from '../random';
import { convolutionLayer, pooled } from './convolution';
import { denseLayer, inputLayer, oneHot } from './layers';
import { dropped, uniformBound } from './network';
import { withoutGradient } from './withoutGradient';
import { splitColumns } from './splitColumns';

/** Columns of layers in a row, one for each task so far, and how they began. */
export interface ColumnsSpec {
  /** What a column is, with outputs of its task alone. */
  readonly base: LayeredNetwork;
  /** Output units of each column. */
  readonly heads: readonly (readonly number[])[];
  /** The scalars of adapters begin uniformly within 0 … so much. */
  readonly scale: number;
}

/** Parameters of one layer of a column; the last three where columns stand before it. */
interface ColumnLayer {
  /** [inputs, units], or of a convolution [kernel, kernel, channels, filters]. */
  readonly weights: tf.Tensor;
  readonly bias: tf.Tensor1D | undefined;
  /** α: [columns before]. */
  readonly scales: tf.Tensor1D | undefined;
  /** V: [units of the layer below in all columns before, units], or [1, 1, channels of all columns before, filters]. */
  readonly adapter: tf.Tensor | undefined;
  /** U: [units, units], or [kernel, kernel, filters, filters]. */
  readonly lateral: tf.Tensor | undefined;
}

/** How a parameter of a column begins: as in its own network, or as one of an adapter. */
type View = Omit<TensorView, 'offset'> & { readonly isOwn: boolean };

/**
 * The network of progressive networks (Rusu et al. 2016, equations 1 and 2). Layer l of column k sees its own layer below and, by
 * way of an adapter, that of all columns before it:
 *
 *     h_l^(k) = ReLU( W h_(l−1)^(k) + b + U ReLU( V α h_(l−1)^(<k) ) )
 *
 * α is a scalar for each earlier column. Where W is a convolution V is one of 1 × 1 ("dimensionality reduction is performed via
 * 1 × 1 convolutions") and U one of W's kernel, and the ReLU of the sum is pooled; a dense layer above convolutions sees their
 * images as rows. The first layers see the inputs alone; the last, without its ReLU, is the output of
 * the column. No gradient reaches columns before the last, and it alone is heard: all other outputs are 0. In θ columns lie
 * one after the other, so that the network of the first k columns has the first parameters of a later one.
 */
export function columnsNetwork(spec: ColumnsSpec): Network {
  const { base, heads } = spec;
  const ofColumns = heads.map((_, column) => viewsOf(spec, column));
  const views: TensorView[] = [];
  for (const { isOwn: _isOwn, ...view } of ofColumns.flat()) {
    const { offset = 0, size = 0 } = views.at(-1) ?? {};
    views.push({ ...view, offset: offset + size });
  }
  const { offset = 0, size = 0 } = views.at(-1) ?? {};
  return {
    architecture: architectureOf(base, heads.length),
    output: base.output,
    views,
    parameterCount: offset + size,
    dropout: base.dropout,
    initial: (random) => joined(heads.map((_, column) => initialColumn(spec, column, random))),
    forward: (parameters, x, { kept }) => forward(spec, parameters, x, kept),
  };
}

/** θ of a column at first: its layers drawn as those of the base, adapters as "fan-in" has it. */
export function initialColumn(spec: ColumnsSpec, column: number, random: Random): Float32Array<ArrayBuffer> {
  const { base, heads, scale } = spec;
  const own = ownParameters(base, base.initial(random), heads[column] ?? []);
  const parts = viewsOf(spec, column).map(({ isOwn, role, shape, size }) => {
    if (isOwn) return own.shift() ?? new Float32Array(size);
    const bound = uniformBound('fan-in', volume(shape.slice(0, -1)), shape.at(-1) ?? 1);
    return Float32Array.from({ length: size }, () =>
      role === 'scale' ? scale * random() : bound * (2 * random() - 1),
    );
  });
  return joined(parts);
}

/** How many columns a network has. */
export const columnsIn = ({ views }: Network): number => (views.at(-1)?.task ?? -1) + 1;

const architectureOf = (base: LayeredNetwork, columns: number): Architecture => ({
  kind: 'columns',
  of: base.architecture,
  columns,
});

/** @throws RangeError when it is none of columns of that base, or of more than there may be */
export function columnsOf(architecture: Architecture, base: LayeredNetwork, most: number): number {
  const found = z.strictObject({ kind: z.literal('columns'), of: z.unknown(), columns: z.int().min(1).max(most) });
  const { success, data } = found.safeParse(architecture);
  if (!success || JSON.stringify(data.of) !== JSON.stringify(base.architecture))
    throw new RangeError('the checkpoint is of a network that this run cannot have');
  return data.columns;
}

function viewsOf({ base, heads }: ColumnsSpec, column: number): View[] {
  const perLayer = base.spec.bias ? 2 : 1;
  return base.layers.flatMap((layer, index) => {
    const own = base.views.slice(index * perLayer, (index + 1) * perLayer).map(({ name, role, shape, isHead }) => ({
      ...{ name, role, isOwn: true },
      shape: isHead ? [...shape.slice(0, -1), heads[column]?.length ?? 0] : shape,
    }));
    const name = own[0]?.name.split('.')[0] ?? '';
    const units = own[0]?.shape.at(-1) ?? 0;
    const ofAdapter = (part: string, role: View['role'], shape: number[]) => ({
      ...{ name: `${name}.${part}`, role, isOwn: false, shape },
    });
    const [below, around] =
      layer.kind === 'dense'
        ? [[column * layer.inputs], []]
        : [
            [1, 1, column * layer.image[2]],
            [layer.kernel, layer.kernel],
          ];
    const adapters =
      column === 0 || index === 0
        ? []
        : [
            ofAdapter('scales', 'scale', [column]),
            ofAdapter('adapter', 'weights', [...below, units]),
            ofAdapter('lateral', 'weights', [...around, units, units]),
          ];
    return [...own, ...adapters].map((view): View => ({
      ...view,
      ...{ name: `column${column + 1}.${view.name}`, task: column, size: volume(view.shape) },
    }));
  });
}

const volume = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** The tensors of a network in a row, with the outputs of some units alone. */
function ownParameters(base: LayeredNetwork, theta: Float32Array, head: readonly number[]): Float32Array[] {
  const outputs = base.sizes.at(-1) ?? 0;
  return base.views.map(({ isHead, offset, size }) => {
    const values = theta.slice(offset, offset + size);
    if (!isHead) return values;
    const places = new Set(head);
    return values.filter((_, i) => places.has(i % outputs));
  });
}

function forward(
  spec: ColumnsSpec,
  parameters: readonly tf.Tensor[],
  x: tf.Tensor2D,
  kept: tf.Tensor2D | undefined,
): Outputs {
  const { base, heads } = spec;
  const last = heads.length - 1;
  const counts = heads.map((_, column) => viewsOf(spec, column).length);
  const starts = counts.map((_, column) => counts.slice(0, column).reduce((sum, n) => sum + n, 0));
  const ofColumn = (column: number, all: readonly tf.Tensor[]) => layersIn(base, column, all.slice(starts[column]));
  const before = frozen(base, last, parameters.slice(0, starts[last]), (own) => {
    const columns: tf.Tensor2D[][] = [];
    for (let column = 0; column < last; column++) columns.push(hiddenOf(base, ofColumn(column, own), x, columns));
    return columns.flat();
  });
  const dropout = kept && tf.split<tf.Tensor2D>(kept, [...base.dropout.units], 1);
  const own = ofColumn(last, parameters);
  const hidden = hiddenOf(base, own, x, before, dropout);
  const output = layerOf(base, own, hidden.length, hidden.at(-1) ?? x, before);
  const logits = tf.matMul<tf.Tensor2D>(output, oneHot(heads[last] ?? [], base.sizes.at(-1) ?? 0));
  return { logits, layers: [...hidden, logits] };
}

/** Groups the parameters of a column by layer. */
function layersIn({ layers, spec }: LayeredNetwork, column: number, parameters: readonly tf.Tensor[]): ColumnLayer[] {
  let at = 0;
  const next = (isThere: boolean) => (isThere ? parameters[at++] : undefined);
  return layers.map((_, layer) => {
    const hasAdapter = column > 0 && layer > 0;
    return {
      weights: next(true) as tf.Tensor,
      bias: next(spec.bias) as tf.Tensor1D | undefined,
      scales: next(hasAdapter) as tf.Tensor1D | undefined,
      adapter: next(hasAdapter),
      lateral: next(hasAdapter),
    };
  });
}

/** What the hidden layers of a column pass on. @param before of each earlier column its hidden layers */
function hiddenOf(
  base: LayeredNetwork,
  own: readonly ColumnLayer[],
  x: tf.Tensor2D,
  before: readonly (readonly tf.Tensor2D[])[],
  dropout?: readonly tf.Tensor2D[],
): tf.Tensor2D[] {
  const hidden: tf.Tensor2D[] = [];
  const convolutions = base.layers.filter(({ kind }) => kind === 'convolution').length;
  for (let layer = 0; layer < own.length - 1; layer++) {
    const made = layerOf(base, own, layer, hidden.at(-1) ?? x, before);
    hidden.push(layer < convolutions ? made : dropped(base, made, dropout?.[layer - convolutions]));
  }
  return hidden;
}

/** One layer of a column. @param below what the column's own layer below passes on, or the inputs */
function layerOf(
  { layers }: LayeredNetwork,
  own: readonly ColumnLayer[],
  index: number,
  below: tf.Tensor2D,
  before: readonly (readonly tf.Tensor2D[])[],
): tf.Tensor2D {
  const layer = layers[index];
  const parameters = own[index] as ColumnLayer;
  const { scales } = parameters;
  const earlier = scales
    ? before.map((hidden, column) =>
        tf.mul<tf.Tensor2D>(hidden[index - 1] as tf.Tensor2D, tf.slice(scales, [column], [1])),
      )
    : [];
  if (layer?.kind === 'convolution') return convolved(layer, parameters, below, earlier, index > 0);
  const { bias } = parameters;
  const [weights, adapter, lateral] = [parameters.weights, parameters.adapter, parameters.lateral] as tf.Tensor2D[];
  const isHidden = index < layers.length - 1;
  const apply = index === 0 ? inputLayer : denseLayer;
  if (!adapter || !lateral) return apply(below, weights as tf.Tensor2D, bias, isHidden);
  const adapted = denseLayer(denseLayer(tf.concat2d(earlier, 1), adapter, undefined, true), lateral, undefined, false);
  const sum = tf.add<tf.Tensor2D>(apply(below, weights as tf.Tensor2D, bias, false), adapted);
  return isHidden ? tf.relu(sum) : sum;
}

/**
 * A convolution of a column, pooled, its image as a row.
 *
 * @param earlier what the layer below passes on in each column before, times its scalar
 * @param isBetween a gradient flows to what is below
 */
function convolved(
  layer: Convolution,
  parameters: ColumnLayer,
  below: tf.Tensor2D,
  earlier: readonly tf.Tensor2D[],
  isBetween: boolean,
): tf.Tensor2D {
  const { bias } = parameters;
  const [weights, adapter, lateral] = [parameters.weights, parameters.adapter, parameters.lateral] as tf.Tensor4D[];
  const imagesOf = (rows: tf.Tensor2D) => tf.reshape<tf.Rank.R4>(rows, [-1, ...layer.image]);
  const own = (relu: boolean) => convolutionLayer(imagesOf(below), weights as tf.Tensor4D, bias, isBetween, relu);
  const passedOn = (images: tf.Tensor4D) => tf.reshape<tf.Rank.R2>(pooled(images), [-1, layer.units]);
  if (!adapter || !lateral) return passedOn(own(true));
  const heard = convolutionLayer(tf.concat4d(earlier.map(imagesOf), 3), adapter, undefined, true);
  return passedOn(tf.relu(tf.add<tf.Tensor4D>(own(false), convolutionLayer(heard, lateral, undefined, true, false))));
}

/** The hidden layers of columns that are not trained: the same numbers, and the gradient of their parameters is 0. */
function frozen(
  { sizes: widths }: LayeredNetwork,
  columns: number,
  parameters: readonly tf.Tensor[],
  make: (parameters: readonly tf.Tensor[]) => tf.Tensor2D[],
): tf.Tensor2D[][] {
  if (columns === 0) return [];
  const hidden = withoutGradient(parameters, (own) => tf.concat2d(make(own), 1));
  const sizes = Array.from({ length: columns }, () => widths.slice(1, -1));
  const all = splitColumns(hidden, sizes.flat());
  return sizes.map(({ length }, column) => all.slice(column * length, (column + 1) * length));
}

function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
