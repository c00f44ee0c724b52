import type { TextKey } from '../strings';
import type { Kind, Panel } from './panels';

/** What panels are found by, and in which order they stand. */
export const groups = [
  'network',
  'memory',
  'images',
  'capacity',
  'raster',
  'between',
  'layers',
  'distribution',
  'angle',
  'spectrum',
  'tree',
  'analysis',
  'unknown',
] as const;
export type Group = (typeof groups)[number];

export const groupTitles: Readonly<Record<Group, TextKey>> = {
  network: 'groupNetwork',
  memory: 'groupMemory',
  images: 'groupImages',
  capacity: 'groupCapacity',
  raster: 'groupRaster',
  between: 'groupBetween',
  layers: 'groupLayers',
  distribution: 'groupDistribution',
  angle: 'groupAngle',
  spectrum: 'groupSpectrum',
  tree: 'groupTree',
  analysis: 'groupAnalysis',
  unknown: 'groupUnknown',
};

const groupOf = ({ kind, origin }: Panel): Group => origin ?? (kind satisfies Kind);

/** Panels of one group, those first that most variants have: there one compares. */
export interface PanelGroup {
  readonly group: Group;
  readonly panels: readonly Panel[];
}

/** In the order in which they stand. */
export const inOrder = (all: readonly PanelGroup[]): PanelGroup[] =>
  all.toSorted((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group));

export function grouped(panels: readonly Panel[]): PanelGroup[] {
  const variantsOf = ({ sequences }: Panel) => new Set(sequences.map(({ variant }) => variant)).size;
  return groups.flatMap((group) => {
    const own = panels.filter((panel) => groupOf(panel) === group);
    return own.length === 0 ? [] : [{ group, panels: own.sort((a, b) => variantsOf(b) - variantsOf(a)) }];
  });
}
