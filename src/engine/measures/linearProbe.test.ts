import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../backend/testBackends';
import { normalStream, randomStream } from '../random';
import type { Passed } from './layerPasses';
import { trainedProbe } from './linearProbe';

beforeAll(() => openTestBackend());

/** Points around the corners of a triangle, one class each, in the plane and with a feature that never changes. */
function clouds(
  rows: number,
  spread: number,
  name: string,
): { readonly features: Passed; readonly labels: Int32Array } {
  const normal = normalStream(randomStream(8, name));
  const corners = [
    [0, 0],
    [4, 0],
    [0, 400],
  ] as const;
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 3);
  const values = new Float32Array(rows * 3);
  labels.forEach((label, row) => {
    const [x, y] = corners[label] ?? [0, 0];
    values.set([x + spread * normal(), y + 100 * spread * normal(), 7], row * 3);
  });
  return { features: { rows, width: 3, values }, labels };
}

const options = { classes: 3, ridge: 0.01, iterations: 5000, tolerance: 1e-5 };
const share = (said: Int32Array, right: Int32Array) => said.filter((one, i) => one === right[i]).length / right.length;

describe('a linear probe', () => {
  it('tells apart what a line parts, whatever the scale of a feature', async () => {
    const { features, labels } = clouds(90, 0.3, 'train');
    const probe = await trainedProbe(features, labels, options);
    const test = clouds(60, 0.3, 'test');
    expect(share(probe.predict(test.features), test.labels)).toBe(1);
  });

  it('ends where no slope of its loss is left, in fewer steps than plain descent would take', async () => {
    const { features, labels } = clouds(90, 2, 'train');
    const probe = await trainedProbe(features, labels, options);
    expect(probe.slope).toBeLessThan(1e-5);
    expect(probe.steps).toBeLessThan(500);
    const few = await trainedProbe(features, labels, { ...options, iterations: 3 });
    expect(few).toMatchObject({ steps: 3 });
    expect(few.slope).toBeGreaterThan(1e-3);
  });

  it('with more steps says the same of every row: its loss has one minimum', async () => {
    const { features, labels } = clouds(90, 2, 'train');
    const [once, again] = await Promise.all(
      [1e-5, 1e-7].map(async (tolerance) =>
        (await trainedProbe(features, labels, { ...options, tolerance })).predict(features),
      ),
    );
    expect(once).toEqual(again);
  });

  it('can be ended, and lets go of what it made', async () => {
    const { features, labels } = clouds(90, 2, 'train');
    await trainedProbe(features, labels, options);
    const before = tf.memory().numTensors;
    const stepped = (steps: number) => (steps === 4 ? Promise.reject(new Error('enough')) : Promise.resolve());
    await expect(trainedProbe(features, labels, { ...options, stepped })).rejects.toThrow('enough');
    (await trainedProbe(features, labels, options)).predict(features);
    expect(tf.memory().numTensors).toBe(before);
  });
});
