import type { View } from '../../core/mechanism';
import type { Network, TensorView } from '../contract/network';

/**
 * How far two vectors over θ lie from each other in each tensor, in shares of the norm of the second; null where that is 0.
 */
export function distanceView(
  { views }: Network,
  { title, from, to }: { readonly title: string; readonly from: Float32Array; readonly to: Float32Array },
): View {
  const of = ({ offset, size }: TensorView) => {
    let [apart, whole] = [0, 0];
    for (let i = offset; i < offset + size; i++) {
      const value = to[i] as number;
      apart += (value - (from[i] as number)) ** 2;
      whole += value ** 2;
    }
    return whole === 0 ? null : Math.sqrt(apart / whole);
  };
  return {
    kind: 'layers',
    title,
    quantity: 'distance as a share of the norm',
    unit: '1',
    layers: views.map((view) => ({ name: view.name, value: of(view) })),
  };
}
