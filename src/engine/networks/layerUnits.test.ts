import { expect, it } from 'vitest';
import type { TensorView } from '../contract/network';
import { layerUnits } from './layerUnits';

const view = (name: string, ...shape: number[]): TensorView => ({
  ...{ name, shape, role: 'weights', offset: 0 },
  size: shape.reduce((product, n) => product * n, 1),
});

it('counts what each layer passes on, a filter as a unit, all columns of a layer together', () => {
  const views = [
    view('column1.layer1.weights', 4, 10),
    view('column1.layer1.biases', 10),
    view('column2.layer1.weights', 4, 10),
    view('column2.layer2.adapter', 10, 5),
    view('column2.layer2.weights', 3, 3, 10, 6),
    view('stem.weights', 3, 3, 1, 20),
  ];
  expect(layerUnits({ views })).toEqual([
    { name: 'layer1', units: 20 },
    { name: 'layer2', units: 6 },
    { name: 'stem', units: 20 },
  ]);
});
