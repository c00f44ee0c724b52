/**
 * Scale alpha_l of the synaptic currents of each layer of a sleeping network (Tadros et al. 2022, after the
 * data-based normalisation of Diehl et al. 2015).
 *
 * With s_l = max(largest weight, largest activation, 0) of layer l, the normalisation factor is f_l = s_l / f_{l-1},
 * where f_0 is 1, and alpha_l = alphaScale / f_l. The weights themselves are not normalised. Inputs beyond 1 are measured in
 * units of the largest, and the weights of the first layer so much larger: the same network, of whatever unit its inputs are.
 *
 * @param weightMaxima largest weight of each layer, input side first
 * @param activationMaxima largest activation that layer l produced over all training images of the tasks seen so far,
 *   hidden layers with their dropout factor applied
 * @param inputMaximum largest input of the first layer, which fires at the highest rate: 1 of images
 * @throws RangeError when the lists differ in length, or when a layer has no positive weight and no positive
 *   activation: such a network is dead (or diverged) and has no scale
 */
export function layerScales(
  weightMaxima: readonly number[],
  activationMaxima: readonly number[],
  alphaScale: number,
  inputMaximum = 1,
): number[] {
  if (weightMaxima.length !== activationMaxima.length) {
    throw new RangeError(`${weightMaxima.length} weight maxima, but ${activationMaxima.length} activation maxima`);
  }
  let previous = 1;
  return weightMaxima.map((weight, layer) => {
    const unit = layer === 0 ? inputMaximum : 1;
    const scale = Math.max(unit * weight, activationMaxima[layer] as number, 0);
    if (!(scale > 0 && Number.isFinite(scale))) {
      throw new RangeError(
        `layer ${layer + 1} cannot be scaled for sleep: its largest weight or activation is ${scale}`,
      );
    }
    previous = scale / previous;
    return (unit * alphaScale) / previous;
  });
}
