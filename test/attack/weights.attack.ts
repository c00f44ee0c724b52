import { networkSchema } from '../../src/core/recipe';
import { networkFor } from '../../src/engine/networks/networkFor';
import { weightsFrom } from '../../src/engine/networks/weights';
import type { Random } from '../../src/engine/random';
import { decodeForeignTensors } from '../../src/engine/safetensors';
import { chance } from './draws';
import { fuzzerOf } from './fuzzer';
import { jsonText } from './json';
import { mutatedBytes, mutatedValue } from './mutations';

const network = networkFor(networkSchema.parse({ hidden: [3] }), [2, 2, 1], 2);
const initial = new Float32Array(network.parameterCount);

/** A file with PyTorch's names and layouts, and a tensor of a type that no network has. */
const sample = {
  '0.weight': { dtype: 'F32', shape: [3, 4], data_offsets: [0, 48] },
  '0.bias': { dtype: 'F32', shape: [3], data_offsets: [48, 60] },
  '2.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [60, 84] },
  '2.bias': { dtype: 'F32', shape: [2], data_offsets: [84, 92] },
  steps: { dtype: 'I64', shape: [], data_offsets: [92, 100] },
};
const VALUES = 100;

/** With a header that is mutated in its structure, in its bytes, or not at all, and then perhaps any byte of the file. */
function mutatedFile(random: Random): string {
  const header = Buffer.from(jsonText(chance(random, 0.7) ? mutatedValue(random, sample) : sample));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const whole = Buffer.concat([length, header, Buffer.alloc(VALUES, 1)]);
  return (chance(random, 0.4) ? mutatedBytes(random, whole) : whole).toString('latin1');
}

/** Files of weights: taken as they are, all values finite, or refused in words. */
export const attackWeights = fuzzerOf('weights', mutatedFile, (text) => {
  try {
    const { theta } = weightsFrom(decodeForeignTensors(Buffer.from(text, 'latin1')), network, initial, false);
    return theta.length === initial.length && theta.every(Number.isFinite) ? [] : ['weights are not finite'];
  } catch (error) {
    return error instanceof RangeError && error.message !== '' ? [] : [`refused otherwise: ${String(error)}`];
  }
});
