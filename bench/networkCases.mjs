// The networks whose steps are timed: by Lethe (networks.ts) and by PyTorch (python/networks_steps.py).
const shapes = { '28 × 28 × 1': [28, 28, 1], '32 × 32 × 3': [32, 32, 3] };
const networks = {
  'mlp, 400-400': { kind: 'mlp' },
  'cnn, 32-64': { kind: 'cnn' },
  'resnet18, batch norm': { kind: 'resnet18' },
  'resnet18, group norm': { kind: 'resnet18', norm: 'group' },
  'resnet18, no norm': { kind: 'resnet18', norm: 'none' },
};
const withSam = 'resnet18, batch norm, SAM';

/** Each with a name that no other has. SAM takes two gradients a step. */
export const networkCases = Object.entries({ ...networks, [withSam]: { kind: 'resnet18' } }).flatMap(
  ([title, network]) =>
    Object.entries(shapes).flatMap(([images, shape]) =>
      [10, 128].map((batch) => ({
        ...{ name: `${title}; ${images}; ${batch}`, title, images, network, shape, batch },
        ...(title === withSam && { method: 'sam' }),
      })),
    ),
);
