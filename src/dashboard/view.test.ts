import { describe, expect, it } from 'vitest';
import { experimentSchema, resolveExperiment } from '../core/experiment';
import { manifestSchema, RUN_FORMAT } from '../core/manifest';
import { specHash, specOf } from '../runs/index';
import { classesOfTasks, viewOf, viewOfRuns } from './view';

const resolve = (stream: object) =>
  resolveExperiment(experimentSchema.parse({ name: 'x', stream, seeds: 2, methods: [{ method: 'packnet' }] }));
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

  it('has no images where every seed deals the classes for itself', () => {
    const experiment = resolve({ classOrder: 'per-seed' });
    expect(classesOfTasks(experiment.stream, 10)).toBeUndefined();
    expect(viewOf(experiment, context).thumbnails).toBeUndefined();
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
    fileTrouble: 'missing',
  });
  expect(view).toMatchObject({ name: 'name 3', seeds: [1, 2], fileTrouble: 'missing' });
  expect(view.variants.map(({ key, hash }) => [key, hash])).toEqual([['ewc', 'new']]);
});

it('shows what steers the reading direction in names as text', () => {
  const experiment = resolve({});
  const evil = '\u202ex\n';
  const variants = experiment.variants.map((variant) => ({ ...variant, label: evil }));
  const { name, variants: shown } = viewOf({ ...experiment, name: evil, variants }, context);
  expect([name, ...shown.map(({ label }) => label)]).toEqual(Array.from({ length: 4 }, () => '\\u202ex '));
});
