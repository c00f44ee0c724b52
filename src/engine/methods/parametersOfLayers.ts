import type { View } from '../../core/mechanism';
import type { LayeredNetwork } from '../contract/network';
import { blocksOf } from '../networks/blocks';

/** How large each layer of a network that grows is: shown after each task, it is seen over time. */
export function parametersOfLayers(network: LayeredNetwork): View {
  const sizes = network.layers.map(() => 0);
  for (const { layer, places, inputs, outputs } of blocksOf(network))
    sizes[layer] = (sizes[layer] ?? 0) + places * inputs * outputs;
  return {
    kind: 'layers',
    title: 'Parameters of each layer',
    quantity: 'parameters',
    unit: '1',
    layers: sizes.map((value, i) => ({ name: `layer${i + 1}`, value })),
  };
}
