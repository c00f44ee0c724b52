import { expect, it } from 'vitest';
import { viewsSchema } from '../core/mechanism';
import { networkSchema } from '../core/recipe';
import { createNetwork } from './networks/network';
import { weightMagnitudeView } from './weightMagnitude';

const network = createNetwork(networkSchema.parse({ hidden: [2] }), 3, 1);

it('is the mean of the magnitudes of weights, of each layer and of all, without biases', () => {
  // Six weights and two biases, two weights and a bias.
  const theta = Float32Array.from([1, -1, 2, -2, 3, -3, 100, -100, 5, -7, 100]);
  expect(weightMagnitudeView(network, theta)).toMatchObject({
    kind: 'layers',
    layers: [
      { name: 'all weights', value: 24 / 8 },
      { name: 'layer1.weights', value: 2 },
      { name: 'layer2.weights', value: 6 },
    ],
  });
});

it('is unknown where weights are no numbers any more, and is not said of a network without weights', () => {
  const theta = Float32Array.from([1, 1, 1, 1, 1, NaN, 0, 0, 1, 1, 0]);
  const view = weightMagnitudeView(network, theta);
  expect(view?.kind === 'layers' && view.layers.map(({ value }) => value)).toEqual([null, null, 1]);
  expect(weightMagnitudeView({ views: [] }, theta)).toBeUndefined();
});

it('is a view that can be read of a network of however many tensors, whatever their names', () => {
  const tensor = (i: number) => ({ name: `${i} ${'x'.repeat(90)}`, role: 'weights', offset: i, size: 1 });
  const views = Array.from({ length: 600 }, (_, i) => tensor(i)) as unknown as typeof network.views;
  const view = weightMagnitudeView({ views }, new Float32Array(600).fill(0.5));
  expect(viewsSchema.safeParse([view]).success).toBe(true);
  expect(view?.kind === 'layers' && view.layers[0]).toEqual({ name: 'all weights', value: 0.5 });
});
