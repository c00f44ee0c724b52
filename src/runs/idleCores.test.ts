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
    ['alone', alone, 4],
    ['of two that begin', { cores: 4, taken: 0, beginning: 2 }, 2],
    ['of as many as there are cores', { cores: 4, taken: 0, beginning: 4 }, 1],
    ['beside others', { cores: 4, taken: 2, beginning: 1 }, 2],
    ['where three are idle, two as tested', { cores: 4, taken: 1, beginning: 1 }, 2],
    ['beside as many as there are cores', { cores: 4, taken: 4, beginning: 1 }, 1],
    ['on many cores, as many as are tested', { cores: 64, taken: 0, beginning: 1 }, 4],
    ['on one core', { cores: 1, taken: 0, beginning: 1 }, 1],
  ])('%s', (_, cores, threads) => {
    expect(threadsFor(manifestOf([{ method: 'ewc' }], large), cores)).toBe(threads);
  });

  it.each([
    ['the network is small', { network: { hidden: [200, 200] }, training: { batchSize: 128 } }],
    ['the batch is small', { network: { hidden: [400, 400] }, training: { batchSize: 64 } }],
    ['images are large', { ...large, stream: { kind: 'permuted', tasks: 2, scenario: 'domain', pad: 2 } }],
    ['the network convolves', { network: { kind: 'cnn' }, training: { batchSize: 128 } }],
  ])('are one where %s', (_, more) => {
    expect(threadsFor(manifestOf([{ method: 'ewc' }], more), alone)).toBe(1);
  });

  it('are one for what sums up otherwise with more, also in company', () => {
    expect(threadsFor(manifestOf([{ method: 'generative-replay' }], large), alone)).toBe(1);
  });

  it('are one where nothing is known of what trains', () => {
    expect(threadsFor(undefined, alone)).toBe(1);
  });
});
