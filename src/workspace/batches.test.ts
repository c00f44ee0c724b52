import { expect, it } from 'vitest';
import type { Run, RunStatus } from '../core/run';
import { manifestFor, runOf } from '../runs/testManifests';
import { Batches } from './batches';

const run = (id: string, status: RunStatus, name = 'Test'): Run =>
  runOf({ ...manifestFor({ id }), experiment: { name } }, status);
const idsOf = (batches: ReturnType<Batches['finished']>) =>
  batches.map(({ runs }) => runs.map(({ manifest }) => manifest.id));

it('is over when none of an experiment is at work any more, once, with all that were', () => {
  const batches = new Batches();
  const seen = (...runs: Run[]) => idsOf(batches.finished('/ws', runs));
  expect(seen(run('old', 'done'))).toEqual([]);
  expect(seen(run('old', 'done'), run('a', 'running'), run('b', 'queued'))).toEqual([]);
  expect(seen(run('old', 'done'), run('a', 'done'), run('b', 'running'))).toEqual([]);
  expect(seen(run('old', 'done'), run('a', 'done'), run('b', 'failed'))).toEqual([['a', 'b']]);
  expect(seen(run('old', 'done'), run('a', 'done'), run('b', 'failed'))).toEqual([]);
  expect(seen(run('old', 'done'), run('a', 'done'), run('b', 'running'))).toEqual([]);
  expect(seen(run('old', 'done'), run('a', 'done'), run('b', 'done'))).toEqual([['b']]);
});

it('is of one experiment of one folder', () => {
  const batches = new Batches();
  batches.finished('/ws', [run('a', 'running', 'One'), run('b', 'running', 'Two')]);
  batches.finished('/other', [run('c', 'running', 'One')]);
  expect(idsOf(batches.finished('/ws', [run('a', 'done', 'One'), run('b', 'running', 'Two')]))).toEqual([['a']]);
  expect(idsOf(batches.finished('/other', [run('c', 'done', 'One')]))).toEqual([['c']]);
});

it('says nothing of runs that were deleted', () => {
  const batches = new Batches();
  batches.finished('/ws', [run('a', 'running'), run('old', 'done')]);
  expect(batches.finished('/ws', [run('old', 'done')])).toEqual([]);
});
