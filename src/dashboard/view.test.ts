import { describe, expect, it } from 'vitest';
import { experimentSchema, resolveExperiment } from '../core/experiment';
import { manifestSchema, RUN_FORMAT } from '../core/manifest';
import { specHash, specOf } from '../runs/index';
import { rotatedView } from '../core/rotatedView';
import { withTaskCounts } from '../core/stream';
import { viewOf, viewOfRuns } from './view';

const resolve = (stream: object) =>
  resolveExperiment(
    experimentSchema.parse({ name: 'x', stream: withTaskCounts(stream), seeds: 2, methods: [{ method: 'packnet' }] }),
  );
const classes = Object.fromEntries(
  Array.from({ length: 10 }, (_, c) => [c, [0, 1, 2, 3, 4, 5].map((i) => `${c}-${i}`)]),
);
const context = {
  file: 'a.lethe.json',
  uri: 'file:///a.lethe.json',
  trusted: true,
  thumbnails: { mnist: { side: 28, classes } },
};

describe('the view of an experiment', () => {
  it('names variants by the hash that their runs carry', () => {
    const experiment = resolve({});
    const view = viewOf(experiment, context);
    expect(view.variants.map(({ key }) => key)).toEqual(['none', 'joint', 'packnet']);
    const [none] = experiment.variants;
    expect(view.variants[0]?.hash).toBe(none && specHash(specOf(experiment, none)));
  });

  it('says where only the task-aware accuracy is defined', () => {
    expect(viewOf(resolve({ scenario: 'class' }), context).variants.map((v) => v.taskAwareOnly !== undefined)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('shows six images a task, in the order the classes are dealt', () => {
    const order = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
    const view = viewOf(resolve({ tasks: 5, classOrder: order }), context);
    expect(view.tasks?.[0]).toEqual([9, 8]);
    expect(view.thumbnails?.tasks[0]).toEqual(['9-0', '9-1', '9-2', '8-0', '8-1', '8-2']);
  });

  it('says that pictures are in colour where they are, and has none of a data set without', () => {
    const colourful = { ...context, thumbnails: { mnist: { side: 28, channels: 3 as const, classes } } };
    expect(viewOf(resolve({ tasks: 5 }), colourful).thumbnails?.channels).toBe(3);
    expect(viewOf(resolve({ tasks: 5 }), context).thumbnails).not.toHaveProperty('channels');
    expect(viewOf(resolve({ tasks: 5 }), { ...context, thumbnails: {} })).not.toHaveProperty('thumbnails');
  });

  it('shows an image of each class where a task has more than six', () => {
    expect(viewOf(resolve({ tasks: 1 }), context).thumbnails?.tasks[0]).toHaveLength(10);
  });

  it('shows images of the first task of a permuted stream, where they are as they lie, and of no other', () => {
    const of = (more: object) => viewOf(resolve({ kind: 'permuted', tasks: 3, ...more }), context);
    expect(of({}).tasks).toEqual(Array.from({ length: 3 }, () => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    expect(of({}).thumbnails?.tasks.map((images) => images.length)).toEqual([10, 0, 0]);
    expect(of({ identityFirst: false }).thumbnails).toBeUndefined();
  });

  it('calls tasks by the names of their classes where the data set has some', () => {
    const fashion = viewOf(resolve({ dataset: 'fashion-mnist', tasks: 5 }), context);
    expect(fashion.names?.[1]).toBe('Pullover / Dress');
    expect(fashion).not.toHaveProperty('classNames');
    expect(viewOf(resolve({ tasks: 5 }), context)).not.toHaveProperty('names');
    const dealt = viewOf(resolve({ dataset: 'fashion-mnist', tasks: 5, classOrder: 'per-seed' }), context);
    expect(dealt).not.toHaveProperty('names');
    expect(dealt.classNames?.[9]).toBe('Ankle boot');
  });

  it('has no images where every seed deals the classes for itself', () => {
    const experiment = resolve({ classOrder: 'per-seed' });
    expect(viewOf(experiment, context).tasks).toBeUndefined();
    expect(viewOf(experiment, context).thumbnails).toBeUndefined();
  });

  it('has tasks of as many classes as the file deals them', () => {
    const { tasks, names, thumbnails } = viewOf(resolve({ classesPerTask: [4, 2, 3] }), context);
    expect(tasks).toEqual([
      [0, 1, 2, 3],
      [4, 5],
      [6, 7, 8],
    ]);
    expect(names).toBeUndefined();
    expect(thumbnails?.tasks.map(({ length }) => length)).toEqual([4, 6, 6]);
  });

  it('shows images turned by the angles of a list, and none where each seed draws them', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
    const plain = Buffer.from(bytes).toString('base64');
    const thumbnails = { mnist: { side: 4, classes: { 0: [plain] } } };
    const of = (angles: unknown) => viewOf(resolve({ kind: 'rotated', angles }), { ...context, thumbnails });
    const { names, thumbnails: shown } = of([0, 30]);
    expect(names).toEqual(['rotation 0°', 'rotation 30°']);
    const turned = [...rotatedView([4, 4, 1], 30)].map((from) => bytes[from] ?? 0);
    expect(shown).toEqual({ side: 4, tasks: [[plain], [Buffer.from(turned).toString('base64')]] });
    expect(of('buzzega')).toMatchObject({ namedByRuns: true });
    expect([of('buzzega').names, of('buzzega').thumbnails]).toEqual([undefined, undefined]);
  });

  it('turns pictures in colour, and shows none of data sets whose pictures are not alike', () => {
    const bytes = Uint8Array.from({ length: 48 }, (_, i) => i + 1);
    const plain = Buffer.from(bytes).toString('base64');
    const mnist = { side: 4, channels: 3 as const, classes: { 0: [plain] } };
    const of = (stream: object, fashion: object = mnist) =>
      viewOf(resolve(stream), { ...context, thumbnails: { mnist, 'fashion-mnist': fashion as typeof mnist } })
        .thumbnails;
    const turned = [...rotatedView([4, 4, 3], 30)].map((from) => bytes[from] ?? 0);
    expect(of({ kind: 'rotated', angles: [0, 30] })).toEqual({
      side: 4,
      channels: 3,
      tasks: [[plain], [Buffer.from(turned).toString('base64')]],
    });
    const both = { kind: 'parts', parts: [{}, { dataset: 'fashion-mnist' }] };
    expect(of(both)?.tasks).toEqual([[plain], [plain]]);
    expect(of(both, { side: 4, classes: { 0: [plain] } })).toBeUndefined();
  });

  it('shows each part of a stream as it is, by name', () => {
    const parts = [
      { kind: 'permuted', tasks: 2 },
      { kind: 'split', classOrder: [3, 1], tasks: 2 },
      { kind: 'rotated', angles: [90] },
      {},
    ];
    const image = btoa('\0'.repeat(28 * 28));
    const images = Object.fromEntries(Object.keys(classes).map((label) => [label, Array<string>(6).fill(image)]));
    const thumbnails = { mnist: { side: 28, classes: images } };
    const view = viewOf(resolve({ kind: 'parts', parts }), { ...context, thumbnails });
    expect(view.names).toEqual([
      'MNIST identity',
      'MNIST permutation 2',
      'MNIST 3',
      'MNIST 1',
      'MNIST rotation 90°',
      'MNIST',
    ]);
    expect(view.thumbnails?.tasks.map(({ length }) => length)).toEqual([10, 0, 6, 6, 10, 10]);
    expect(view.tasks?.map((classes) => classes.length)).toEqual([10, 10, 1, 1, 10, 10]);
  });
});

it('without a file the newest settings of each variant are shown, with the seeds they were run with', () => {
  const manifest = (key: string, hash: string, seed: number, created: number) =>
    manifestSchema.parse({
      lethe: RUN_FORMAT,
      trainer: 'lethe',
      id: `${key}-${hash}-${seed}`,
      created,
      experiment: { name: `name ${created}`, file: 'a.lethe.json' },
      variant: { key, label: key, hash },
      seed,
      spec: { stream: {}, network: {}, training: {}, evaluation: {}, methods: [{ method: key, settings: {} }] },
    });
  const view = viewOfRuns([manifest('ewc', 'old', 9, 1), manifest('ewc', 'new', 2, 2), manifest('ewc', 'new', 1, 3)], {
    ...context,
    fileTrouble: { kind: 'missing' },
  });
  expect(view).toMatchObject({ name: 'name 3', seeds: [1, 2], fileTrouble: { kind: 'missing' } });
  expect(view.variants.map(({ key, hash }) => [key, hash])).toEqual([['ewc', 'new']]);
});

it('the tasks of another program are called as its runs call them', () => {
  const manifest = manifestSchema.parse({
    ...{ lethe: RUN_FORMAT, trainer: 'program', program: 'train.py', id: 'a', created: 1, seed: 1 },
    experiment: { name: 'Two domains' },
    variant: { key: 'none', label: 'None', hash: 'h' },
    spec: { methods: [{ method: 'none' }] },
  });
  const view = viewOfRuns([manifest], context);
  expect(view.namedByRuns).toBe(true);
  // Of a method of another program that has the name of one of Lethe's nothing is expected.
  expect(view.variants.map(({ expect: said }) => said)).toEqual([undefined]);
});

it('shows what steers the reading direction in names as text', () => {
  const experiment = resolve({});
  const evil = '\u202ex\n';
  const variants = experiment.variants.map((variant) => ({ ...variant, label: evil }));
  const { name, variants: shown } = viewOf({ ...experiment, name: evil, variants }, context);
  expect([name, ...shown.map(({ label }) => label)]).toEqual(Array.from({ length: 4 }, () => '\\u202ex '));
});

it('tells by what variants are judged, with a bounded number of fields that differ', () => {
  const fields = Array.from({ length: 50 }, (_, i) => ({ field: `training.${i}`, ours: 1, theirs: 2 }));
  const published = { measure: 'accuracy' as const, value: 0.2, source: 'a paper', sure: 'read' as const };
  const yardsticksOf = (_: unknown, { key }: { readonly key: string }) =>
    key === 'none' ? [{ published, fields }] : [];
  const view = viewOf(resolve({ tasks: 5 }), { ...context, yardsticksOf });
  expect(view.variants.find(({ key }) => key === 'none')?.yardsticks).toEqual([
    { published, fields: fields.slice(0, 20) },
  ]);
  expect(view.variants.filter(({ yardsticks }) => yardsticks).map(({ key }) => key)).toEqual(['none']);
});
