import { describe, expect, it } from 'vitest';
import { firstDifference } from './difference';

const log = (...events: object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');
const started = { type: 'started', at: 1, pid: 10, backend: { name: 'wasm', version: '4', why: 'fast' } };
const task = (n: number) => ({ type: 'task-start', at: 2, task: n, steps: 4 });
const plan = (n: number, s: number) => ({ type: 'plan', at: 3, task: n, step: s, steps: 4 });
const step = (n: number, s: number, loss = 0.5) => ({ type: 'step', at: 3, task: n, step: s, loss });
const taskEnd = (n: number) => ({ type: 'task-end', at: 4, task: n, accuracy: [0.5] });
const checkpoint = (n: number, s: number) => ({ type: 'checkpoint', at: 4, task: n, step: s, sha256: `of ${n}, ${s}` });
const warning = (message: string) => ({ type: 'warning', at: 4, message });
const phase = (n: number, done: number) => ({ type: 'phase', at: 4, task: n, name: 'fisher', done });
const ended = (status: string) => ({ type: 'ended', at: 5, status, seconds: 7 });
const resumed = (n: number, s: number) => ({ type: 'resumed', at: 6, task: n, step: s, pid: 11 });

const first = [task(0), step(0, 2), step(0, 4), taskEnd(0), checkpoint(1, 0)];
const second = [task(1), step(1, 2), step(1, 4), taskEnd(1), checkpoint(2, 0)];
const whole = log(started, ...first, ...second, ended('done'));

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

  it('differ in the checksum of a checkpoint, and where one is missing', () => {
    expect(firstDifference(whole, whole.replace('of 1, 0', 'of another'))).toMatchObject({ line: 6, field: 'sha256' });
    expect(firstDifference(log(started, ...first.slice(0, -1), ...second, ended('done')), whole)?.line).toBe(6);
  });

  /** Logs of runs that did not go through in one go. */
  const interrupted: [string, string][] = [
    [
      'was stopped amid a task',
      log(
        ...[started, task(0), step(0, 2), checkpoint(0, 3), ended('stopped')],
        ...[resumed(0, 3), ...first.slice(2), ...second, ended('done')],
      ),
    ],
    [
      'was stopped before the first step of the first task',
      log(started, task(0), checkpoint(0, 0), ended('stopped'), resumed(0, 0), ...first, ...second, ended('done')),
    ],
    [
      'was stopped before the first step of a later task, twice',
      log(
        ...[started, ...first, task(1), checkpoint(1, 0), ended('stopped')],
        ...[resumed(1, 0), task(1), checkpoint(1, 0), ended('stopped'), resumed(1, 0), ...second, ended('done')],
      ),
    ],
    [
      'was stopped amid a task, resumed, killed, and resumed from there again',
      log(
        ...[started, task(0), step(0, 2), checkpoint(0, 3), ended('stopped'), resumed(0, 3), step(0, 4), taskEnd(0)],
        ...[resumed(0, 3), ...first.slice(2), ...second, ended('done')],
      ),
    ],
    [
      'was stopped while the method was at work, which it began anew',
      log(
        ...[started, ...first, ...second.slice(0, 3), phase(1, 0), phase(1, 0.3), checkpoint(1, 4), ended('stopped')],
        ...[resumed(1, 4), phase(1, 0), phase(1, 0.3), phase(1, 1), taskEnd(1), checkpoint(2, 0), ended('done')],
      ),
    ],
    [
      'was stopped after the plan of a task was corrected that had taken no step, which is said again if it is so',
      log(
        ...[started, ...first, task(1), plan(1, 0), checkpoint(1, 0), ended('stopped'), resumed(1, 0), task(1)],
        ...[plan(1, 0), checkpoint(1, 0), ended('stopped'), resumed(1, 0), ...second, ended('done')],
      ),
    ],
    [
      'was killed in the middle of a line',
      log(started, ...first, task(1)) + '{"type":"step","at":3,"ta\n' + log(resumed(1, 0), ...second, ended('done')),
    ],
    [
      'was killed before a checkpoint was announced',
      log(started, ...first, ...second.slice(0, 4), resumed(1, 0), ...second, ended('done')),
    ],
    [
      'was killed while a checkpoint was announced',
      log(started, ...first, ...second.slice(0, 4)) +
        '{"type":"checkpoint","task":2,"st\n' +
        log(resumed(1, 0), ...second, ended('done')),
    ],
    ['was killed after a checkpoint was announced', log(started, ...first, resumed(1, 0), ...second, ended('done'))],
    [
      'was killed after its last checkpoint was announced',
      log(started, ...first, ...second, resumed(2, 0), ended('done')),
    ],
    [
      'was killed before its first checkpoint was announced, and began anew',
      log(started, ...first.slice(0, 4), started, ...first, ...second, ended('done')),
    ],
    [
      'lost its last checkpoint, and went on from the one before',
      log(
        ...[started, ...first, ...second, ended('failed'), resumed(1, 0), warning('damaged')],
        ...[...second, ended('done')],
      ),
    ],
    [
      'lost a checkpoint amid a task, and went on from the one before',
      log(
        ...[started, ...first, task(1), step(1, 2), checkpoint(1, 3), ended('stopped')],
        ...[resumed(1, 0), warning('damaged'), ...second, ended('done')],
      ),
    ],
    [
      'lost all its checkpoints, and began anew',
      log(
        started,
        ...first,
        ...second,
        ended('failed'),
        started,
        warning('damaged'),
        ...first,
        ...second,
        ended('done'),
      ),
    ],
    [
      'lost a checkpoint, went on from the one before, and was killed at once, twice',
      log(
        ...[started, ...first, ...second, resumed(1, 0), warning('damaged'), resumed(1, 0), task(1), step(1, 2)],
        ...[resumed(1, 0), ...second, ended('done')],
      ),
    ],
    [
      'has settings filled in, which it says each time',
      log(started, warning('filled in'), ...first, resumed(1, 0), warning('filled in'), ...second, ended('done')),
    ],
  ];

  it.each(interrupted)('are equal when one %s', (_, recorded) => {
    expect(firstDifference(recorded, whole)).toBeUndefined();
    expect(firstDifference(whole, recorded)).toBeUndefined();
  });

  it.each(interrupted)('differ where they do although one %s', (_, recorded) => {
    const other = recorded.replaceAll('"step":4,"loss":0.5', '"step":4,"loss":0.6');
    expect(other).not.toBe(recorded);
    expect(firstDifference(other, whole)).toMatchObject({ field: 'loss', recorded: '0.6', repeated: '0.5' });
  });

  it('do not hide a difference before the checkpoint a run went on from', () => {
    const recorded = interrupted[0]?.[1].replace('"loss":0.5', '"loss":0.6') ?? '';
    expect(firstDifference(recorded, whole)).toMatchObject({ line: 3, field: 'loss' });
  });

  it('differ where one went on from a checkpoint of which it does not tell', () => {
    const recorded = log(started, ...first.slice(0, 4), resumed(1, 0), ...second, ended('done'));
    expect(firstDifference(recorded, whole)).toMatchObject({ recorded: '"task-start"', repeated: '"checkpoint"' });
  });
});
