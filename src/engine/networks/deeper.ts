import type { LayeredNetwork } from '../contract/network';
import { inputsOf } from './blocks';
import { createNetwork } from './network';
import type { Growth } from './wider';

/**
 * Net2DeeperNet (Chen, Goodfellow & Shlens 2016): after a hidden layer comes another that passes on what it gets, for a ReLU of
 * what is not negative is the identity: its weights are the unit matrix, its biases 0. Where dropout is made up for at test,
 * they are what undoes that, and the network is the same function there.
 *
 * It is dense; a convolution would halve the image, by its pooling, and is none of the same function.
 *
 * @param layer after which it comes, counted from 0 over all layers: a hidden one, before a dense one
 */
export function net2Deeper(base: LayeredNetwork, layer: number): Growth {
  const { spec, layers, sizes } = base;
  const [before, after] = [layers[layer], layers[layer + 1]];
  if (!before || after?.kind !== 'dense')
    throw new RangeError('a network gets deeper after a hidden layer, and before one that is dense');
  const convolutions = layers.filter(({ kind }) => kind === 'convolution').length;
  const { units } = before;
  const hidden = spec.hidden.toSpliced(layer + 1 - convolutions, 0, units);
  const network = createNetwork({ ...spec, hidden }, inputsOf(base), sizes.at(-1) ?? 0);
  const perLayer = spec.bias ? 2 : 1;
  const start = network.views[(layer + 1) * perLayer]?.offset ?? 0;
  const added = network.parameterCount - base.parameterCount;
  const move = (values: Float32Array, fill = 0) => {
    const all = new Float32Array(network.parameterCount).fill(fill);
    all.set(values.subarray(0, start));
    all.set(values.subarray(start), start + added);
    return all;
  };
  const undoes = spec.dropout > 0 && spec.dropoutScaling !== 'training' ? 1 / (1 - spec.dropout) : 1;
  return {
    network,
    move,
    theta(values) {
      const theta = move(values);
      for (let unit = 0; unit < units; unit++) theta[start + unit * (units + 1)] = undoes;
      return theta;
    },
  };
}
