import { describe, expect, it } from 'vitest';
import { manifestSchema, RUN_FORMAT, trainerText } from './manifest';

const about = {
  ...{ lethe: RUN_FORMAT, id: 'a', created: 0, experiment: { name: 'x' }, seed: 1 },
  variant: { key: 'er', label: 'ER', hash: 'h' },
};
const foreign = {
  ...about,
  trainer: 'program',
  program: 'Avalanche 0.6',
  spec: {
    stream: { dataset: 'cifar100', 'crop.padding': 4 },
    network: { kind: 'resnet18', blocks: [{ filters: 64 }, null] },
    training: { optimizer: 'adamw', weightDecay: 0.01, amp: true },
    methods: [{ method: 'er', settings: { buffer: 200 } }],
  },
};
const own = {
  ...about,
  trainer: 'lethe',
  spec: { stream: {}, network: {}, training: {}, evaluation: {}, methods: [] },
};

const parse = (value: unknown) => manifestSchema.safeParse(value);
const issuesOf = (value: unknown) =>
  parse(value).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
const withTraining = (training: unknown) => ({ ...foreign, spec: { ...foreign.spec, training } });
const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

describe('run.json of another program', () => {
  it('describes network, training and stream in its own words, which are kept as they are', () => {
    const { data } = parse(foreign);
    expect(data?.spec).toEqual({ ...foreign.spec, evaluation: {} });
  });

  it('names the program or the command', () => {
    const { program: _program, ...unnamed } = foreign;
    const command = { ...unnamed, trainer: 'command', command: ['python', 'train.py'] };
    expect([foreign, unnamed, command].map((value) => trainerText(manifestSchema.parse(value)))).toEqual([
      'Avalanche 0.6',
      'another program',
      'python train.py',
    ]);
    expect(issuesOf({ ...command, command: [] })?.[0]).toMatch(/^command: /);
  });

  it('may not be deeper or longer than can be shown', () => {
    expect(parse(withTraining({ a: nested(13) })).success).toBe(true);
    expect(issuesOf(withTraining({ a: nested(20) }))).toEqual([
      'spec: holds more than 10000 values, or is more than 16 deep',
    ]);
    expect(parse(withTraining({ a: Array.from({ length: 9_900 }, () => 0) })).success).toBe(true);
    expect(parse(withTraining({ a: Array.from({ length: 10_001 }, () => 0) })).success).toBe(false);
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(parse(withTraining({ a: deep })).success).toBe(false);
  });

  it('may not hold a number that is too large to be one', () => {
    expect(issuesOf(withTraining({ a: JSON.parse('[1e999]') as unknown }))?.[0]).toMatch(/^spec: .*too large/);
  });
});

describe('run.json of Lethe', () => {
  it('takes no settings but its own', () => {
    const spec = { ...own.spec, methods: [{ method: 'ewc', settings: {} }] };
    expect(parse({ ...own, spec }).success).toBe(true);
    for (const [part, value] of Object.entries(foreign.spec).slice(0, 3))
      expect(issuesOf({ ...own, spec: { ...spec, [part]: value } })?.[0], part).toMatch(new RegExp(`^spec\\.${part}`));
  });

  it('has to say that it is: who trains a run is not guessed', () => {
    const { trainer: _trainer, ...nameless } = own;
    expect(issuesOf(nameless)).toEqual(['trainer: must be "lethe", "command" or "program"']);
    expect(issuesOf({ ...own, trainer: 'wasm' })).toEqual(issuesOf(nameless));
    expect(issuesOf(5)?.[0]).toMatch(/^: .*expected object/);
  });
});
