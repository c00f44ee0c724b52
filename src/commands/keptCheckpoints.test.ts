import { expect, it } from 'vitest';
import { experimentOf, runOf } from '../report/testRuns';
import { keptCheckpoints, nameOf, wordsFor } from './keptCheckpoints';

const runWith = (keep: unknown) => {
  const experiment = experimentOf(
    JSON.stringify({
      ...{
        name: 'x',
        stream: { dataset: 'mnist', tasks: 5 },
        seeds: 1,
        methods: ['none'].map((method) => ({ method })),
      },
      ...(keep !== undefined && { evaluation: { keep } }),
    }),
  );
  const variant = experiment.variants.find(({ key }) => key === 'none');
  if (!variant) throw new Error('There is no variant.');
  return { folder: '/w', run: runOf(experiment, variant, 1, 'done') };
};
const tasks = (keep?: unknown) => keptCheckpoints(runWith(keep)).map(({ task }) => task);

it('checkpoints are those that the run kept, in the order of its tasks', () => {
  expect(tasks()).toEqual([0, 1, 2, 3, 4]);
  expect(tasks('last')).toEqual([4]);
  expect(tasks(2)).toEqual([1, 3, 4]);
});

it('checkpoints are named as the command line names them', () => {
  const of = runWith(undefined);
  const { id } = of.run.manifest;
  expect(wordsFor([{ of }, { of, task: 0 }])).toEqual([id, `${id}@1`]);
  expect(nameOf(of)).toBe('None, seed 1');
});
