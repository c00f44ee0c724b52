import type { ImageShape } from '../../core/recipe';
import type { LayeredNetwork } from '../contract/network';

/**
 * A tensor of a network of layers in a row as [places, inputs, outputs]: units (of a convolution filters) of the layer before
 * go in, those of its own come out. A filter has a place for each of its pixels; a dense layer after convolutions one for each
 * pixel that it sees; a bias is one input that is always 1.
 */
export interface Block {
  /** Of the network's layers. */
  readonly layer: number;
  readonly isBias: boolean;
  readonly offset: number;
  readonly places: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** The blocks of all views, in their order. */
export function blocksOf({ views, layers, spec }: LayeredNetwork): Block[] {
  const perLayer = spec.bias ? 2 : 1;
  return views.map(({ role, shape, offset, size }, i) => {
    const layer = Math.floor(i / perLayer);
    const isBias = role === 'bias';
    const outputs = shape.at(-1) ?? 1;
    const inputs = isBias ? 1 : unitsInto(layers, layer);
    return { layer, isBias, offset, places: size / (inputs * outputs), inputs, outputs };
  });
}

/** Visits every parameter of dense layers: which input of its block it comes from, which output it goes to, where it lies. */
export function eachParameter(
  network: LayeredNetwork,
  visit: (block: Block, input: number, output: number, at: number) => void,
): void {
  for (const block of blocksOf(network)) {
    let at = block.offset;
    for (let input = 0; input < block.inputs; input++)
      for (let output = 0; output < block.outputs; output++, at++) visit(block, input, output, at);
  }
}

/** Units, filters or channels that go into a layer. */
function unitsInto(layers: LayeredNetwork['layers'], index: number): number {
  const [layer, before] = [layers[index], layers[index - 1]];
  if (layer?.kind === 'convolution') return layer.image[2];
  return before?.kind === 'convolution' ? before.filters : (layer?.inputs ?? 0);
}

/** Units of each hidden layer, of convolutions their filters. */
export const widthsOf = ({ spec }: LayeredNetwork): number[] => [
  ...(spec.kind === 'cnn' ? spec.conv : []),
  ...spec.hidden,
];

/** What `createNetwork` is told of the inputs: convolutions need the shape of their images. */
export const inputsOf = ({ layers: [first], sizes }: LayeredNetwork): number | ImageShape =>
  first?.kind === 'convolution' ? first.image : (sizes[0] ?? 0);
