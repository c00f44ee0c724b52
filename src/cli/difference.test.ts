import { describe, expect, it } from 'vitest';
import { firstDifference } from './difference';

const log = (...events: object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');
const started = { type: 'started', at: 1, pid: 10, backend: { name: 'wasm', version: '4', why: 'fast' } };
const task = (n: number) => ({ type: 'task-start', at: 2, task: n, steps: 4 });
const step = (n: number, s: number, loss = 0.5) => ({ type: 'step', at: 3, task: n, step: s, loss });
const checkpoint = (n: number, s: number) => ({ type: 'checkpoint', at: 4, task: n, step: s, sha256: 'ab' });
const ended = (status: string) => ({ type: 'ended', at: 5, status, seconds: 7 });
const resumed = (n: number, s: number) => ({ type: 'resumed', at: 6, task: n, step: s, pid: 11 });

const whole = log(started, task(0), step(0, 2), step(0, 4), checkpoint(1, 0), task(1), step(1, 4), ended('done'));

describe('two logs of a run', () => {
  it('are equal when only times, processes and reasons differ', () => {
    const other = whole.replaceAll('"at":', '"at":9').replace('"pid":10', '"pid":77').replace('fast', 'first');
    expect(firstDifference(whole, other)).toBeUndefined();
  });

  it('differ in the last bit of a number, at its line and field', () => {
    const other = whole.replace('"loss":0.5', '"loss":0.5000000000000001');
    expect(firstDifference(whole, other)).toEqual({
      line: 3,
      field: 'loss',
      recorded: '0.5',
      repeated: '0.5000000000000001',
    });
  });

  it('differ in fields within fields', () => {
    expect(firstDifference(whole, whole.replace('"version":"4"', '"version":"5"'))?.field).toBe('backend.version');
  });

  it('differ when one is longer', () => {
    expect(firstDifference(whole, log(started))).toMatchObject({ line: 2, repeated: 'nothing' });
    expect(firstDifference(log(started), whole)).toMatchObject({ line: 2, recorded: 'nothing' });
  });

  it('are equal when one was stopped amid a task and resumed', () => {
    const interrupted = log(
      ...[started, task(0), step(0, 2), checkpoint(0, 3), ended('stopped')],
      ...[resumed(0, 3), step(0, 4), checkpoint(1, 0), task(1), step(1, 4), ended('done')],
    );
    expect(firstDifference(interrupted, whole)).toBeUndefined();
  });

  it('are equal when one was stopped before the first step of a task', () => {
    const interrupted = log(
      ...[started, task(0), checkpoint(0, 0), ended('stopped'), resumed(0, 0)],
      ...[task(0), step(0, 2), step(0, 4), checkpoint(1, 0), task(1), step(1, 4), ended('done')],
    );
    expect(firstDifference(interrupted, whole)).toBeUndefined();
  });

  it('are equal when one crashed in the middle of a line and went on from the last checkpoint', () => {
    const interrupted =
      log(started, task(0), step(0, 2), step(0, 4), checkpoint(1, 0), task(1)) +
      '{"type":"step","at":3,"ta\n' +
      log(resumed(1, 0), task(1), step(1, 4), ended('done'));
    expect(firstDifference(interrupted, whole)).toBeUndefined();
  });

  it('do not hide a difference before the checkpoint a run went on from', () => {
    const interrupted = log(
      ...[started, task(0), step(0, 2, 0.6), checkpoint(0, 3), ended('stopped')],
      ...[resumed(0, 3), step(0, 4), checkpoint(1, 0), task(1), step(1, 4), ended('done')],
    );
    expect(firstDifference(interrupted, whole)).toMatchObject({ line: 3, field: 'loss' });
  });
});
