import type { ReadView } from './mechanism';

/** For tests: one view of every kind, and one of a kind that this version does not know. */
export const sampleViews: readonly ReadView[] = [
  {
    kind: 'layers',
    title: 'Importance',
    quantity: 'mean Fisher information',
    unit: '1',
    layers: [
      { name: 'layer1.weights', value: 0.25 },
      { name: 'layer2.weights', value: null },
    ],
  },
  {
    kind: 'memory',
    title: 'Examples in memory',
    method: 'replay',
    policy: 'reservoir',
    count: 3,
    capacity: 20,
    bytes: 2355,
    perClass: [2, 1],
    perTask: [3, 0],
    ages: [0, 3],
    examples: { index: [17, 4], task: [0, 0], label: [1, 0] },
  },
  {
    kind: 'images',
    title: 'Images that the generator makes',
    height: 1,
    width: 2,
    channels: 3,
    rows: [{ name: 'made', images: ['AAECAwQF', '/////wAA'], captions: ['3', 'none'] }],
  },
  {
    kind: 'capacity',
    title: 'Weights owned by each task',
    unit: 'weights',
    layers: [{ name: 'layer1.weights', free: 3, perTask: [4, 2] }],
  },
  {
    kind: 'raster',
    title: 'Spikes',
    unit: 'time steps',
    perColumn: 10,
    duration: 25,
    rows: [{ name: 'inputs', neurons: 64, spikes: [3, 0, 1] }],
  },
  {
    kind: 'distribution',
    title: 'Importance',
    quantity: 'Fisher information',
    unit: '1',
    scale: 'log10',
    edges: [-4, -2, 0],
    parts: [{ name: 'layer1.weights', counts: [5, 1], below: 2, above: 0 }],
  },
  {
    kind: 'angle',
    title: 'Gradients',
    unit: 'cosine',
    pairs: [
      {
        first: 'this batch',
        second: 'memory',
        steps: 8,
        mean: 0.1,
        least: -0.5,
        most: 0.9,
        event: { name: 'projected', share: 0.25 },
      },
    ],
  },
  {
    kind: 'spectrum',
    title: 'Subspace',
    quantity: 'singular values',
    unit: '1',
    layers: [{ name: 'layer1', count: 64, kept: 2, values: [9.5, 3, 0.1] }],
  },
  {
    kind: 'tree',
    title: 'Columns',
    quantities: [{ name: 'parameters', unit: 'parameters' }],
    nodes: [
      { label: 'column 1', parent: null, values: [100] },
      { label: 'column 2', parent: 0, values: [null] },
      { label: 'column 3', parent: 1, values: [40] },
      { label: 'column 4', parent: 0, values: [60] },
    ],
  },
  { kind: 'unknown', title: 'Something else', of: 'heat map' },
];
