import { describe, expect, it } from 'vitest';
import type { Experiment, Variant } from '../core/experiment';
import { manifestSchema, RUN_FORMAT } from '../core/manifest';
import { cards } from '../core/methods/index';
import type { OwnFiles } from '../core/own/ownFiles';
import { parseExperiment } from '../core/parse';
import type { Run } from '../core/run';
import { foldEvents } from '../core/runModel';
import { earlierRuns } from './earlierRuns';
import { specHash, specOf } from './spec';

const FILE = 'examples/split-mnist.lethe.json';

/** An experiment with a method of the user's own, whose file has this hash. */
function experimentWith(sha: string, more = ''): { readonly experiment: Experiment; readonly variant: Variant } {
  const code = { entry: 'mine.ts', files: { 'mine.ts': sha.repeat(64) } };
  const card = { ...cards.none, id: './mine.ts', title: 'Mine', bound: undefined };
  const own: OwnFiles = new Map([['./mine.ts', { kind: 'method', code, card }]]);
  const text = `{ "name": "x", "seeds": [1, 2], "bounds": false, "methods": [{ "method": "./mine.ts" }]${more} }`;
  const { experiment } = parseExperiment(text, undefined, own);
  const [variant] = experiment?.variants ?? [];
  if (!experiment || !variant) throw new Error('the experiment of the test is not valid');
  return { experiment, variant };
}

const tasks = [{ name: '0', classes: [0], train: 1, test: 1 }];
const finished = foldEvents([
  { type: 'started', at: 0, schema: 1, backend: { name: 'cpu', version: '1' }, tasks, steps: [1] },
  { type: 'task-end', at: 1, task: 0, accuracy: [1], taskAware: [1], memoryBytes: 0 },
  { type: 'ended', at: 2, status: 'done' },
]);

/** A finished run, as it is read again from its folder. */
function runWith(seed: number, { experiment, variant }: ReturnType<typeof experimentWith>): Run {
  const spec = specOf(experiment, variant);
  const written: unknown = {
    lethe: RUN_FORMAT,
    trainer: 'lethe',
    id: `run-${seed}`,
    created: seed,
    experiment: { name: 'x', file: FILE },
    variant: { key: variant.key, label: variant.label, hash: specHash(spec) },
    seed,
    spec,
  };
  return { manifest: manifestSchema.parse(JSON.parse(JSON.stringify(written))), status: 'done', state: finished };
}

const now = experimentWith('b');
const of = (runs: readonly Run[], file = FILE) =>
  earlierRuns(now.experiment, now.variant, { file, runs, hash: specHash(specOf(now.experiment, now.variant)) });

describe('what a variant left when it was another one', () => {
  it('is known to have had other code where all else is the same', () => {
    const found = of([runWith(1, experimentWith('a')), runWith(2, experimentWith('a'))]);
    expect([found?.changed, found?.runs.length]).toEqual(['code', 2]);
  });

  it('is known to have had other settings, whatever its code', () => {
    const before = experimentWith('a', ', "training": { "iterations": 7 }');
    expect(of([runWith(1, before)])?.changed).toBe('settings');
  });

  it('is told by its newest run', () => {
    const settings = runWith(1, experimentWith('b', ', "training": { "iterations": 7 }'));
    expect(of([settings, runWith(2, experimentWith('a'))])?.changed).toBe('code');
  });

  it('counts with the seeds that the file asks for alone, and with whole results', () => {
    const before = experimentWith('a');
    const cut = runWith(2, before);
    const half = { ...cut, state: { ...cut.state, rows: cut.state.rows.slice(1) } };
    expect(of([runWith(1, before), runWith(7, before), half])?.runs.map(({ manifest }) => manifest.seed)).toEqual([1]);
    expect(of([runWith(7, before), half])).toBeUndefined();
  });

  it('is nothing where runs are of the variant as it is now, or of another file', () => {
    expect(of([runWith(1, now)])).toBeUndefined();
    expect(of([runWith(1, experimentWith('a'))], 'other.lethe.json')).toBeUndefined();
  });
});
