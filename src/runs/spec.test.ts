import { describe, expect, it } from 'vitest';
import { datasets } from '../core/datasets';
import { cards } from '../core/methods/index';
import { networkRevisions } from '../core/recipe';
import { streamRevisions } from '../core/stream';
import { planRuns } from './plan';
import { specHash, specOf } from './spec';
import { experimentOf } from './testManifests';

const hash = (methods: readonly object[], more: object = {}) => {
  const experiment = experimentOf(methods, { bounds: false, ...more });
  const [variant] = experiment.variants;
  if (!variant) throw new Error('no variant');
  return specHash(specOf(experiment, variant));
};
const ewc = [{ method: 'ewc' }];

/** What `work` gives while a table has another entry. */
function whileChanged<T>(table: object, key: string, value: unknown, work: () => T): T {
  const entries = table as Record<string, unknown>;
  const before = entries[key];
  entries[key] = value;
  try {
    return work();
  } finally {
    entries[key] = before;
  }
}

describe('specHash', () => {
  it('is a SHA-256', () => expect(hash(ewc)).toMatch(/^[0-9a-f]{64}$/));

  it('does not depend on label, seeds, name or the order of keys', () => {
    const plain = hash([{ method: 'ewc', lambda: 5, online: true }]);
    expect(hash([{ online: true, lambda: 5, label: 'mine', method: 'ewc' }], { seeds: [9], name: 'Other' })).toBe(
      plain,
    );
  });

  it('does not depend on version or backend, nor on anything but the spec', () => {
    const experiment = experimentOf(ewc, { bounds: false, seeds: 1 });
    const planned = [
      planRuns(experiment, [], { backend: 'auto', version: '0.1.0', file: 'a.lethe.json' }),
      planRuns(experiment, [], { backend: 'wasm', version: '0.2.0' }),
    ].flatMap(({ create }) => create.map(({ variant }) => variant.hash));
    expect(planned).toEqual([hash(ewc), hash(ewc)]);
  });

  it('is the same for a default said and left out', () => {
    expect(hash([{ method: 'none', training: { learningRate: 0.001 } }])).toBe(hash([{ method: 'none' }]));
  });

  it('changes with every setting that changes numbers', () => {
    const hashes = [
      hash(ewc),
      hash([{ method: 'ewc', lambda: 1 }]),
      hash([{ method: 'ewc', network: { hidden: [10] } }]),
      hash(ewc, { stream: { scenario: 'task' } }),
      hash(ewc, { evaluation: { points: 3 } }),
      hash(ewc, { evaluation: { samples: 3 } }),
      hash(ewc, { evaluation: { dense: 3 } }),
      hash(ewc, { evaluation: { answers: false } }),
      hash(ewc, { evaluation: { interference: 0 } }),
      hash(ewc, { evaluation: { rocAuc: true } }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    // Not asked for, as it always was.
    expect(hash(ewc, { evaluation: { rocAuc: false } })).toBe(hash(ewc));
  });

  it('does not change with an evaluation of more than there is', () => {
    const many = (points: number, samples: number) =>
      hash(ewc, { training: { iterations: 20 }, evaluation: { points, samples } });
    expect(many(20, 10_000)).toBe(many(500, 99_999));
    expect(many(19, 10_000)).not.toBe(many(20, 10_000));
    expect(many(20, 9_999)).not.toBe(many(20, 10_000));
  });

  it.each<[string, object, string, unknown]>([
    ['the content of a data file', datasets.mnist.files, 't10k-labels-idx1-ubyte', 'other'],
    ['the revision of the method', cards.ewc, 'revision', 2],
    ['the revision of the stream', streamRevisions, 'split', 2],
    ['the revision of the network', networkRevisions, 'mlp', 2],
  ])('changes with %s', (_, table, key, value) => {
    expect(whileChanged(table, key, value, () => hash(ewc))).not.toBe(hash(ewc));
    expect(whileChanged(table, key, (table as Record<string, unknown>)[key], () => hash(ewc))).toBe(hash(ewc));
  });

  it('changes with each setting of a permuted stream, and with the revision of no other kind', () => {
    const permuted = (more: object = {}) => hash(ewc, { stream: { kind: 'permuted', ...more } });
    const hashes = [{}, { identityFirst: false }, { pad: 2 }, { tasks: 11 }, { scenario: 'task' }].map(permuted);
    expect(new Set([...hashes, hash(ewc), hash(ewc, { stream: { tasks: 10 } })]).size).toBe(7);
    expect(permuted({ identityFirst: true, pad: 0, tasks: 10 })).toBe(permuted());
    expect(whileChanged(streamRevisions, 'permuted', 2, permuted)).not.toBe(permuted());
    expect(whileChanged(streamRevisions, 'split', 2, permuted)).toBe(permuted());
  });

  it('changes with inputs that are normalised and images that are augmented, and not where they are said to be as they are', () => {
    const inputs = (how: unknown) => hash(ewc, { stream: { inputs: how } });
    const augmented = (augment: object) => hash(ewc, { training: { augment } });
    expect([inputs('0..1'), augmented({}), augmented({ crop: 0, flip: false })]).toEqual([
      hash(ewc),
      hash(ewc),
      hash(ewc),
    ]);
    const hashes = [
      hash(ewc),
      inputs('standardised'),
      inputs({ mean: [0.1307], std: [0.3081] }),
      inputs({ mean: [0.13], std: [0.3081] }),
      augmented({ crop: 4 }),
      augmented({ flip: true }),
      augmented({ crop: 4, flip: true }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(augmented({ crop: 4, flip: false })).toBe(augmented({ crop: 4 }));
  });

  it('changes with each setting of a rotated stream, of how classes are dealt and of blurred boundaries', () => {
    const hashes = [
      {},
      { classesPerTask: [4, 2, 2, 2], tasks: 4 },
      { classOrder: [1, 0, 2, 3, 4] },
      { blurry: 0.5 },
      { kind: 'rotated' },
      { kind: 'rotated', angles: 'buzzega' },
      { kind: 'rotated', angles: [10, 20], tasks: 2 },
    ].map((stream) => hash([{ method: 'none' }], { stream }));
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hash([{ method: 'none' }], { stream: { blurry: 0 } })).toBe(hashes[0]);
  });

  it('of parts changes with their order, and with what their kinds and data sets depend on', () => {
    const parts = (...list: readonly object[]) => hash(ewc, { stream: { kind: 'parts', parts: list } });
    const [whole, permuted] = [{}, { kind: 'permuted', tasks: 2 }];
    const own = () => parts(whole, permuted);
    expect(parts({ dataset: 'mnist' }, permuted)).toBe(own());
    expect(new Set([own(), parts(permuted, whole), parts(whole)]).size).toBe(3);
    const changed: [object, string, unknown][] = [
      [streamRevisions, 'parts', 2],
      [streamRevisions, 'permuted', 2],
      [datasets.mnist.files, 't10k-labels-idx1-ubyte', 'other'],
    ];
    for (const change of changed) expect(whileChanged(...change, own)).not.toBe(own());
    expect(whileChanged(streamRevisions, 'rotated', 2, own)).toBe(own());
  });

  it('changes with the revision of each method of a combination, and of no other', () => {
    const both = () => hash([[{ method: 'ewc' }, { method: 'replay' }]]);
    const raised = (id: 'ewc' | 'replay' | 'packnet') => whileChanged(cards[id], 'revision', 2, both);
    expect(new Set([both(), raised('ewc'), raised('replay')]).size).toBe(3);
    expect(raised('packnet')).toBe(both());
    expect(whileChanged(networkRevisions, 'cnn', 2, both)).toBe(both());
  });
});
