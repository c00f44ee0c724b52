import { describe, expect, it } from 'vitest';
import type { OwnManifest } from '../core/manifest';
import { threadsFor } from './idleCores';
import { experimentOf, manifestFor } from './testManifests';
import { specOf } from './spec';

function manifestOf(methods: readonly object[], more: object = {}): OwnManifest {
  const experiment = experimentOf(methods, { bounds: false, ...more });
  const [variant] = experiment.variants;
  if (!variant) throw new Error('no variant');
  return { ...manifestFor(), spec: specOf(experiment, variant) };
}

const large = { network: { hidden: [400, 400] }, training: { batchSize: 128 } };
const alone = { cores: 4, taken: 0, beginning: 1 };

describe('threads of a run that nobody said a number for', () => {
  it.each([
    ['alone', alone, 2],
    ['of two that begin', { cores: 4, taken: 0, beginning: 2 }, 2],
    ['of as many as there are cores', { cores: 4, taken: 0, beginning: 4 }, 1],
    ['beside others', { cores: 4, taken: 2, beginning: 1 }, 2],
    ['where three are idle, as many as are tested', { cores: 4, taken: 1, beginning: 1 }, 2],
    ['beside as many as there are cores', { cores: 4, taken: 4, beginning: 1 }, 1],
    ['on many cores, as many as are tested', { cores: 64, taken: 0, beginning: 1 }, 2],
    ['on one core', { cores: 1, taken: 0, beginning: 1 }, 1],
  ])('%s', (_, cores, threads) => {
    expect(threadsFor(manifestOf([{ method: 'none' }], large), cores)).toBe(threads);
  });

  const trained = (more: object) => ({ ...large, training: { batchSize: 128, ...more } });

  it.each([
    ['with SGD', trained({ optimizer: 'sgd' })],
    ['with momentum', trained({ optimizer: 'sgd', momentum: 0.9 })],
    ['with the largest batch', trained({ batchSize: 1024 })],
    ['with one layer', { ...large, network: { hidden: [400] } }],
    ['with settings that do nothing', trained({ weightDecay: 0, schedule: { kind: 'constant' } })],
  ])('are several %s', (_, more) => {
    expect(threadsFor(manifestOf([{ method: 'none' }], more), alone)).toBe(2);
  });

  it.each([
    ['the network is small', { ...large, network: { hidden: [200, 200] } }],
    ['a layer is wider than tested', { ...large, network: { hidden: [400, 401] } }],
    ['the network is deeper than tested', { ...large, network: { hidden: [400, 400, 400] } }],
    ['there is dropout', { ...large, network: { hidden: [400, 400], dropout: 0.1 } }],
    ['outputs are others than softmax', { ...large, network: { hidden: [400, 400], output: 'sigmoid' } }],
    ['the batch is small', trained({ batchSize: 127 })],
    ['the batch is larger than tested', trained({ batchSize: 1025 })],
    ['the gradient is clipped', trained({ clipping: { norm: 1 } })],
    ['weights decay', trained({ weightDecay: 0.1 })],
    ['images are large', { ...large, stream: { kind: 'permuted', tasks: 2, scenario: 'domain', pad: 2 } }],
    ['outputs are many', { ...large, stream: { kind: 'permuted', tasks: 2, scenario: 'class' } }],
    ['the network convolves', { ...large, network: { kind: 'cnn' } }],
  ])('are one where %s', (_, more) => {
    expect(threadsFor(manifestOf([{ method: 'none' }], more), alone)).toBe(1);
  });

  it('are one where settings change on the way', () => {
    const manifest = manifestOf([{ method: 'none' }], large);
    const { network: _network, ...settings } = manifest.spec;
    const changed = { ...manifest, spec: { ...manifest.spec, changes: [{ afterTask: 1, ...settings }] } };
    expect(threadsFor(changed, alone)).toBe(1);
  });

  it.each([
    ['sums up otherwise with more', [{ method: 'ewc' }], 1],
    ['sums up otherwise with more, in company', [[{ method: 'replay' }, { method: 'ewc' }]], 1],
    ['is combined as tested', [[{ method: 'replay' }, { method: 'lwf' }]], 2],
    ['is combined in another order', [[{ method: 'lwf' }, { method: 'replay' }]], 1],
    ['solves a program over all parameters', [{ method: 'gem' }], 1],
    ['replays batches as large as tested', [{ method: 'replay', batchSize: 128 }], 2],
    ['replays larger batches than tested', [{ method: 'replay', batchSize: 129 }], 1],
  ])('of what %s', (_, methods, threads) => {
    expect(threadsFor(manifestOf(methods, large), alone)).toBe(threads);
  });

  it('are one for a method at batches that only training without one is tested at', () => {
    const manifest = (method: string) => manifestOf([{ method }], trained({ batchSize: 256 }));
    expect(['none', 'replay'].map((method) => threadsFor(manifest(method), alone))).toEqual([2, 1]);
  });

  it('are one where nothing is known of what trains', () => {
    expect(threadsFor(undefined, alone)).toBe(1);
  });
});
