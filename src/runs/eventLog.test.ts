import fc from 'fast-check';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../core/events';
import { LogFold, LogTail, readLog } from './eventLog';

const events: RunEvent[] = [
  {
    type: 'started',
    at: 1,
    schema: 1,
    backend: { name: 'cpu', version: '0', why: 'no “native” – 原生' },
    tasks: [{ name: 'eins', classes: [0, 1], train: 2, test: 2 }],
    steps: [10],
  },
  { type: 'task-start', at: 2, task: 0, steps: 10 },
  { type: 'step', at: 3, task: 0, step: 5, loss: 0.25 },
  { type: 'warning', at: 4, message: 'Größe 漢字' },
  { type: 'task-end', at: 5, task: 0, accuracy: [0.5], taskAware: [null], memoryBytes: 12 },
  { type: 'ended', at: 6, status: 'done' },
];
const lines = events.map((event) => JSON.stringify(event));
const text = Buffer.from(`${lines.join('\n')}\n`);
const complete = (bytes: Buffer) => bytes.toString('latin1').split('\n').length - 1;

describe('a log', () => {
  it('cut off at any byte gives the events of its complete lines, never more and never an error', () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const prefix = text.subarray(0, cut);
      const fold = new LogFold();
      expect(fold.take(prefix)).toEqual(events.slice(0, complete(prefix)));
      expect(fold.state.malformed).toBe(0);
    }
  });

  it('cut off at any byte and never completed has one malformed line, or a whole event without its newline', () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const fold = new LogFold();
      const got = [...fold.take(text.subarray(0, cut)), ...fold.settle()];
      expect(got).toEqual(events.slice(0, got.length));
      const whole = cut === 0 || text[cut - 1] === 10 || text[cut] === 10;
      expect(fold.isTorn).toBe(!whole);
    }
  });

  it('reads the same however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        const fold = new LogFold();
        const got = places.flatMap((end, i) => (i === 0 ? [] : fold.take(text.subarray(places[i - 1], end))));
        expect(got).toEqual(events);
      }),
      { numRuns: 200 },
    );
  });

  it('never throws on bytes of any kind, and counts lines that are no events', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const fold = new LogFold();
        expect(fold.take(Buffer.from(bytes))).toEqual([]);
      }),
    );
  });

  it('keeps what stands around a torn line, an unknown event and a blank line', () => {
    const fold = new LogFold();
    const [first = '', second = ''] = lines;
    const got = fold.take(Buffer.from([first, '{"type":"st', '', '{"type":"news","at":1}', second, ''].join('\n')));
    expect(got).toEqual(events.slice(0, 2));
    expect(fold.state.malformed).toBe(1);
    expect(fold.state.unknownTypes).toEqual(['news']);
  });

  it('takes an event without its newline once, also when the newline comes later', () => {
    const fold = new LogFold();
    expect(fold.take(Buffer.from(lines[0] ?? ''))).toEqual([]);
    expect(fold.settle()).toEqual(events.slice(0, 1));
    expect(fold.take(Buffer.from(`\n${lines[1] ?? ''}\n`))).toEqual(events.slice(1, 2));
    expect(fold.state.malformed).toBe(0);
  });
});

describe('the tail of a log file', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lethe-log-'));
    file = join(folder, 'events.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is empty for a file that does not exist', async () => {
    expect(await new LogTail(file).read()).toEqual({ events: [], restarted: false });
    expect(await readLog(file, true)).toEqual({ events: [], malformed: 0, unknownTypes: [] });
  });

  it('gives each event once as the file grows', async () => {
    const tail = new LogTail(file);
    const got: RunEvent[] = [];
    for (let from = 0; from < text.length; from += 17) {
      appendFileSync(file, text.subarray(from, from + 17));
      got.push(...(await tail.read()).events);
    }
    expect(got).toEqual(events);
    expect(tail.state.status).toBe('done');
  });

  it('starts over when the file was replaced by a shorter one', async () => {
    const tail = new LogTail(file);
    writeFileSync(file, text);
    await tail.read();
    writeFileSync(file, `${lines[0] ?? ''}\n`);
    expect(await tail.read()).toEqual({ events: events.slice(0, 1), restarted: true });
    expect(tail.state.status).toBe('running');
  });

  it('counts a torn last line as malformed once nobody writes it any more', async () => {
    writeFileSync(file, text.subarray(0, text.length - 5));
    expect((await readLog(file, false)).malformed).toBe(0);
    expect((await readLog(file, true)).malformed).toBe(1);
  });
});
