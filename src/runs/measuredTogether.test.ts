import { expect, it } from 'vitest';
import { nothingMeasured } from '../core/analyses/courses';
import { pathResultSchema, type PathResult } from '../core/analyses/path';
import { knownSeveral } from '../core/analyses/severalResults';
import type { Run } from '../core/run';
import { measuredTogether } from './measuredTogether';
import { FileFault } from './regularFile';

const run = (id: string, status: Run['status'] = 'done') =>
  ({ manifest: { id, trainer: 'lethe' }, status, state: {} }) as unknown as Run;
const pathOf = (distance: number): PathResult =>
  pathResultSchema.parse({
    ...{ lethe: 1, analysis: 'path', revision: 2, settings: {}, backend: 'cpu', distance, shares: [0], profiles: [] },
    ends: [0, 1].map((task) => ({ run: 'a', task, sha256: 'x' })),
  });
const listed = (name: string, at: number, hash = 'x') => knownSeveral({ name, at }, pathOf(at), () => hash);

it('a report has the newest results whose parameters are as they were, and none that cannot be read', async () => {
  const several = [listed('six', 6), listed('gone', 5), listed('two', 2), listed('stale', 9, 'y'), listed('one', 1)];
  const more = [listed('seven', 7), listed('four', 4)];
  const read: string[] = [];
  const store = {
    analysesOf: (id: string) =>
      id === 'broken'
        ? Promise.reject(new FileFault(id, 'is not there'))
        : Promise.resolve({ ...nothingMeasured, several: id === 'a' ? several : more }),
    severalOf: (_: string, name: string) => {
      read.push(name);
      const at = [...several, ...more].find((known) => known.name === name)?.at ?? 0;
      return name === 'gone' ? Promise.reject(new FileFault(name, 'is not there')) : Promise.resolve(pathOf(at));
    },
  };
  const found = await measuredTogether(store, [run('broken'), run('a'), run('b'), run('c', 'running')]);
  // Of all runs together, whichever they lie beside; of what is left out nothing is read.
  expect(found.map((result) => result.analysis === 'path' && result.distance)).toEqual([7, 6, 4, 2]);
  expect(read).toEqual(['seven', 'six', 'gone', 'four', 'two']);
});

it('what else goes wrong is not hidden', async () => {
  const store = { analysesOf: () => Promise.reject(new Error('no')), severalOf: () => Promise.resolve(pathOf(1)) };
  await expect(measuredTogether(store, [run('a')])).rejects.toThrow('no');
});
