import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RUN_FORMAT } from '../core/manifest';
import { cards, methodIds } from '../core/methods/index';
import { evaluationSchema, networkSchema, trainingSchema, type MlpSpec } from '../core/recipe';
import { completed, readManifest } from './runFile';

const readRunFile = (folder: string) => completed(readManifest(folder));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-run-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const spec = {
  stream: { dataset: 'mnist', kind: 'split', tasks: 5, scenario: 'class', classOrder: 'fixed' },
  network: networkSchema.parse({}),
  training: trainingSchema.parse({}),
  evaluation: evaluationSchema.parse({}),
  methods: [{ method: 'ewc', settings: cards.ewc.settings.parse({}) }],
};
const manifest = (change: object = {}) => ({
  ...{
    lethe: RUN_FORMAT,
    trainer: 'lethe',
    id: 'a',
    created: 0,
    experiment: { name: 'a' },
    variant: { key: 'a', label: 'a', hash: 'a' },
    seed: 1,
  },
  spec: { ...spec, ...change },
});
const without = <T extends object>(value: T, ...keys: (keyof T)[]) =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key as keyof T)));

function read(content: unknown) {
  writeFileSync(path.join(folder, 'run.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return readRunFile(folder);
}
const readMethod = (method: string, settings: object) => () => read(manifest({ methods: [{ method, settings }] }));

describe('run.json, for a process that trains', () => {
  it('is taken as it is where it has everything', () => {
    const methods = methodIds.map((method) => ({ method, settings: cards[method].settings.parse({}) }));
    const { manifest: taken, warning } = read(manifest({ methods }));
    expect(taken.spec).toEqual({ ...spec, methods });
    expect(warning).toBeUndefined();
  });

  it('planned by a version that knew fewer settings of a method gets their defaults, and it is said', () => {
    const { manifest: taken, warning } = readMethod('ewc', without(cards.ewc.settings.parse({}), 'gamma', 'fisher'))();
    expect(taken.spec.methods[0]?.settings).toEqual(spec.methods[0]?.settings);
    expect(warning).toBe(
      'run.json does not have all settings; defaults are used for ewc.gamma = 1, ewc.fisher = "exact".',
    );
  });

  it('planned by a version that knew fewer settings of anything else gets their defaults, and it is said', () => {
    const { manifest: taken, warning } = read(
      manifest({
        stream: without(spec.stream, 'scenario'),
        network: without(spec.network as MlpSpec, 'dropout', 'kind'),
        training: without(spec.training, 'momentum'),
        evaluation: {},
      }),
    );
    expect(taken.spec).toEqual(spec);
    for (const part of [
      'stream.scenario = "class"',
      'network.dropout = 0',
      'network.kind = "mlp"',
      'training.momentum = 0',
      'evaluation.points = 10',
      'evaluation.samples = 200',
    ])
      expect(warning).toContain(part);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a method that is no more',
      readMethod('memory-palace', {}),
      /^This version of Lethe has no method "memory-palace"/,
    ],
    ['a method called like a part of every object', readMethod('constructor', {}), /has no method "constructor"/],
    ['a setting that is no more', readMethod('ewc', { strength: 1 }), /^EWC has no setting "strength" in this version/],
    ['a setting that is not allowed', readMethod('ewc', { lambda: -1 }), /a "lambda" of EWC that .* does not allow: /],
    ['a setting of another kind', readMethod('sleep', { thresholds: 'low' }), /a "thresholds" of Sleep \(SRC\) that/],
    [
      'a network setting that is no more',
      () => read(manifest({ network: { ...spec.network, depth: 3 } })),
      /^run\.json is not as specified: spec\.network .*"depth"/,
    ],
    [
      'the settings of another program',
      () => read({ ...manifest(), trainer: 'program', program: 'Avalanche 0.6' }),
      /^This run is not Lethe's to train: run\.json says that Avalanche 0\.6 trains it\.$/,
    ],
    [
      'a command',
      () => read({ ...manifest(), trainer: 'command', command: ['python', 'train.py'] }),
      /run\.json says that python train\.py trains it\.$/,
    ],
    ['no JSON', () => read('{"lethe":'), /^run\.json is not JSON$/],
    ['nothing', () => read(''), /^run\.json is not JSON$/],
    ['a list', () => read('[]'), /^run\.json is not as specified/],
    ['lists without end', () => read('['.repeat(900_000)), /^run\.json is not JSON$/],
    ['a megabyte and more', () => read(`{"a":"${'x'.repeat(1e6)}"}`), /^run\.json is larger than 1\.00 MB$/],
    ['no file', () => readRunFile(folder), /ENOENT/],
    [
      'a folder',
      () => {
        mkdirSync(path.join(folder, 'run.json'));
        return readRunFile(folder);
      },
      /^run\.json is a folder$/,
    ],
    [
      'a link to what never ends',
      () => {
        symlinkSync('/dev/zero', path.join(folder, 'run.json'));
        return readRunFile(folder);
      },
      /^run\.json is a link/,
    ],
  ])('that holds %s is refused in words', (_, reading, message) => {
    expect(reading).toThrow(message);
  });
});
