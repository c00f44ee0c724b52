import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assemble, type RawParts } from '../../src/data/assemble';
import { DataError } from '../../src/data/dataError';
import { npyOf, readNpy } from '../../src/data/readers/npy';
import { readSource, type ReadOptions } from '../../src/data/source';
import { cifarFiles } from '../../scripts/make-cifar.mjs';
import { idx, png, tar, zip } from './makeFiles';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-read-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}
const read = async (names: readonly string[], options: ReadOptions = {}) => {
  const { parts, kind } = await readSource(
    names.map((name) => join(folder, name)),
    options,
  );
  return { kind, parts, data: assemble(parts) };
};
/** The message with which reading fails, which must be one for the user. */
async function fault(names: readonly string[], options: ReadOptions = {}): Promise<string> {
  const error: unknown = await read(names, options).then(
    () => new Error('it was read'),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: expect.stringMatching(/^(DataError|FileFault)$/) });
  return (error as Error).message;
}

const images = Array.from({ length: 4 * 6 }, (_, i) => i);
const pair = (prefix: string, packed = false) => {
  const [end, pack] = packed ? ['.gz', gzipSync] : ['', (bytes: Buffer) => bytes];
  return {
    [`${prefix}-images-idx3-ubyte${end}`]: pack(idx([4, 2, 3], images)),
    [`${prefix}-labels-idx1-ubyte${end}`]: pack(idx([4], [7, 3, 3, 7])),
  };
};

describe('IDX files', () => {
  it('are read from a folder, packed or not; labels count from 0 in the order of their values', async () => {
    put({ ...pair('train'), ...pair('t10k', true) });
    const { kind, data } = await read(['']);
    expect(kind).toBe('IDX');
    expect(data.shape).toEqual([2, 3, 1]);
    expect(data.classNames).toEqual(['3', '7']);
    expect([...data.train.labels]).toEqual([1, 0, 0, 1]);
    expect([...data.test.images]).toEqual(images);
    expect(data.train.labels).toBeInstanceOf(Uint16Array);
  });

  it('are told by their dimensions where each is named', async () => {
    put({ a: idx([4], [0, 1, 0, 1]), b: idx([4, 2, 3], images) });
    const { data } = await read(['a', 'b'], {}).catch(() => ({ data: undefined }));
    // Two examples of a class are too few for a share of a fifth.
    expect(data).toBeUndefined();
    const { parts } = await readSource([join(folder, 'a'), join(folder, 'b')], {});
    expect(parts.train.shape).toEqual([2, 3, 1]);
    expect(parts.test).toBeUndefined();
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, -1), 'is damaged: 23 bytes where 4 × 2 × 3 values have 24'],
    ['longer than announced', (bytes: Buffer) => Buffer.concat([bytes, bytes]), 'is damaged'],
    ['empty', () => Buffer.alloc(0), 'is no IDX file: it begins with nothing'],
    ['of another format', () => Buffer.from('GIF89a'), 'is no IDX file: it begins with 47494638'],
    ['of more values than memory has', () => idx([4_000_000, 60_000, 60_000], []), 'which is not read|are not read'],
  ])('that are %s are refused', async (_, damage, message) => {
    put({ ...pair('train'), 'train-images-idx3-ubyte': damage(idx([4, 2, 3], images)) });
    expect(await fault([''])).toMatch(new RegExp(message));
  });

  it('without labels, or with fewer, are refused', async () => {
    const { 'train-images-idx3-ubyte': only = '' } = pair('train');
    put({ 'train-images-idx3-ubyte': only });
    expect(await fault([''])).toContain('Labels for training are missing');
    put({ 'train-labels-idx1-ubyte': idx([3], [0, 1, 0]) });
    expect(await fault([''])).toContain('4 images and 3 labels');
  });

  it('that gzip cannot unpack are refused', async () => {
    const packed = gzipSync(idx([4, 2, 3], images));
    put({ ...pair('train'), 'a-images-idx3-ubyte.gz': packed.subarray(0, -9) });
    expect(await fault(['a-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte'])).toMatch(
      /damaged: it cannot be unpacked/,
    );
  });
});

describe('NumPy arrays', () => {
  it('are written so that they read the same, and begin their values at a multiple of 64', () => {
    const arrays = [Uint8Array.of(1, 2, 3, 4), Uint16Array.of(1, 2, 300, 4), Float32Array.of(0.5, -1, 2, 3)];
    for (const values of arrays) {
      const bytes = npyOf(values, [2, 2]);
      expect((bytes.length - values.byteLength) % 64).toBe(0);
      expect(readNpy(bytes, 'x')).toMatchObject({ shape: [2, 2], values });
    }
    // What NumPy 1.x writes for np.save(np.arange(3, dtype='i8')).
    const header = "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }".padEnd(117);
    const numpy = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'),
      Buffer.from(`${header}\n`),
      Buffer.from(BigInt64Array.of(0n, 1n, 2n).buffer),
    ]);
    expect([...readNpy(numpy, 'x').values]).toEqual([0, 1, 2]);
  });

  const array = (descr: string, shape: string, body: Buffer, fortran = 'False') => {
    const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }\n`;
    const start = Buffer.alloc(10);
    start.write('\x93NUMPY\x01', 'latin1');
    start.writeUInt16LE(header.length, 8);
    return Buffer.concat([start, Buffer.from(header), body]);
  };

  it('are read in a pair: whole numbers up to 255 are bytes, others floats', async () => {
    const labels = npyOf(Uint8Array.of(0, 1, 0, 1), [4]);
    put({
      'x.npy': array('<i4', '4, 2', Buffer.from(Int32Array.of(0, 255, 3, 4, 5, 6, 7, 8).buffer)),
      'y.npy': labels,
    });
    const whole = (
      await readSource(
        ['x.npy', 'y.npy'].map((name) => join(folder, name)),
        {},
      )
    ).parts.train;
    expect(whole.images).toEqual(Uint8Array.of(0, 255, 3, 4, 5, 6, 7, 8));
    expect(whole.shape).toEqual([1, 2, 1]);
    put({ 'x.npy': array('<f8', '4, 1, 2', Buffer.from(Float64Array.of(0, 0.5, 3, 4, 5, 6, 7, 8).buffer)) });
    const floats = (
      await readSource(
        ['x.npy', 'y.npy'].map((name) => join(folder, name)),
        {},
      )
    ).parts.train;
    expect(floats.images).toEqual(Float32Array.of(0, 0.5, 3, 4, 5, 6, 7, 8));
    expect(floats.shape).toEqual([1, 2, 1]);
  });

  it.each([
    [
      'of objects, which run code when they are read',
      array('|O', '4', Buffer.alloc(32)),
      'of type "|O", which is not read',
    ],
    ['of the largest byte first', array('>f4', '4', Buffer.alloc(16)), 'of type ">f4"'],
    ['of complex numbers', array('<c8', '4', Buffer.alloc(32)), 'of type "<c8"'],
    ['in Fortran order', array('|u1', '2, 2', Buffer.alloc(4), 'True'), 'is in Fortran order'],
    ['cut off', array('|u1', '5', Buffer.alloc(4)), 'is damaged: 4 bytes where 5 values'],
    ['of no values', array('|u1', '0, 4', Buffer.alloc(0)), 'the shape (0, 4)'],
    ['of more values than memory has', array('<f8', '9999999, 999999', Buffer.alloc(8)), 'are not read'],
    ['whose header never ends', Buffer.from('\x93NUMPY\x02\x00\xff\xff\xff\xff', 'latin1'), 'its header is cut off'],
    ['that are none', Buffer.from('\x93NUMPX1'), 'is no NumPy array'],
  ])('%s are refused', (_, bytes, message) => {
    expect(() => readNpy(bytes, 'a.npy')).toThrow(message);
    expect(() => readNpy(bytes, 'a.npy')).toThrow(DataError);
  });

  const npz = (more: Readonly<Record<string, Buffer>> = {}) => ({
    'x_train.npy': npyOf(Uint8Array.from(images), [4, 2, 3]),
    'y_train.npy': npyOf(Uint8Array.of(0, 1, 0, 1), [4]),
    'x_test.npy': npyOf(Uint8Array.from(images), [4, 2, 3]),
    'y_test.npy': npyOf(Uint8Array.of(0, 1, 0, 1), [4]),
    ...more,
  });

  it('are read from an archive', async () => {
    put({ 'my.npz': zip(npz()) });
    const { kind, data } = await read(['my.npz']);
    expect([kind, data.train.count, data.test.count]).toEqual(['NPZ', 4, 4]);
  });

  it.each([
    ['something else inside', zip(npz({ 'run.py': Buffer.from('x') })), 'it must hold arrays'],
    ['a path that leads out', zip(npz({ '../a.npy': Buffer.from('x') })), 'damaged|must hold arrays'],
    ['a size that is none', zip(npz(), { sized: 3 }), 'damaged'],
    ['a size beyond measure', zip(npz(), { sized: 0xfffffff0 }), 'is not read|damaged'],
    ['one byte changed', changed(zip(npz()), 60), 'damaged|no NumPy'],
    ['its end missing', zip(npz()).subarray(0, -30), 'damaged'],
  ])('from an archive with %s are refused', async (_, bytes, message) => {
    put({ 'my.npz': bytes });
    expect(await fault(['my.npz'])).toMatch(new RegExp(message));
  });
});

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}

describe('CSV files', () => {
  const rows = Array.from({ length: 20 }, (_, i) => `${i % 2 ? 'cat' : 'dog'},${i},${255 - i}`);

  it('are read with the column of the label by name or index, with a header or none', async () => {
    put({
      'a.csv': `label,p,q\n${rows.join('\n')}\n`,
      'b.csv': rows.join('\r\n'),
      'c.csv.gz': gzipSync(rows.join('\n')),
    });
    const { data } = await read(['a.csv']);
    expect([data.shape, data.classNames]).toEqual([
      [1, 2, 1],
      ['cat', 'dog'],
    ]);
    expect([data.train.count, data.test.count]).toEqual([16, 4]);
    expect(data.train.images).toBeInstanceOf(Uint8Array);
    for (const name of ['b.csv', 'c.csv.gz'])
      for (const label of ['0', '-3']) expect((await read([name], { label })).data).toEqual(data);
    expect(await fault(['b.csv'])).toContain('Which column of b.csv holds the label?');
    expect(await fault(['b.csv'], { label: '7' })).toContain('has no column "7". It has 3.');
    expect(await fault(['a.csv'], { label: 'colour' })).toContain('has no column "colour"');
  });

  it('hold floats where a value is none of 0 to 255, and a shape where it is said', async () => {
    put({ 'a.csv': `y,p,q\n${rows.join('\n').replace(',3,', ',3.5,')}` });
    const { data } = await read(['a.csv'], { shape: [2, 1, 1] });
    expect(data.train.images).toBeInstanceOf(Float32Array);
    expect(data.shape).toEqual([2, 1, 1]);
    expect(await fault(['a.csv'], { shape: [3, 1, 1] })).toContain(
      'has 2 values in each line, and the shape 3 × 1 × 1',
    );
  });

  it('take a test file of their own', async () => {
    put({ 'a.csv': `y,p\n${'a,1\nb,2\n'.repeat(3)}`, 't.csv': 'y,p\nb,9\na,8' });
    const { data } = await read(['a.csv'], { test: join(folder, 't.csv') });
    expect([...data.test.images, ...data.test.labels]).toEqual([9, 8, 1, 0]);
    put({ 't.csv': 'y,p\nb,9\nc,8' });
    expect(await fault(['a.csv'], { test: join(folder, 't.csv') })).toContain(
      'The label "c" of test example 2 is none of the training set.',
    );
  });

  it.each([
    ['a word', 'y,p\na,1\nb,two', 'Line 3 of a.csv has "two" in column 2: a number is needed.'],
    ['an empty cell', 'y,p\na,', 'Line 2 of a.csv has "" in column 2'],
    ['an endless number', 'y,p\na,1e999', 'a number is needed'],
    ['a cell too many', 'y,p\na,1,2', 'Line 2 of a.csv has 3 cells; the first has 2.'],
    ['no label', 'y,p\n,1', 'Line 2 of a.csv has no label.'],
    ['an open quote', 'y,p\na,"1', 'is no CSV that can be read'],
    ['one column', 'y\na', 'has 1 column'],
    ['nothing in it', '', 'has no examples'],
    ['one class', 'y,p\na,1\na,2', 'one class only'],
  ])('with %s are refused with the place', async (_, text, message) => {
    put({ 'a.csv': text });
    expect(await fault(['a.csv'])).toContain(message);
  });
});

describe('a folder of images', () => {
  const classes = (prefix: string, count: number) =>
    Object.fromEntries(
      ['cat', 'dog'].flatMap((name, label) =>
        Array.from({ length: count }, (_, i) => [`${prefix}${name}/${i}.png`, png(3, 2, [10 * label + i])] as const),
      ),
    );

  it('is read with a class for each folder, from train and test or with a share for test', async () => {
    put({ ...classes('train/', 3), ...classes('test/', 1) });
    const { kind, data } = await read(['']);
    expect([kind, data.shape, data.classNames]).toEqual(['image folder', [3, 2, 1], ['cat', 'dog']]);
    expect([...data.train.images]).toEqual([0, 1, 2, 10, 11, 12].flatMap((grey) => Array<number>(6).fill(grey)));
    expect([data.train.count, data.test.count]).toEqual([6, 2]);
    rmSync(join(folder, 'train'), { recursive: true });
    rmSync(join(folder, 'test'), { recursive: true });
    put(classes('', 10));
    const shared = (await read([''])).data;
    expect([shared.train.count, shared.test.count]).toEqual([16, 4]);
    expect((await read([''])).data).toEqual(shared);
  });

  it('may have colours, and an alpha channel that hides nothing', async () => {
    put({ 'a/1.png': png(1, 2, [1, 2, 3]), 'b/1.png': png(1, 2, [4, 5, 6, 255]) });
    const { parts } = await readSource([folder], {});
    expect(parts.train.shape).toEqual([1, 2, 3]);
    expect([...parts.train.images]).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
    put({ 'b/1.png': png(1, 2, [4, 5, 6, 254]) });
    expect(await fault([''])).toContain('b/1.png is see-through in places');
  });

  it('names the first image of another size, what is no PNG, and what is damaged', async () => {
    put({ 'a/1.png': png(3, 2, [1]), 'b/1.png': png(2, 3, [1]) });
    expect(await fault([''])).toContain(
      'b/1.png is 2 × 3 × 1 (height × width × channels), and a/1.png 3 × 2 × 1: all images must be of one size.',
    );
    put({ 'b/1.png': Buffer.from('\xff\xd8\xff\xe0 a photo with another ending', 'latin1') });
    expect(await fault([''])).toContain('b/1.png is no PNG image, whatever its name says.');
    put({ 'b/1.png': changed(png(3, 2, [1]), 45) });
    expect(await fault([''])).toContain('b/1.png is damaged');
    put({ 'b/1.jpg': 'x' });
    expect(await fault([''])).toContain('only PNG images are read');
  });

  it('follows no links and refuses an image that says it is larger than it can be', async () => {
    put({ 'a/1.png': png(3, 2, [1]), 'secret.png': png(3, 2, [1]) });
    expect(await fault([''])).toContain('is no folder');
    rmSync(join(folder, 'secret.png'));
    mkdirSync(join(folder, 'b'));
    symlinkSync('/dev/zero', join(folder, 'b', '1.png'));
    expect(await fault([''])).toContain('it is a link');
    const huge = png(3, 2, [1]);
    huge.writeUInt32BE(4_000_000, 16);
    rmSync(join(folder, 'b'), { recursive: true });
    put({ 'b/1.png': huge });
    expect(await fault([''])).toContain('is 2 × 4000000 pixels'.replace('2', '3'));
  });
});

describe("CIFAR's archives", () => {
  const imagesOf = ({ train }: RawParts) => Buffer.from(train.images as Uint8Array);
  const entries = (kind: 'cifar-10' | 'cifar-100', train: number, test: number, inside = 'folder') =>
    [...cifarFiles(kind, train, test)].map(([name, body]) => ({
      name: `${inside}/${name}`,
      body,
    }));

  it('are read record by record: labels, and red, green and blue of each pixel', async () => {
    const all = entries('cifar-10', 50, 10);
    put({ 'c.tar.gz': tar(all), 'c.tar': tar(all, { packed: false }) });
    const { kind, data, parts } = await read(['c.tar.gz']);
    expect([kind, data.shape, data.classNames[0]]).toEqual(['CIFAR archive', [32, 32, 3], 'airplane']);
    expect([data.train.count, data.test.count]).toEqual([50, 10]);
    const record = all.find(({ name }) => name.endsWith('data_batch_1.bin'))?.body ?? Buffer.alloc(0);
    expect(data.train.labels[0]).toBe(record[0]);
    expect([...data.train.images.subarray(0, 6)]).toEqual([1, 1025, 2049, 2, 1026, 2050].map((at) => record[at]));
    expect(imagesOf((await read(['c.tar'])).parts).equals(imagesOf(parts))).toBe(true);
    put(Object.fromEntries(all.map(({ name, body }) => [name, body])));
    expect(imagesOf((await read(['folder'])).parts).equals(imagesOf(parts))).toBe(true);
  });

  it('of CIFAR-100 have fine or coarse labels', async () => {
    put({ 'c.tar.gz': tar(entries('cifar-100', 200, 100)) });
    const [fine, coarse] = [(await read(['c.tar.gz'])).data, (await read(['c.tar.gz'], { coarse: true })).data];
    expect([fine.classNames.length, coarse.classNames.length]).toEqual([100, 20]);
    expect(coarse.classNames[3]).toBe('coarse_3');
    expect([...coarse.train.labels]).toEqual([...fine.train.labels].map((label) => Math.floor(label / 5)));
  });

  const good = () => entries('cifar-10', 50, 10);
  it.each([
    ['an absolute path', [{ name: '/etc/passwd', body: Buffer.from('x') }], 'a path that leads out of it'],
    ['a path with ..', [{ name: 'a/../../data_batch_1.bin' }], 'a path that leads out of it'],
    ['a path of Windows', [{ name: 'C:\\x' }], 'a path that leads out of it'],
    ['a link', [{ name: 'data_batch_1.bin', flag: '2', link: '/etc/passwd' }], 'which is a symlink'],
    ['a hard link', [{ name: 'data_batch_1.bin', flag: '1', link: 'x' }], 'which is a link'],
    ['a device', [{ name: 'data_batch_1.bin', flag: '3' }], 'which is a character-device'],
    ['a FIFO', [{ name: 'data_batch_1.bin', flag: '6' }], 'which is a fifo'],
    ['a file twice', [...good().slice(1, 2), ...good().slice(1, 2)], 'twice'],
    ['too many entries', Array.from({ length: 1100 }, (_, i) => ({ name: `${i}` })), 'more than 1000 entries'],
    ['a file beyond measure', [{ name: 'train.bin', size: 8 ** 10 }], 'at most 536870912 are expected'],
    ['none of the files', [{ name: 'readme.txt', body: Buffer.from('x') }], 'holds none of the binary versions'],
    ['half a record', [...good(), { name: 'data_batch_6.bin', body: Buffer.alloc(99) }], 'no whole number of records'],
    [
      'a label that is none',
      [...good(), { name: 'data_batch_6.bin', body: Buffer.alloc(3073, 10) }],
      'Record 1 of data_batch_6.bin has the label 10; there are labels 0 to 9',
    ],
  ])('with %s are refused', async (_, all, message) => {
    put({ 'c.tar.gz': tar(all) });
    expect(await fault(['c.tar.gz'])).toContain(message);
  });

  it('that are cut off anywhere, or changed, are refused', async () => {
    const whole = tar(good());
    for (const share of [0, 0.001, 0.5, 0.999]) {
      put({ 'c.tar.gz': whole.subarray(0, Math.floor(whole.length * share)) });
      expect(await fault(['c.tar.gz'])).toMatch(/damaged|holds none/);
    }
    const plain = tar(good(), { packed: false });
    put({ 'c.tar': changed(plain, 30) });
    expect(await fault(['c.tar'])).toContain('Invalid tar header checksum');
    put({ 'c.tar': plain.subarray(0, 40_000) });
    expect(await fault(['c.tar'])).toContain('damaged');
  });

  it('that unpack to very much more than they should are refused before memory is', async () => {
    const bomb = gzipSync(Buffer.alloc(540_000_000), { level: 1 });
    const [head] = [tar([{ name: 'pax', flag: 'x', size: 8 ** 10 }], { packed: false }).subarray(0, 512)];
    put({ 'c.tar.gz': Buffer.concat([gzipSync(head), bomb]) });
    expect(bomb.length).toBeLessThan(10_000_000);
    expect(await fault(['c.tar.gz'])).toMatch(/damaged|is not read/);
  });
});

it('what is told by nothing is refused with what is read', async () => {
  put({ 'a.docx': 'x' });
  expect(await fault(['a.docx'])).toContain('is not told by its name. What is read: .csv, .npz');
  expect(await fault(['nothing.csv'])).toContain('there is no such file');
});
