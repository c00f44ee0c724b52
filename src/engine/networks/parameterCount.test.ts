import { expect, it } from 'vitest';
import { parameterCount } from '../../core/parameterCount';
import { networkSchema } from '../../core/recipe';
import { networkFor } from './networkFor';

it.each([
  { hidden: [5, 3] },
  { hidden: [5], bias: false },
  { kind: 'cnn', conv: [3, 4], kernel: 5, hidden: [6] },
  { kind: 'cnn', conv: [3], bias: false },
  { kind: 'resnet18', filters: 3 },
  { kind: 'resnet18', filters: 4, norm: 'group' },
  { kind: 'resnet18', filters: 3, norm: 'none' },
  { kind: 'resnet18', filters: 3, norm: 'none', bias: false },
])('parameters are counted as the network %j has them', (settings) => {
  const network = networkSchema.parse(settings);
  expect(parameterCount(network, [9, 8, 3], 7)).toBe(networkFor(network, [9, 8, 3], 7).parameterCount);
});
