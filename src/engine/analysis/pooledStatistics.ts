import type { TensorView } from '../contract/network';

/** Statistics that were measured on some examples, and the share that these are of all. */
export interface Measured {
  readonly values: Float32Array;
  readonly share: number;
}

const MEAN = '.mean';
const VARIANCE = '.variance';

/**
 * Statistics of all examples together, from those of its parts. Means are averaged; a variance `….variance` is also made of how
 * far the parts' means, `….mean` beside it, lie apart, channel by channel:
 *
 *     Σ w (v + m²) − (Σ w m)²  =  Σ w v + Σ w (m − Σ w m)²
 *
 * Of one part it is that part, to the bit. Anything that is no variance with a mean beside it is averaged.
 */
export function pooledStatistics(views: readonly TensorView[], parts: readonly Measured[]): Float32Array {
  const size = parts[0]?.values.length ?? 0;
  const pooled = Float64Array.from({ length: size }, (_, i) => averageOf(parts, (values) => values[i] as number));
  for (const { variance, mean, size: channels } of pairsIn(views))
    for (let i = 0; i < channels; i++) {
      const middle = pooled[mean + i] as number;
      const apart = averageOf(parts, (values) => ((values[mean + i] as number) - middle) ** 2);
      pooled[variance + i] = (pooled[variance + i] as number) + apart;
    }
  return Float32Array.from(pooled);
}

const averageOf = (parts: readonly Measured[], of: (values: Float32Array) => number): number =>
  parts.reduce((sum, { values, share }) => sum + of(values) * share, 0);

/** Where each variance lies whose mean is there too, and where that lies. */
function pairsIn(views: readonly TensorView[]) {
  const means = new Map(views.filter(({ name }) => name.endsWith(MEAN)).map((view) => [stemOf(view, MEAN), view]));
  return views.flatMap((view) => {
    const mean = view.name.endsWith(VARIANCE) ? means.get(stemOf(view, VARIANCE)) : undefined;
    return mean?.size === view.size ? [{ variance: view.offset, mean: mean.offset, size: view.size }] : [];
  });
}

const stemOf = ({ name }: TensorView, ending: string) => name.slice(0, -ending.length);
