import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../backend/testBackends';
import { randomStream } from '../random';
import type { Points } from './kMeans';
import { codebooksOf, decoded, encoded } from './productQuantiser';

beforeAll(() => openTestBackend());

const WIDTH = 12;
const CENTROIDS = 16;

function vectors(count: number): Points {
  const draw = randomStream(3, 'vectors');
  return { count, width: WIDTH, values: Float32Array.from({ length: count * WIDTH }, () => draw()) };
}

async function quantiserOf(points: Points, parts: number) {
  const told: number[] = [];
  const values = await codebooksOf(
    points,
    { parts, centroids: CENTROIDS },
    (part) => randomStream(1, 'book', part),
    (done) => {
      told.push(done);
      return Promise.resolve();
    },
  );
  expect(told).toEqual(Array.from({ length: parts }, (_, part) => part + 1));
  const codebooks = tf.tensor3d(values, [parts, CENTROIDS, WIDTH / parts]);
  const codes = encoded(tf.tensor2d(points.values, [points.count, WIDTH]), codebooks);
  return { values, codebooks, codes, back: decoded(codes, codebooks) };
}

describe('a product quantiser', () => {
  it('stands for each part by the nearest of all entries of its codebook', async () => {
    const points = vectors(80);
    const parts = 3;
    const { values, codes, back } = await quantiserOf(points, parts);
    expect([codes.shape, codes.dtype]).toEqual([[80, parts], 'int32']);
    const [found, decodedValues] = [codes.dataSync(), back.dataSync()];
    const width = WIDTH / parts;
    for (let point = 0; point < points.count; point++)
      for (let part = 0; part < parts; part++) {
        const own = points.values.subarray(point * WIDTH + part * width, point * WIDTH + (part + 1) * width);
        const entry = (code: number) =>
          values.subarray((part * CENTROIDS + code) * width, (part * CENTROIDS + code + 1) * width);
        const errors = Array.from({ length: CENTROIDS }, (_, code) =>
          own.reduce((sum, value, i) => sum + (value - (entry(code)[i] as number)) ** 2, 0),
        );
        const code = found[point * parts + part] as number;
        expect(code).toBe(errors.indexOf(Math.min(...errors)));
        const at = point * WIDTH + part * width;
        expect([...decodedValues.subarray(at, at + width)]).toEqual([...entry(code)]);
      }
  });

  it('gives codes of what it gives back that are the same', async () => {
    const { codes, codebooks, back } = await quantiserOf(vectors(60), 4);
    expect([...encoded(back, codebooks).dataSync()]).toEqual([...codes.dataSync()]);
  });

  it('errs the less the more codebooks it has', async () => {
    const points = vectors(200);
    const errors: number[] = [];
    for (const parts of [1, 2, 3, 4, 6, 12]) {
      const { back } = await quantiserOf(points, parts);
      const given = back.dataSync();
      errors.push(points.values.reduce((sum, value, i) => sum + (value - (given[i] as number)) ** 2, 0));
    }
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    expect(errors.at(-1) as number).toBeLessThan((errors[0] as number) / 10);
  });
});
