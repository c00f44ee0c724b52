import { describe, expect, it } from 'vitest';
import type { DashboardView, RunSnapshot } from '../src/core/messages';
import { emptyModel, receive, type DashboardModel } from './liveRuns';
import { evaluation, manifest, started } from './testRuns';

const view: DashboardView = { name: 'x', variants: [], seeds: [1], trusted: true };
const snapshot = (id: string): RunSnapshot => ({
  manifest: manifest(id),
  status: 'running',
  events: [started()],
  malformed: 2,
  firstMalformed: 'not JSON',
  unknownTypes: ['histogram'],
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

  it('a delta adds events, keeps what it does not mention, and changes the status', () => {
    const delta = { id: 'a', status: 'crashed' as const, events: [evaluation(0, 5, [0.5])], outputTail: 'oops' };
    const { model, outcome } = receive(begin(), { type: 'delta', seq: 2, runs: [delta] });
    expect(outcome).toBe('changed');
    const run = model.runs.get('a');
    expect(run).toMatchObject({ status: 'crashed', outputTail: 'oops' });
    expect(run?.state.curve).toHaveLength(1);
    expect(run?.state).toMatchObject({ malformed: 2, firstMalformed: 'not JSON' });
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
