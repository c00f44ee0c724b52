import { expect, it } from 'vitest';
import { networkSchema } from '../../core/recipe';
import { createNetwork } from '../networks/network';
import { randomStream } from '../random';
import { selectedUnits } from './denSelection';

const OUTPUTS = 6;
const hidden = [7, 5, 6];

/** Whether some way leads upwards from a unit to one of the outputs, over weights other than 0: tries them all. */
function reaches(weights: readonly Float32Array[], layer: number, unit: number, outputs: readonly number[]): boolean {
  if (layer === weights.length) return outputs.includes(unit);
  const own = weights[layer] as Float32Array;
  const width = hidden[layer] ?? OUTPUTS;
  return Array.from({ length: width }, (_, next) => next).some(
    (next) => own[unit * width + next] !== 0 && reaches(weights, layer + 1, next, outputs),
  );
}

it.each([0.1, 0.3, 0.6])(
  'selects the units from which a way leads to the outputs, of weights a share of %f',
  (share) => {
    const network = createNetwork(networkSchema.parse({ kind: 'mlp', hidden }), 4, OUTPUTS);
    for (const outputs of [[2, 3], [0], [1, 4, 5]]) {
      const random = randomStream(1, 'selection', share, ...outputs);
      const theta = Float32Array.from({ length: network.parameterCount }, () =>
        random() < share ? random() - 0.5 : 0,
      );
      const weights = network.views
        .filter(({ role }) => role === 'weights')
        .map(({ offset, size }) => theta.subarray(offset, offset + size));
      const wanted = hidden.map((width, layer) =>
        Uint8Array.from({ length: width }, (_, unit) => Number(reaches(weights, layer + 1, unit, outputs))),
      );
      expect(selectedUnits(network, theta, outputs)).toEqual(wanted);
    }
  },
);

it('selects nothing for an output that hears nothing', () => {
  const network = createNetwork(networkSchema.parse({ kind: 'mlp', hidden }), 4, OUTPUTS);
  const theta = new Float32Array(network.parameterCount).fill(1);
  const head = network.views.find(({ isHead, role }) => isHead && role === 'weights');
  for (let unit = 0; unit < 6; unit++) theta[(head?.offset ?? 0) + unit * OUTPUTS + 3] = 0;
  expect(selectedUnits(network, theta, [3]).map((units) => units.some(Boolean))).toEqual([false, false, false]);
  expect(selectedUnits(network, theta, [3, 4]).every((units) => units.every(Boolean))).toBe(true);
});
