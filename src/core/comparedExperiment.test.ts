import { describe, expect, it } from 'vitest';
import { experimentOfRuns } from './comparedExperiment';
import { compare } from './comparison';
import { groupNamed } from './namedExperiment';
import { manifestSchema, RUN_FORMAT, type RunManifest } from './manifest';
import { emptyRun } from './runModel';

interface Made {
  readonly key: string;
  readonly seed?: number;
  readonly created?: number;
  readonly hash?: string;
  readonly training?: object;
  readonly stream?: object;
}

function manifestOf({ key, seed = 1, created = 0, hash = key, training = {}, stream = {} }: Made): RunManifest {
  return manifestSchema.parse({
    ...{ lethe: RUN_FORMAT, trainer: 'program', id: `${key}-${seed}-${created}`, created, seed },
    experiment: { name: 'Split CIFAR' },
    variant: { key, label: key.toUpperCase(), hash },
    spec: {
      stream: { dataset: 'cifar100', ...stream },
      network: { kind: 'resnet18', norm: { kind: 'batch', momentum: 0.1 } },
      training: { optimizer: 'adamw', weightDecay: 0.01, ...training },
      methods: [{ method: key }],
    },
  });
}
const experimentOf = (...made: readonly Made[]) => experimentOfRuns('Split CIFAR', made.map(manifestOf));
const differsOf = (...made: readonly Made[]) => experimentOf(...made).variants.map(({ differs }) => differs);

describe('the experiment that runs without a file make up', () => {
  it('has the variants in the order they came, each with its newest settings, and the seeds of those', () => {
    const { variants, seeds } = experimentOf(
      { key: 'er', created: 1, hash: 'old', seed: 9 },
      { key: 'agem', created: 2, seed: 2 },
      { key: 'er', created: 3, hash: 'new', seed: 1 },
    );
    expect(variants.map(({ key, label, hash }) => [key, label, hash])).toEqual([
      ['er', 'ER', 'new'],
      ['agem', 'AGEM', 'agem'],
    ]);
    expect(seeds).toEqual([1, 2]);
  });

  it('has as its own settings what most variants have, and says where the others differ', () => {
    const made = [{ key: 'a' }, { key: 'b', training: { weightDecay: 0, amp: true } }, { key: 'c' }];
    expect(experimentOf(...made).training).toEqual({ optimizer: 'adamw', weightDecay: 0.01 });
    expect(differsOf(...made)).toEqual([[], ['training.weightDecay', 'training.amp'], []]);
  });

  it('says in one word of a run that describes nothing what it does not describe, and else only what it says otherwise', () => {
    const [a, b] = [manifestOf({ key: 'a' }), manifestOf({ key: 'b' })];
    const bare = { ...b, spec: { ...b.spec, network: {}, training: { optimizer: 'sgd' } } } as RunManifest;
    const [, other] = experimentOfRuns('x', [a, bare]).variants;
    expect(other).toMatchObject({ differs: ['training.optimizer'], unsaid: ['network'] });
    expect(experimentOfRuns('x', [bare]).variants[0]).not.toHaveProperty('unsaid');
    const runs = [a, bare].map((manifest) => ({ manifest, status: 'running' as const, state: emptyRun() }));
    const { rows } = compare(groupNamed('Split CIFAR', runs).groups);
    expect(rows.map(({ unsaid }) => unsaid)).toEqual([undefined, ['network']]);
  });

  it('says whose method a program implements too: that of Lethe, where there are two of the name', () => {
    const named = (key: string, created: number, asked: string): RunManifest => {
      const manifest = manifestOf({ key, created });
      return { ...manifest, variant: { ...manifest.variant, implements: asked } };
    };
    const spec = { stream: {}, network: {}, training: {}, evaluation: {}, methods: [{ method: 'ewc', settings: {} }] };
    const variant = { key: 'ewc', label: 'EWC', hash: 'own' };
    const own = manifestSchema.parse({ ...manifestOf({ key: 'ewc' }), trainer: 'lethe', created: 2, variant, spec });
    const { variants } = experimentOfRuns('x', [named('ewc', 1, 'ewc'), own, named('other', 3, 'no such')]);
    expect(variants.map((one) => [one.key, one.implements])).toEqual([
      ['ewc', 'ewc-2'],
      ['ewc-2', undefined],
      ['other', undefined],
    ]);
  });

  it('says where streams differ: that is another experiment under the same name', () => {
    expect(differsOf({ key: 'a' }, { key: 'b', stream: { dataset: 'cifar10' } })).toEqual([[], ['stream.dataset']]);
  });

  it('takes settings for equal whatever the order of their keys', () => {
    const [a, b] = [
      { key: 'a', training: { schedule: { kind: 'cosine', warmup: 5 } } },
      { key: 'b', training: { schedule: { warmup: 5, kind: 'cosine' } } },
    ];
    expect(differsOf(a, b)).toEqual([[], []]);
  });

  it('keeps apart what programs and Lethe call by the same name', () => {
    const program = manifestOf({ key: 'ewc', created: 2 });
    const spec = { stream: {}, network: {}, training: {}, evaluation: {}, methods: [{ method: 'ewc', settings: {} }] };
    const variant = { key: 'ewc', label: 'EWC', hash: 'own' };
    const own = manifestSchema.parse({ ...program, trainer: 'lethe', created: 1, variant, spec });
    const { variants } = experimentOfRuns('x', [program, own]);
    expect(variants.map(({ key, label, hash }) => [key, label, hash])).toEqual([
      ['ewc', 'EWC', 'own'],
      ['ewc-2', 'EWC (2)', 'ewc'],
    ]);
  });

  it('does not conclude from a name that a method has to be told the task', () => {
    const program = manifestOf({ key: 'packnet', stream: { scenario: 'class' } });
    const spec = {
      stream: {},
      network: {},
      training: {},
      evaluation: {},
      methods: [{ method: 'packnet', settings: {} }],
    };
    const own = manifestSchema.parse({ ...program, trainer: 'lethe', spec });
    expect(experimentOfRuns('x', [program]).variants[0]?.taskAwareOnly).toBeUndefined();
    expect(experimentOfRuns('x', [own]).variants[0]?.taskAwareOnly).toMatch(/^PackNet must be told the task/);
  });

  it('is compared like any other', () => {
    const made = [{ key: 'a' }, { key: 'a', seed: 2 }, { key: 'b', training: { weightDecay: 0 } }].map(manifestOf);
    const runs = made.map((manifest) => ({ manifest, status: 'running' as const, state: emptyRun() }));
    const { groups } = groupNamed('Split CIFAR', runs);
    expect(groups.map(({ key, seeds, runs: own }) => [key, seeds, own.length])).toEqual([
      ['a', 2, 2],
      ['b', 2, 1],
    ]);
    expect(groupNamed('Split', runs).groups).toEqual([]);
    expect(compare(groups).rows.map(({ differs }) => differs)).toEqual([[], ['training.weightDecay']]);
  });

  it('is empty without runs', () => {
    expect(experimentOfRuns('x', [])).toMatchObject({ name: 'x', seeds: [], variants: [], training: {} });
  });
});
