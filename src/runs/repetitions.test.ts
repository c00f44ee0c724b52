import { describe, expect, it } from 'vitest';
import { compare, groupRuns } from '../core/comparison';
import type { BackendChoice } from '../core/backends';
import { repetitionsOf } from '../core/repetitions';
import type { Run, RunStatus } from '../core/run';
import { planRuns } from './plan';
import { experimentOf, runOf } from './testManifests';

const experiment = experimentOf([{ method: 'none' }, { method: 'ewc' }], { bounds: false, seeds: 2 });
const { create: manifests } = planRuns(experiment, [], { backend: 'auto' });
const hashes = new Map(manifests.map(({ variant }) => [variant.key, variant.hash]));
const hashOf = (key: string) => hashes.get(key) ?? '';

/** Runs of these variants and seeds, all on one backend; the ids say when, which and where. */
function runsOn(backend: string, created: number, cells: readonly string[], status: RunStatus = 'done'): Run[] {
  return cells.map((cell) => {
    const manifest = manifests.find(({ variant, seed }) => `${variant.key}${seed}` === cell);
    if (!manifest) throw new Error(`no ${cell}`);
    return runOf({ ...manifest, id: `${created} ${cell} ${backend}`, created }, status, { backend });
  });
}
const everything = ['none1', 'ewc1', 'none2', 'ewc2'];
const idsOf = (runs: readonly { readonly manifest: { readonly id: string } }[]) =>
  runs.map(({ manifest }) => manifest.id);
const asked = (backend: BackendChoice, own: readonly string[] = []) => ({
  ...{ hashes: hashes.values(), seeds: experiment.seeds, backend, own: new Set(own) },
});
const counted = (runs: readonly Run[], backend: BackendChoice, own?: readonly string[]) => {
  const repetitions = repetitionsOf(runs, asked(backend, own));
  return [...hashes.values()].flatMap((hash) => idsOf(repetitions.counted(hash)));
};
/** Ids of all cells on one backend, variant by variant. */
const all = (backend: string, created: number) =>
  ['none1', 'none2', 'ewc1', 'ewc2'].map((c) => `${created} ${c} ${backend}`);

describe('of runs with the same settings and seed those count', () => {
  const native = runsOn('native', 1, everything);
  const wasm = runsOn('wasm', 2, everything);

  it('that are on the backend asked for, before newer ones of others', () => {
    expect(counted([...native, ...wasm], 'native')).toEqual(all('native', 1));
    expect(counted([...wasm, ...native], 'wasm')).toEqual(all('wasm', 2));
  });

  it('that came to something, before one that crashed before it had a backend', () => {
    const [first] = runsOn('wasm', 9, ['none1'], 'crashed');
    const crashed = runOf({ ...(first as Run).manifest, id: 'crashed' }, 'crashed');
    for (const status of ['done', 'running'] as const)
      expect(counted([crashed, ...runsOn('wasm', 1, ['none1'], status)], 'auto'), status).toEqual(['1 none1 wasm']);
  });

  it('that are on others where there are none on the one asked for', () => {
    const some = runsOn('cpu', 3, ['ewc2']);
    expect(counted([...wasm, ...some], 'cpu')).toEqual([...all('wasm', 2).slice(0, 3), '3 ewc2 cpu']);
  });

  it('that are on the backend with most of what is asked for where none is asked for, of equally many the newest', () => {
    expect(counted([...native, ...wasm.slice(0, 3)], 'auto')).toEqual(all('native', 1));
    expect(counted([...native, ...wasm], 'auto')).toEqual(all('wasm', 2));
    expect(counted([...native, ...wasm, ...runsOn('native', 3, ['ewc1'])], 'auto')).toEqual([
      ...all('native', 1).slice(0, 2),
      '3 ewc1 native',
      '1 ewc2 native',
    ]);
  });

  it('that have a whole result, then those on their way to one, whatever most are on', () => {
    const [first = ''] = everything;
    expect(counted([...runsOn('wasm', 2, everything.slice(1)), ...runsOn('native', 1, [first])], 'auto')).toContain(
      '1 none1 native',
    );
    const failed = runsOn('native', 3, [first], 'failed');
    expect(counted([...native.slice(0, 1), ...failed], 'native')).toEqual(['1 none1 native']);
    expect(counted([...runsOn('native', 1, [first], 'running'), ...failed], 'native')).toEqual(['1 none1 native']);
    expect(counted([...wasm.slice(0, 1), ...runsOn('native', 1, [first], 'running')], 'native')).toEqual([
      '1 none1 native',
    ]);
  });

  it('that a command has made itself, before all others', () => {
    const fresh = runsOn('native', 3, ['ewc1']);
    const [, , , last] = all('wasm', 2);
    expect(counted([...wasm, ...fresh], 'auto', idsOf(fresh))).toEqual([
      ...all('wasm', 2).slice(0, 2),
      '3 ewc1 native',
      last,
    ]);
    const failed = runsOn('native', 3, ['ewc1'], 'failed');
    expect(counted([...wasm, ...failed], 'auto', idsOf(failed))).toEqual(all('wasm', 2));
  });

  it('that are of the settings and seeds asked for', () => {
    const other = native.map((run): Run => ({ ...run, manifest: { ...run.manifest, seed: 9 } }));
    expect(counted([...other, ...wasm.slice(0, 1)], 'native')).toEqual(['2 none1 wasm']);
  });
});

describe('the planner and the comparison', () => {
  const stores: Record<string, readonly Run[]> = {
    'all on both': [...runsOn('native', 1, everything), ...runsOn('wasm', 2, everything)],
    'some on each': [...runsOn('native', 1, everything.slice(1)), ...runsOn('wasm', 2, everything.slice(0, 2))],
    'with some that failed': [
      ...runsOn('native', 1, everything.slice(0, 3)),
      ...runsOn('native', 3, everything.slice(0, 3), 'failed'),
      ...runsOn('wasm', 2, everything, 'stopped'),
    ],
    'with some on their way': [
      ...runsOn('native', 1, everything.slice(0, 2), 'running'),
      ...runsOn('native', 3, everything.slice(0, 3), 'failed'),
      ...runsOn('wasm', 2, everything.slice(1)),
    ],
  };

  it.each(
    Object.keys(stores).flatMap((store) =>
      (['auto', 'native', 'wasm', 'cpu'] as const).map((backend) => ({ store, backend })),
    ),
  )('take the same runs: $store, asked for $backend', ({ store, backend }) => {
    const runs = stores[store] ?? [];
    const { reuse } = planRuns(experiment, runs, { backend });
    const groups = groupRuns(experiment, runs, hashOf, { backend });
    expect(idsOf(groups.flatMap((group) => group.runs))).toEqual(expect.arrayContaining(idsOf(reuse)));
  });
});

describe('a comparison says', () => {
  const native = runsOn('native', 1, everything);
  const compared = (runs: readonly Run[], backend: BackendChoice) =>
    compare(groupRuns(experiment, runs, hashOf, { backend }), undefined, backend);

  it('on what its results are where there are others, unless it was asked for', () => {
    const runs = [...native, ...runsOn('wasm', 2, everything)];
    expect(compared(runs, 'auto')).toMatchObject({
      basis: ['These are results on wasm. There are results on native too: --backend native counts them instead.'],
      warnings: [],
    });
    expect(compared(runs, 'native')).toMatchObject({ basis: [], warnings: [] });
  });

  it('which rows are on which of several backends, and how to have them on one', () => {
    const runs = [...runsOn('wasm', 2, ['none1', 'none2', 'ewc1']), ...runsOn('native', 3, ['ewc2'])];
    const advice = (name: string) =>
      `"lethe run FILE --backend ${name}" runs what is missing on ${name}; in VS Code the setting lethe.backend says the same.`;
    const differ =
      'Runs of this comparison used different backends (wasm: None, EWC; native: EWC): times are not comparable, and numbers differ in rounding.';
    expect(compared(runs, 'auto').warnings).toEqual([`${differ} ${advice('wasm')}`]);
    expect(compared(runs, 'native').warnings).toEqual([`${differ} ${advice('native')}`]);
    expect(compared(native, 'wasm').warnings).toEqual([
      `No run of this comparison is on wasm; its runs are on native. ${advice('wasm')}`,
    ]);
  });

  it('nothing to do where all that differs is what a program computes with', () => {
    const runs = [...runsOn('native', 2, ['none1', 'none2']), ...runsOn('torch', 1, ['ewc1', 'ewc2'])];
    for (const asked of ['auto', 'native'] as const)
      expect(compared(runs, asked).warnings).toEqual([
        'Runs of this comparison used different backends (native: None; torch: EWC): times are not comparable, and numbers differ in rounding.',
      ]);
  });

  it('nothing to do about backends that Lethe does not have', () => {
    const runs = [...runsOn('cuda', 2, everything), ...runsOn('rocm', 1, everything)];
    expect(compared(runs, 'auto').basis).toEqual(['These are results on cuda. There are results on rocm too.']);
    const [warning = ''] = compared([...runs.slice(0, 2), ...runs.slice(6)], 'auto').warnings;
    expect(warning).toMatch(/differ in rounding\.$/);
  });
});
