import { describe, expect, it } from 'vitest';
import type { NamedFiles } from '../core/namedFiles';
import { parseExperiment } from '../core/parse';
import { planRuns } from './plan';
import { hashesOf } from './spec';

const files: NamedFiles = new Map([['ewc.py', { kind: 'read', sha256: 'a1' }]]);
const parsed = (entry: object, ...methods: unknown[]) =>
  parseExperiment(
    JSON.stringify({
      ...{ name: 'x', bounds: false, seeds: 1, training: { batchSize: 64 } },
      methods: [...methods, { program: ['python', 'ewc.py'], label: 'Torch', ...entry }],
    }),
    undefined,
    undefined,
    files,
  );
const ewc = { method: 'ewc', lambda: 5, training: { epochs: 2 }, network: { hidden: [7] } };

describe('a program that implements a variant of the file', () => {
  it('is told its settings, network and training, besides settings of its own', () => {
    const { experiment, problems } = parsed({ implements: 'ewc', settings: { device: 'cuda' } }, ewc);
    expect(problems).toEqual([]);
    const [own, program] = experiment?.variants ?? [];
    expect(program).toMatchObject({
      ...{ key: 'torch', label: 'Torch', implements: 'ewc', isForeign: true },
      ...{ network: own?.network, training: own?.training, differs: own?.differs },
      methods: [{ method: 'ewc', settings: { ...own?.methods[0]?.settings, device: 'cuda' } }].map(({ settings }) => ({
        settings,
      })),
    });
    expect(program?.training).toMatchObject({ epochs: 2, batchSize: 64 });
  });

  it('names it by its label too, and says so in the run', () => {
    const { experiment } = parsed({ implements: 'Held' }, { ...ewc, label: 'Held' });
    if (!experiment) throw new Error('no experiment');
    const [, torch] = planRuns(experiment, [], { backend: 'auto' }).create;
    expect(torch).toMatchObject({ trainer: 'command', variant: { key: 'torch', implements: 'ewc' } });
  });

  it('makes runs of its own when those settings change, and else has none of their results', () => {
    const hashOf = (lambda: number) => {
      const { experiment } = parsed({ implements: 'ewc' }, { ...ewc, lambda });
      return experiment && hashesOf(experiment).get('torch');
    };
    expect(hashOf(5)).toBe(hashOf(5));
    expect(hashOf(5)).not.toBe(hashOf(6));
  });

  it('is told the settings of combined methods by their names', () => {
    const { experiment } = parsed({ implements: 'ewc+replay' }, [
      { method: 'ewc', lambda: 5 },
      { method: 'replay', perClass: 3 },
    ]);
    expect(experiment?.variants.at(-1)?.methods[0]?.settings).toMatchObject({
      ewc: { lambda: 5 },
      replay: { perClass: 3 },
    });
  });

  it.each([
    [
      'a variant that there is not',
      { implements: 'si' },
      'methods.1.implements',
      'No method of Lethe\'s here has the key or label "si". Keys: ewc.',
    ],
    ['itself', { implements: 'torch' }, 'methods.1.implements', 'Keys: ewc.'],
    [
      'a value twice',
      { implements: 'ewc', settings: { lambda: 6 } },
      'methods.1.settings.lambda',
      'EWC has the setting "lambda"',
    ],
    ['a network', { implements: 'ewc', network: { hidden: [9] } }, 'methods.1.network', 'has the network of that'],
  ])('is refused at its place where it names %s', (_name, entry, path, message) => {
    const { problems } = parsed(entry, { method: 'ewc', label: 'EWC' });
    expect(problems.map((one) => [one.path.join('.'), one.message])).toEqual([
      [path, expect.stringContaining(message)],
    ]);
  });
});
