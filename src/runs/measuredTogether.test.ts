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
const listed = (name: string, distance: number, hash = 'x') => knownSeveral(name, pathOf(distance), () => hash);

it('a report has the newest results whose parameters are as they were, and none that cannot be read', async () => {
  const several = [listed('one', 1), listed('stale', 2, 'y'), listed('gone', 3), listed('five', 5), listed('six', 6)];
  const more = [listed('seven', 7), listed('eight', 8)];
  const read: string[] = [];
  const store = {
    analysesOf: (id: string) =>
      id === 'broken'
        ? Promise.reject(new FileFault(id, 'is not there'))
        : Promise.resolve({ ...nothingMeasured, several: id === 'a' ? several : more }),
    severalOf: (_: string, name: string) => {
      read.push(name);
      const distance = [...several, ...more].findIndex((known) => known.name === name);
      return name === 'gone' ? Promise.reject(new FileFault(name, 'is not there')) : Promise.resolve(pathOf(distance));
    },
  };
  const found = await measuredTogether(store, [run('broken'), run('a'), run('b'), run('c', 'running')]);
  expect(read).not.toContain('stale');
  expect(found.map((result) => result.analysis === 'path' && result.distance)).toEqual([0, 3, 4, 5]);
});

it('what else goes wrong is not hidden', async () => {
  const store = { analysesOf: () => Promise.reject(new Error('no')), severalOf: () => Promise.resolve(pathOf(1)) };
  await expect(measuredTogether(store, [run('a')])).rejects.toThrow('no');
});
