import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { valuesOf, type RawExamples } from '../../src/data/examples';
import { npyOf } from '../../src/data/readers/npy';
import { decoded } from '../../src/data/readers/imageFolder';
import { readSource } from '../../src/data/source';
import type { Random } from '../../src/engine/random';
import { idx, png, tar, zip, type TarEntry } from '../data/makeFiles';
import { between, chance, pick } from './draws';
import { fuzzerOf } from './fuzzer';
import { mutatedBytes } from './mutations';

/** A file of data, by the name that tells its format. */
interface DataFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const paths = ['/etc/passwd', '../x', 'a/../../x', 'C:\\x', '\\\\host\\x', 'a\0b', './', '', '~/x', 'data_batch_1.bin'];
const records = (count: number) => Buffer.alloc(3073 * count, 3);
const soundEntries = (): TarEntry[] => [
  { name: 'c/data_batch_1.bin', body: records(2) },
  { name: 'c/test_batch.bin', body: records(1) },
];

/** An archive with entries that no data set has, or with changed bytes, or both. */
function mutatedArchive(random: Random): DataFile {
  const entries = soundEntries();
  if (chance(random, 0.7)) {
    const hostile: TarEntry = {
      name: pick(random, paths),
      flag: pick(random, ['0', '1', '2', '3', '4', '5', '6', 'x', 'g', 'L', 'K', 'S', '\xff']),
      link: pick(random, paths),
      body: pick(random, [Buffer.alloc(0), records(1), Buffer.from('30 path=../../etc/passwd\n25 size=99999999999\n')]),
      ...(chance(random, 0.3) && { size: pick(random, [0, 1, 513, 8 ** 11 - 1, '\x80\xff\xff\xff', '-1', 'x']) }),
    };
    entries.splice(between(random, 0, 2), 0, hostile);
  }
  const packed = chance(random, 0.5);
  const archive = tar(entries, { packed: false });
  const inner = chance(random, 0.5) ? mutatedBytes(random, archive) : archive;
  const outer = packed ? gzipSync(inner) : inner;
  return { name: 'c.tar.gz', bytes: packed && chance(random, 0.4) ? mutatedBytes(random, outer) : outer };
}

const arrays = {
  'x_train.npy': npyOf(
    Uint8Array.from({ length: 24 }, (_, i) => i),
    [4, 2, 3],
  ),
  'y_train.npy': npyOf(Uint16Array.of(0, 1, 0, 1), [4]),
};
const table = 'label,p,q\n'.concat('a,1,2\nb,3,4.5\n'.repeat(4));

/** Arrays and tables: NumPy's and its archives, IDX, CSV. */
function mutatedTable(random: Random): DataFile {
  const whole = pick<DataFile>(random, [
    { name: 'a.npz', bytes: zip(arrays) },
    { name: 'a.csv', bytes: Buffer.from(table) },
    { name: 'a.csv.gz', bytes: gzipSync(table) },
    { name: 'x.npy', bytes: arrays['x_train.npy'] },
    { name: 'x-idx3-ubyte', bytes: idx([4, 2, 3], Array<number>(24).fill(1)) },
  ]);
  return { name: whole.name, bytes: mutatedBytes(random, whole.bytes) };
}

/** Reads a file and says what is wrong with what came of it, or of its refusal. */
async function read({ name, bytes }: DataFile): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-attack-data-'));
  try {
    writeFileSync(join(folder, name), bytes);
    const isHalf = name.startsWith('x');
    if (isHalf) writeFileSync(join(folder, 'labels'), arrays['y_train.npy']);
    const names = isHalf ? [name, 'labels'] : [name];
    const before = readdirSync(folder).length;
    const found = await readSource(
      names.map((own) => join(folder, own)),
      {},
    ).then(({ parts }) => [parts.train, parts.test].flatMap((part) => (part ? faultsOf(part) : [])), refusal);
    if (readdirSync(folder).length !== before) found.push('reading left a file behind');
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function faultsOf(part: RawExamples): string[] {
  const isWhole = part.images.length % valuesOf(part) === 0;
  return isWhole && part.shape.every((size) => Number.isSafeInteger(size) && size > 0)
    ? []
    : ['what was read has no whole images'];
}

function refusal(error: unknown): string[] {
  if (!(error instanceof Error)) return ['something was thrown that is no error'];
  if (!['DataError', 'FileFault'].includes(error.name)) return [`it threw ${error.name}: ${error.message}`];
  return error.message === '' || error.message.length > 1000 ? ['it was refused without a reason'] : [];
}

export const attackArchives = fuzzerOf('data archive', mutatedArchive, read);
export const attackTables = fuzzerOf('data table', mutatedTable, read);

/** PNG images: their pixels, or a refusal in words. */
export const attackImages = fuzzerOf(
  'image',
  (random) =>
    mutatedBytes(
      random,
      png(between(random, 1, 9), between(random, 1, 9), pick(random, [[7], [1, 2, 3], [1, 2, 3, 255]])),
    ),
  (bytes) => {
    try {
      const { shape, pixels } = decoded(bytes, 'a.png');
      return pixels.length === valuesOf({ shape }) ? [] : ['an image has not as many pixels as it says'];
    } catch (error) {
      return refusal(error);
    }
  },
);
