import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEarlierLog } from './earlierLog';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-earlier-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const started = {
  ...{ type: 'started', at: 1, schema: 1, backend: { name: 'wasm', version: '4' }, steps: [4] },
  tasks: [{ name: 'a', classes: [0], train: 1, test: 1 }],
};
const checkpoint = (task: number, step: number, sha256: string) => ({
  ...{ type: 'checkpoint', at: 1, task, step, file: 'f' },
  sha256,
});
const resumed = (task: number, step: number) => ({ type: 'resumed', at: 1, task, step });
const warning = (message: string) => ({ type: 'warning', at: 1, message });

function read(...lines: (object | string)[]) {
  const file = path.join(folder, 'events.jsonl');
  writeFileSync(file, lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''));
  const { checkpoints, warnings } = readEarlierLog(file);
  return { checkpoints: checkpoints.map(({ sha256 }) => sha256), warnings };
}

describe('what a log tells those that go on with the run', () => {
  it('is its checkpoints in order, and its warnings', () => {
    const log = [started, warning('slow'), checkpoint(1, 0, 'a'), { type: 'ended', at: 1, status: 'stopped' }];
    expect(read(...log, checkpoint(2, 0, 'b'))).toEqual({ checkpoints: ['a', 'b'], warnings: ['slow'] });
    expect(read('')).toEqual({ checkpoints: [], warnings: [] });
  });

  it('leaves out what was before the run began anew', () => {
    const log = [started, checkpoint(1, 0, 'a'), warning('damaged'), started, warning('slow'), checkpoint(1, 0, 'c')];
    expect(read(...log)).toEqual({ checkpoints: ['c'], warnings: ['slow'] });
  });

  it('leaves out checkpoints that became void when the run went on from an older one', () => {
    const log = [started, checkpoint(1, 0, 'a'), checkpoint(2, 0, 'b'), checkpoint(2, 3, 'c')];
    expect(read(...log, resumed(2, 3)).checkpoints).toEqual(['a', 'b', 'c']);
    expect(read(...log, resumed(2, 0)).checkpoints).toEqual(['a', 'b']);
    expect(read(...log, resumed(1, 0), checkpoint(2, 0, 'd')).checkpoints).toEqual(['a', 'd']);
  });

  it('takes a last line that only lacks its end, and no torn one', () => {
    const line = JSON.stringify(checkpoint(1, 0, 'a'));
    expect(read(started, line).checkpoints).toEqual(['a']);
    expect(read(started, line.slice(0, -9)).checkpoints).toEqual([]);
    expect(read(started, `${line.slice(0, -9)}\n`, checkpoint(1, 0, 'b')).checkpoints).toEqual(['b']);
  });

  it('is found in a log of many megabytes, between lines without end, whatever the characters', () => {
    const step = `${JSON.stringify({ type: 'step', at: 1, task: 0, step: 1, loss: 0.5 })}\n`;
    const message = 'ä😀'.repeat(1000);
    const log = [started, step.repeat(30_000), warning(message), 'checkpoint"'.repeat(300_000), '\n'];
    const { checkpoints, warnings } = read(...log, step.repeat(30_000), checkpoint(1, 0, 'a'));
    expect(checkpoints).toEqual(['a']);
    expect(warnings).toEqual([message]);
  });
});
