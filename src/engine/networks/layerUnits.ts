import type { Network } from '../contract/network';

/** Layers that are told of, at most. */
const MOST_LAYERS = 64;

/** Units that a layer passes on; those of one layer in several columns are added up. */
export interface LayerUnits {
  readonly name: string;
  readonly units: number;
}

/** How wide each layer of weights is, in the order of the network; adapters between columns are none. */
export function layerUnits({ views }: Pick<Network, 'views'>): LayerUnits[] {
  const units = new Map<string, number>();
  for (const { name, shape } of views) {
    const layer = /^(?:column\d+\.)?(.+)\.weights$/.exec(name)?.[1];
    if (layer !== undefined) units.set(layer, (units.get(layer) ?? 0) + (shape.at(-1) ?? 0));
  }
  return [...units].slice(0, MOST_LAYERS).map(([name, own]) => ({ name, units: own }));
}
