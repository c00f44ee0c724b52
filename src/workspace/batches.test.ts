import { expect, it } from 'vitest';
import type { Run, RunStatus } from '../core/run';
import { manifestFor, runOf } from '../runs/testManifests';
import { Batches } from './batches';

const SINCE = 1000;
const run = (id: string, status: RunStatus, name = 'Test'): Run =>
  runOf({ ...manifestFor({ id }), experiment: { name } }, status);
const runMadeAt = (created: number, id: string, status: RunStatus): Run =>
  runOf({ ...manifestFor({ id }), experiment: { name: 'Test' }, created }, status);
const idsOf = (batches: ReturnType<Batches['finished']>) =>
  batches.map(({ runs }) => runs.map(({ manifest }) => manifest.id));

it('is over when none of an experiment is at work any more, once, with all that were', () => {
  const batches = new Batches(SINCE);
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
  const batches = new Batches(SINCE);
  batches.finished('/ws', [run('a', 'running', 'One'), run('b', 'running', 'Two')]);
  batches.finished('/other', [run('c', 'running', 'One')]);
  expect(idsOf(batches.finished('/ws', [run('a', 'done', 'One'), run('b', 'running', 'Two')]))).toEqual([['a']]);
  expect(idsOf(batches.finished('/other', [run('c', 'done', 'One')]))).toEqual([['c']]);
});

it('says nothing of runs that were deleted', () => {
  const batches = new Batches(SINCE);
  batches.finished('/ws', [run('a', 'running'), run('old', 'done')]);
  expect(batches.finished('/ws', [run('old', 'done')])).toEqual([]);
});

it('has runs that were over before anybody saw them at work, once, and none from before', () => {
  const batches = new Batches(SINCE);
  const seen = (...runs: Run[]) => idsOf(batches.finished('/ws', runs));
  const old = runMadeAt(SINCE - 1, 'old', 'failed');
  expect(seen(old)).toEqual([]);
  expect(seen(old, runMadeAt(SINCE, 'a', 'crashed'))).toEqual([['a']]);
  expect(seen(old, runMadeAt(SINCE, 'a', 'crashed'))).toEqual([]);
  expect(seen(old, runMadeAt(SINCE, 'a', 'crashed'), runMadeAt(SINCE + 1, 'b', 'running'))).toEqual([]);
  expect(seen(old, runMadeAt(SINCE, 'a', 'crashed'), runMadeAt(SINCE + 1, 'b', 'done'))).toEqual([['b']]);
});
