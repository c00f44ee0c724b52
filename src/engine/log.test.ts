import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseEventLine } from '../core/events';
import { EventLog } from './log';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => path.join(folder, 'events.jsonl');
const lines = () => readFileSync(file(), 'utf8').split('\n');

function write(...messages: string[]) {
  const log = new EventLog(file());
  for (const message of messages) log.write({ type: 'warning', message });
  log.close();
}

describe('the event log', () => {
  it('is one line for each event, written at once, with its time', () => {
    const before = Date.now();
    const log = new EventLog(file());
    log.write({ type: 'warning', message: 'two\nlines' });
    const [line = '', rest] = lines();
    log.close();
    expect(rest).toBe('');
    const read = parseEventLine(line);
    expect(read).toMatchObject({ kind: 'event', event: { type: 'warning', message: 'two\nlines' } });
    const { at } = JSON.parse(line) as { at: number };
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });

  it('goes on after the events of an earlier process', () => {
    write('first');
    write('second');
    expect(lines().map((line) => line.includes('first') || line.includes('second') || line)).toEqual([true, true, '']);
  });

  it('begins a new line after one that a killed process left torn', () => {
    write('whole');
    appendFileSync(file(), '{"type":"step","task":0,"st');
    write('after');
    expect(lines().map((line) => parseEventLine(line).kind)).toEqual(['event', 'malformed', 'event', 'malformed']);
    expect(lines()[2]).toContain('after');
  });

  it('adds no empty line to a log that is whole or empty', () => {
    writeFileSync(file(), '');
    write('only');
    expect(lines().length).toBe(2);
  });

  it('adds nothing to a torn line as long as there is nothing to say', () => {
    writeFileSync(file(), '{"type":"st');
    write();
    expect(readFileSync(file(), 'utf8')).toBe('{"type":"st');
  });

  it('is a file of its own: what stands there instead is named, and left alone', () => {
    mkdirSync(file());
    expect(() => new EventLog(file())).toThrow('events.jsonl is a folder');
    rmSync(file(), { recursive: true });
    const victim = path.join(folder, 'victim');
    for (const target of [victim, '/dev/zero']) {
      symlinkSync(target, file());
      expect(() => new EventLog(file())).toThrow('events.jsonl is a link, and links in a run folder are not followed');
      rmSync(file());
    }
    writeFileSync(victim, 'precious');
    symlinkSync(victim, file());
    expect(() => new EventLog(file())).toThrow(/link/);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe', () => {
    execFileSync('mkfifo', [file()]);
    expect(() => new EventLog(file())).toThrow('events.jsonl is no regular file');
  });

  it('holds text of any length and script', () => {
    const message = 'ä😀 '.repeat(50_000);
    write(message);
    expect(parseEventLine(lines()[0] ?? '')).toMatchObject({ event: { message } });
  });
});
