import { describe, expect, it } from 'vitest';
import type { DashboardView, RunSnapshot } from '../src/core/messages';
import { foldEvents } from '../src/core/runModel';
import { emptyModel, receive, type DashboardModel } from './liveRuns';
import { manifest, started } from './testRuns';

const view: DashboardView = { name: 'x', variants: [], seeds: [1], trusted: true };
const snapshot = (id: string): RunSnapshot => ({
  manifest: manifest(id),
  status: 'running',
  state: { ...foldEvents([started()]), malformed: 2, firstMalformed: 'not JSON', unknownTypes: ['histogram'] },
});
const begin = (seq = 1): DashboardModel =>
  receive(emptyModel, { type: 'snapshot', seq, view, runs: [snapshot('a')] }).model;

describe('messages of the host', () => {
  it('a snapshot replaces everything', () => {
    const { model } = receive(begin(), { type: 'snapshot', seq: 7, view, runs: [snapshot('b')] });
    expect([...model.runs.keys()]).toEqual(['b']);
    expect(model.seq).toBe(7);
    expect(model.runs.get('b')?.state).toMatchObject({ status: 'running', malformed: 2, unknownTypes: ['histogram'] });
  });

  it('a run counts how often something else lies beside it; of one that is not shown nothing is said', () => {
    const once = receive(begin(), { type: 'analysed', run: 'a' }).model;
    expect(receive(once, { type: 'analysed', run: 'a' }).model.runs.get('a')?.analysed).toBe(2);
    expect(receive(begin(), { type: 'analysed', run: 'other' }).outcome).toBe('unchanged');
  });

  it('a delta changes what it mentions, adds rows, and keeps the rest', () => {
    const row = { task: 0, accuracy: [0.5], taskAware: [0.5], memoryBytes: 0 };
    const state = { set: { step: 5, error: 'no' }, lists: { rows: { from: 0, items: [row] } } };
    const delta = { id: 'a', status: 'crashed' as const, state, outputTail: 'oops' };
    const { model, outcome } = receive(begin(), { type: 'delta', seq: 2, runs: [delta] });
    expect(outcome).toBe('changed');
    const run = model.runs.get('a');
    expect(run).toMatchObject({ status: 'crashed', outputTail: 'oops' });
    expect(run?.state).toMatchObject({ step: 5, rows: [row], malformed: 2, firstMalformed: 'not JSON' });
    const next = receive(model, { type: 'delta', seq: 3, runs: [{ id: 'a', state: { set: { error: null } } }] });
    expect(next.model.runs.get('a')?.state.error).toBeUndefined();
    expect(next.model.runs.get('a')).toMatchObject({ status: 'crashed', outputTail: 'oops' });
  });

  it('a delta brings new runs and takes removed ones away', () => {
    const runs = [
      { id: 'b', snapshot: snapshot('b') },
      { id: 'a', removed: true },
    ];
    const { model } = receive(begin(), { type: 'delta', seq: 2, runs });
    expect([...model.runs.keys()]).toEqual(['b']);
  });

  it('a gap in the numbers is noticed, and nothing of the delta is taken in', () => {
    const before = begin();
    const { model, outcome } = receive(before, { type: 'delta', seq: 3, runs: [{ id: 'a', removed: true }] });
    expect(outcome).toBe('gap');
    expect(model).toBe(before);
  });

  it('a delta before any snapshot is a gap', () => {
    expect(receive(emptyModel, { type: 'delta', seq: 1, runs: [] }).outcome).toBe('gap');
  });

  it('a heartbeat tells whether the last message got lost', () => {
    expect(receive(begin(), { type: 'heartbeat', seq: 1 }).outcome).toBe('unchanged');
    expect(receive(begin(), { type: 'heartbeat', seq: 2 }).outcome).toBe('gap');
  });
});
