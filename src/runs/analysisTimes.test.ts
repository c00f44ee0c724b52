import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { probeSettings } from '../core/analyses/probe';
import type { Run } from '../core/run';
import { timeOfAnalysis, type AskedAnalysis } from './analysisTimes';
import { manifestFor, runOf } from './testManifests';

let store = '';
beforeEach(() => (store = mkdtempSync(join(tmpdir(), 'lethe-times-'))));
afterEach(() => rmSync(store, { recursive: true, force: true }));

const done = (id: string, spec: object = {}): Run => {
  const manifest = manifestFor({ id });
  return runOf({ ...manifest, spec: { ...manifest.spec, ...spec } }, 'done', { backend: 'native' });
};

function keep(id: string, seconds: number | undefined, more: object = {}): void {
  const folder = join(store, id, 'analyses');
  mkdirSync(folder, { recursive: true });
  const result = {
    ...{ lethe: 1, analysis: 'probe', revision: 1, settings: probeSettings.parse({}), backend: 'native' },
    ...{ checkpoints: [], rows: [], seconds, ...more },
  };
  writeFileSync(join(folder, 'probe.json'), JSON.stringify(result));
}

const [own, second, third, fourth] = ['own', 'second', 'third', 'fourth'].map((id) => done(id));
const all = [own, second, third, fourth] as Run[];
const asked = (more: Partial<AskedAnalysis> = {}, runs = all) =>
  timeOfAnalysis(all[0] as Run, runs, { analysis: 'probe', ...more }, (id) => join(store, id));

describe('how long an analysis will take', () => {
  it('is not known before there was one', async () => {
    expect(await asked()).toBeUndefined();
    keep('second', undefined);
    expect(await asked()).toBeUndefined();
  });

  it('is the median of what the same took of runs alike', async () => {
    keep('second', 10);
    keep('third', 40);
    keep('fourth', 12);
    expect(await asked()).toBe(12);
    expect(await asked({ analysis: 'cka' })).toBeUndefined();
  });

  it.each<[string, object]>([
    ['settings', { settings: probeSettings.parse({ samples: 100 }) }],
    ['backend', { backend: 'wasm' }],
    ['revision of the analysis', { revision: 99 }],
  ])('does not come from another %s', async (_, more) => {
    keep('second', 10, more);
    expect(await asked()).toBeUndefined();
  });

  it('is of the settings and the backend that are asked for', async () => {
    keep('second', 10, { settings: probeSettings.parse({ samples: 100 }), backend: 'wasm' });
    expect(await asked({ settings: { samples: 100 }, backend: 'wasm' })).toBe(10);
    expect(await asked({ settings: { samples: -1 } })).toBeUndefined();
  });

  it('does not come from another network, stream or number of checkpoints', async () => {
    const { network, stream, evaluation } = (all[0] as Run).manifest.spec;
    const others = [
      { network: { ...network, hidden: [7] } },
      { stream: { ...stream, tasks: 2 } },
      { evaluation: { ...evaluation, keep: 'last' } },
    ];
    for (const [i, spec] of others.entries()) {
      keep(`other-${i}`, 10);
      expect(await asked({}, [...all, done(`other-${i}`, spec)]), JSON.stringify(spec)).toBeUndefined();
    }
  });

  it('is nothing where the run has such a result, unless it is measured again', async () => {
    keep('own', 20);
    expect(await asked()).toBe('known');
    expect(await asked({ fresh: true })).toBe(20);
  });
});
