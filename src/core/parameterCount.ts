import {
  imageShapes,
  volumeOf,
  type ImageShape,
  type BuiltInNetworkSpec,
  type LayeredSpec,
  type ResnetSpec,
} from './recipe';

/** Parameters of a network for images of a shape, without making it. */
export const parameterCount = (network: BuiltInNetworkSpec, image: ImageShape, outputs: number): number =>
  network.kind === 'resnet18' ? ofResnet(network, image, outputs) : ofLayers(network, image, outputs);

/** Units of each hidden layer, of convolutions their filters. */
export const hiddenWidths = (network: LayeredSpec): number[] => [
  ...(network.kind === 'cnn' ? network.conv : []),
  ...network.hidden,
];

/** The same network with hidden layers of such widths, convolutions first. */
export const withHiddenWidths = (network: LayeredSpec, widths: readonly number[]): LayeredSpec => {
  if (network.kind === 'mlp') return { ...network, hidden: [...widths] };
  const { length } = network.conv;
  return { ...network, conv: widths.slice(0, length), hidden: widths.slice(length) };
};

/** A layer: its weights are [places, inputs, units], where a filter has a place for each of its pixels, a dense layer one. */
export interface LayerSize {
  readonly places: number;
  readonly inputs: number;
  readonly units: number;
}

/** The layers of such a network in a row, its output layer last. */
export function layerSizes(network: LayeredSpec, image: ImageShape, outputs: number): LayerSize[] {
  const shapes = network.kind === 'cnn' ? imageShapes(network, image) : [image];
  const places = network.kind === 'cnn' ? network.kernel ** 2 : 1;
  const filters = shapes.slice(1).map(([, , units], i) => ({ places, inputs: shapes[i]?.[2] ?? 0, units }));
  const sizes = [volumeOf(shapes.at(-1) ?? image), ...network.hidden, outputs];
  const dense = sizes.slice(1).map((units, i) => ({ places: 1, inputs: sizes[i] ?? 0, units }));
  return [...filters, ...dense];
}

function ofLayers(network: LayeredSpec, image: ImageShape, outputs: number): number {
  const bias = network.bias ? 1 : 0;
  return layerSizes(network, image, outputs).reduce(
    (sum, { places, inputs, units }) => sum + units * (places * inputs + bias),
    0,
  );
}

function ofResnet({ filters, norm, bias }: ResnetSpec, [, , channels]: ImageShape, outputs: number): number {
  const lastBias = bias ? 1 : 0;
  const beside = norm === 'none' ? lastBias : 2;
  const convolution = (side: number, before: number, own: number) => own * (side ** 2 * before + beside);
  let before = filters;
  let sum = convolution(3, channels, filters);
  for (const own of [1, 2, 4, 8].map((times) => times * filters)) {
    sum += convolution(3, before, own) + 3 * convolution(3, own, own);
    if (before !== own) sum += convolution(1, before, own);
    before = own;
  }
  return sum + outputs * (before + lastBias);
}
