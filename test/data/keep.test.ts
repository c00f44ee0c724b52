import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/core/parse';
import { addData } from '../../src/data/add';
import { ownData, readCatalogue } from '../../src/data/catalogue';
import { removeData } from '../../src/data/keep';
import { readThumbnails } from '../../src/data/readThumbnails';
import { loadDataset, loadDatasets } from '../../src/engine/data/index';
import { requireWhole } from '../../src/engine/data/whole';
import { specHash, specOf } from '../../src/runs/index';
import { idx } from './makeFiles';

let root = '';
let source = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lethe-data-'));
  source = mkdtempSync(join(tmpdir(), 'lethe-source-'));
  writeSource();
});
afterEach(() => {
  for (const folder of [root, source]) rmSync(folder, { recursive: true, force: true });
});

/** Twelve images of two classes for training, four for test. */
function writeSource(first = 0): void {
  const images = (count: number) =>
    idx(
      [count, 3, 2],
      Array.from({ length: 6 * count }, (_, i) => (i + first) % 256),
    );
  const labels = (count: number) =>
    idx(
      [count],
      Array.from({ length: count }, (_, i) => i % 2),
    );
  writeFileSync(join(source, 'train-images-idx3-ubyte'), images(12));
  writeFileSync(join(source, 'train-labels-idx1-ubyte'), labels(12));
  writeFileSync(join(source, 't10k-images-idx3-ubyte'), images(4));
  writeFileSync(join(source, 't10k-labels-idx1-ubyte'), labels(4));
}
const add = (name = 'mine', more = {}) => addData(name, [source], { root, ...more });
const load = (data?: Readonly<Record<string, Readonly<Record<string, string>>>>, name = 'mine') =>
  loadDataset(name, root, root, data?.[name]);
const seen = () => readdirSync(root).filter((name) => !name.startsWith('.'));

describe('a data set that was added', () => {
  it('is what the engine trains on, verified by checksum', async () => {
    const { files, bytes } = await add();
    const { train, test, classes, shape, checksums } = load();
    expect([train.count, test.count, classes, shape, checksums]).toEqual([12, 4, 2, [3, 2, 1], files]);
    expect([...train.images.subarray(0, 7)]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([...test.labels]).toEqual([0, 1, 0, 1]);
    expect(bytes).toBe(
      ['train', 'test']
        .flatMap((part) => [`${part}-images.npy`, `${part}-labels.npy`])
        .reduce((sum, name) => sum + readFileSync(join(root, 'mine', name)).length, 0),
    );
  });

  it.each([
    ['labels of more than 256 classes', 'bytes', Array.from({ length: 300 }, (_, i) => `${i},${i % 256},0`)],
    ['floats', 'floats', Array.from({ length: 3 }, (_, i) => `${i},${i + 0.5},-1`)],
  ])('with %s is loaded as it was read', async (_, values, rows) => {
    const file = join(source, 'a.csv');
    writeFileSync(file, `y,a,b\n${[...rows, ...rows].join('\n')}\n`);
    await addData('table', [file], { root, testShare: 0.5 });
    const dataset = load(undefined, 'table');
    const { train, test, shape, classes } = dataset;
    expect([classes, train.count, test.count, shape]).toEqual([rows.length, rows.length, rows.length, [1, 2, 1]]);
    for (const { images, labels } of [train, test]) {
      expect(images).toBeInstanceOf(values === 'bytes' ? Uint8Array : Float32Array);
      expect(labels).toBeInstanceOf(Uint16Array);
      const found = [...labels].map((label, i) => `${label},${images[2 * i]},${images[2 * i + 1]}`);
      expect(found.sort()).toEqual([...rows].sort());
    }
    expect(() => requireWhole(dataset)).not.toThrow();
  });

  it('is known in each part of a stream, by its content', async () => {
    const text = JSON.stringify({
      name: 'x',
      stream: { kind: 'parts', parts: [{ dataset: 'mine' }, { dataset: 'other', kind: 'permuted', tasks: 2 }] },
      methods: [{ method: 'ewc' }],
      bounds: false,
    });
    const spec = () => {
      const { experiment } = parseExperiment(text, readCatalogue(root));
      const [variant] = experiment?.variants ?? [];
      if (!experiment || !variant) throw new Error('no experiment');
      return specOf(experiment, variant);
    };
    await add('mine');
    await add('other');
    const before = spec();
    expect(Object.keys(before.data ?? {})).toEqual(['mine', 'other']);
    const loaded = loadDatasets(before, root, root);
    expect(loaded.map(({ id }) => id)).toEqual(['mine', 'other']);
    // What is in memory is taken where it is what is asked for.
    expect(loadDatasets(before, root, root, loaded).map((one, i) => one === loaded[i])).toEqual([true, true]);
    writeSource(1);
    await add('other', { replace: true });
    expect(specHash(spec())).not.toBe(specHash(before));
    for (const known of [[], loaded])
      expect(() => loadDatasets(before, root, root, known)).toThrow(
        /^other in .* is not the one that this run was planned with/,
      );
    const again = loadDatasets(spec(), root, root, loaded);
    expect(again.map((one, i) => one === loaded[i])).toEqual([true, false]);
    expect(again[1]?.checksums).toEqual(spec().data?.['other']);
  });

  it('has thumbnails for the stream strip', async () => {
    await add();
    const { side, channels, classes = {} } = readThumbnails('mine', root) ?? {};
    expect([side, channels, classes['0']?.length, classes['1']?.length]).toEqual([3, 1, 2, 2]);
    // Two columns in the middle of three.
    expect([...Buffer.from(classes['0']?.[0] ?? '', 'base64')].filter((value) => value > 0)).toContain(5);
    expect(readThumbnails('../mine', root)).toBeUndefined();
  });

  it('is in the catalogue, so that experiments can name it, and out of it when it is removed', async () => {
    const text = '{ "name": "x", "stream": { "dataset": "mine", "tasks": 2 }, "methods": [{ "method": "ewc" }] }';
    const message = (catalogue = readCatalogue(root)) => parseExperiment(text, catalogue).problems[0]?.message;
    expect(message()).toContain('There is no data set "mine".');
    await add();
    expect(readCatalogue(root)).toBe(readCatalogue(root));
    expect(message()).toBeUndefined();
    expect(parseExperiment(text.replace('mine', 'mien'), readCatalogue(root)).problems[0]?.message).toContain(
      'Did you mean "mine"?',
    );
    expect(parseExperiment(text.replace('2 }', '3 }'), readCatalogue(root)).problems[0]?.message).toBe(
      'Mine has only 2 classes. Allowed: 1, 2; or "classesPerTask".',
    );
    expect([await removeData(root, 'mine'), await removeData(root, 'mine'), seen()]).toEqual([true, false, []]);
    expect(message()).toContain('There is no data set "mine".');
  });

  it('is a part of what a run is of: another content under the same name is another run, and refused to an old one', async () => {
    const spec = () => {
      const text = '{ "name": "x", "stream": { "dataset": "mine", "tasks": 2 }, "methods": [{ "method": "ewc" }] }';
      const { experiment } = parseExperiment(text, readCatalogue(root));
      const [variant] = experiment?.variants ?? [];
      if (!experiment || !variant) throw new Error('no experiment');
      return specOf(experiment, variant);
    };
    await add();
    const before = spec();
    expect(Object.keys(before.data?.['mine'] ?? {}).sort()).toEqual(
      readdirSync(join(root, 'mine')).filter((name) => name.endsWith('.npy')),
    );
    writeSource(1);
    await expect(add()).rejects.toThrow('There is a data set "mine" already.');
    await add('mine', { replace: true });
    expect(specHash(spec())).not.toBe(specHash(before));
    expect(() => load(before.data)).toThrow(
      /is not the one that this run was planned with: the SHA-256 of train-images.npy/,
    );
    expect(load(spec().data).train.count).toBe(12);
    writeSource();
    await add('mine', { replace: true });
    expect(specHash(spec())).toBe(specHash(before));
  });

  it.each([
    ['an array changed', 'train-images.npy', /train-images.npy is damaged: its SHA-256 is .* expected .* Remove it/],
    ['an array cut off', 'test-labels.npy', /is damaged/],
    ['dataset.json changed', 'dataset.json', /is damaged: its dataset.json is no JSON/],
  ])('with %s is refused with what was expected', async (_, name, message) => {
    await add();
    const file = join(root, 'mine', name);
    writeFileSync(file, readFileSync(file).subarray(1));
    expect(() => load()).toThrow(message);
  });

  it('that is damaged or strange hides no other', async () => {
    await add();
    for (const [name, text] of [
      ['a', '{'],
      ['b', '{"lethe":1}'],
      ['c', JSON.stringify({ name: 'mine' })],
    ] as const) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'dataset.json'), text);
    }
    mkdirSync(join(root, 'not added by Lethe'));
    expect(ownData(root).map(({ name, fault }) => [name, fault !== undefined])).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
      ['mine', false],
    ]);
    expect([...readCatalogue(root).keys()].at(-1)).toBe('mine');
  });
});

describe('adding', () => {
  it('that fails or is cancelled leaves nothing, and what an ended one left is taken away', async () => {
    const abort = new AbortController();
    await expect(
      add('mine', { signal: abort.signal, onPhase: (phase: string) => phase === 'write' && abort.abort() }),
    ).rejects.toThrow(/abort/i);
    expect(readdirSync(root)).toEqual(['.lock']);
    mkdirSync(join(root, '.adding-0123456789ab'));
    await add();
    expect(readdirSync(root).sort()).toEqual(['.lock', 'mine']);
  });

  it.each(['', '.', '..', 'A', 'a/b', '../a', 'con', 'nul.x', 'a b', '-a', 'a'.repeat(65), '__proto__'])(
    'as %j is refused',
    async (name) => expect(add(name)).rejects.toThrow('is no name of a data set'),
  );

  it('as what ships, or as a known one that it is not, is refused', async () => {
    await expect(add('mnist')).rejects.toThrow('MNIST ships with Lethe');
    await expect(add('fashion-mnist')).rejects.toThrow(
      /train-images-idx3-ubyte is not that of Fashion-MNIST: its SHA-256 is \w{12}…, expected c59f468a2f67…/,
    );
    await expect(add('cifar-10')).rejects.toThrow('only the checksum of its archive is known');
    await expect(add('cifar-100')).rejects.toThrow('train.bin is missing');
    expect(seen()).toEqual([]);
  });

  it('into a folder that cannot be written says why', async () => {
    writeFileSync(join(root, 'file'), '');
    await expect(addData('mine', [source], { root: join(root, 'file') })).rejects.toThrow(
      /a file stands where a folder is needed/,
    );
  });
});
