import type { LayeredNetwork } from '../contract/network';
import { blocksOf } from '../networks/blocks';

/**
 * The hidden units that some outputs depend on (DEN, algorithm 2): those with a weight other than 0 to one of the outputs, and
 * layer by layer downwards those with such a weight to a unit that was selected.
 *
 * @param network of dense layers
 * @param theta its parameters
 * @returns of each hidden layer 0 or 1 for each unit
 */
export function selectedUnits(
  network: LayeredNetwork,
  theta: Float32Array,
  outputs: readonly number[],
): readonly Uint8Array[] {
  let above: readonly number[] = outputs;
  const selected: Uint8Array[] = [];
  const weights = blocksOf(network).filter(({ isBias, layer }) => !isBias && layer > 0);
  for (const { offset, inputs, outputs: width } of weights.reverse()) {
    const isSelected = Uint8Array.from({ length: inputs }, (_, unit) =>
      Number(above.some((output) => theta[offset + unit * width + output] !== 0)),
    );
    above = [...isSelected.keys()].filter((unit) => isSelected[unit] === 1);
    selected.unshift(isSelected);
  }
  return selected;
}
