/** The Python client: its own tests, and that Lethe reads of its runs exactly what the client itself does. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare, measuresOf } from '../src/core/comparison';
import { doubtsOf } from '../src/core/doubts';
import { eventSchema, parseEventLine } from '../src/core/events';
import { manifestSchema } from '../src/core/manifest';
import type { RunMeasureName } from '../src/core/measures/table';
import { groupNamed } from '../src/core/namedExperiment';
import { pairedDifference } from '../src/core/pairedDifference';
import type { Run } from '../src/core/run';
import { checkedLog } from '../src/runs/checkedLog';
import { RunStore } from '../src/runs/index';
import { linesOfALog, otherLines } from './linesOfALog';

const client = path.join(__dirname, '..', 'clients', 'python');
/** Of Python, the newest that the client cannot do with. */
const NEWEST_TOO_OLD = [3, 8] as const;

/** Why there is nothing to run the client with. */
function reasonToSkip(): string | undefined {
  const { status, stdout } = spawnSync('python3', ['-c', 'import sys; print(*sys.version_info[:2])'], {
    encoding: 'utf8',
  });
  if (status !== 0) return 'there is no python3';
  const [major = 0, minor = 0] = stdout.trim().split(' ').map(Number);
  const isNew = major > NEWEST_TOO_OLD[0] || (major === NEWEST_TOO_OLD[0] && minor > NEWEST_TOO_OLD[1]);
  return isNew ? undefined : `python3 is ${major}.${minor}, and the client needs 3.9`;
}

const reason = reasonToSkip();
const python = (...args: string[]) => spawnSync('python3', ['-B', ...args], { cwd: client, encoding: 'utf8' });

/** Of what `unittest -v` prints, the tests that were skipped, by the reason. */
function skippedIn(told: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [, name = '', reason = ''] of told.matchAll(/^(\w+) \(.*?\)(?:\n.*)?? \.\.\. skipped '(.*)'$/gm))
    found.set(reason, [...(found.get(reason) ?? []), name]);
  return found;
}

const skippedText = (skipped: ReadonlyMap<string, readonly string[]>): string =>
  [...skipped].map(([reason, names]) => `  ${reason}: ${names.join(', ')}`).join('\n');

interface Found {
  readonly runs: readonly { readonly id: string; readonly measures: Readonly<Record<string, number | null>> }[];
  readonly pairs: Readonly<Record<string, { readonly mean: number | null; readonly p: number | null }>>;
  readonly evaluations: number;
}

const inCamelCase = (name: string) =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as RunMeasureName;
const orNull = (value: number) => (Number.isNaN(value) ? null : value);

it('the versions that the documentation says are those that the client is tested with', () => {
  const read = (...names: string[]) => readFileSync(path.join(__dirname, '..', ...names), 'utf8');
  const pinned = Array.from(
    read('clients', 'python', 'tests', 'requirements.txt').matchAll(/^([\w-]+)==(\S+)$/gm),
    ([, name, version]) => [name, version],
  );
  const [, table = ''] = read('docs', 'python.md').split('### Tested with');
  const told = Array.from(table.matchAll(/^\| ([\w-]+) +\| ([\d.]+) +\|$/gm), ([, name, version]) => [name, version]);
  expect(told.length).toBeGreaterThan(0);
  expect(told).toEqual(pinned);
});

describe.skipIf(reason)(`the Python client${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let workspace: string;
  let found: Found;
  let runs: readonly Run[];

  beforeAll(async () => {
    workspace = mkdtempSync(path.join(tmpdir(), 'lethe-client-'));
    const { stdout, stderr } = python(path.join('tests', 'paired_runs.py'), workspace);
    expect(stderr).toBe('');
    found = JSON.parse(stdout) as Found;
    runs = await new RunStore(workspace, { dist: workspace }).list();
  });
  afterAll(() => rmSync(workspace, { recursive: true }));

  it('passes its own tests: mistakes, stops, kills and resumption', () => {
    const { status, stderr } = python('-m', 'unittest', 'discover', '-v', '-s', 'tests');
    expect(status, stderr).toBe(0);
    const skipped = skippedIn(stderr);
    // Vitest keeps to itself what tests that pass say on the console.
    if (skipped.size > 0) writeSync(2, `Skipped (npm run test:python has them all):\n${skippedText(skipped)}\n`);
  });

  it('writes exactly what the schemas specify', () => {
    expect(runs).toHaveLength(14);
    for (const { manifest } of runs) {
      const folder = path.join(workspace, '.lethe', 'runs', manifest.id);
      const text = readFileSync(path.join(folder, 'run.json'), 'utf8');
      expect(manifestSchema.safeParse(JSON.parse(text)).error).toBeUndefined();
      for (const line of readFileSync(path.join(folder, 'events.jsonl'), 'utf8').trimEnd().split('\n')) {
        const event: unknown = JSON.parse(line);
        // Nothing is dropped on reading: every field is one the protocol knows.
        expect(eventSchema.parse(event)).toEqual(event);
      }
    }
  });

  it('leaves nothing to doubt, and nothing for lethe check-run to find', async () => {
    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'done'));
    expect(runs.flatMap(doubtsOf)).toEqual([]);
    for (const { manifest } of runs)
      expect((await checkedLog(path.join(workspace, '.lethe', 'runs', manifest.id), true)).faults).toEqual([]);
    expect(runs.every(({ state }) => state.peakMemoryBytes !== undefined && state.curveFacts?.isDefined)).toBe(true);
  });

  it('passes over exactly the lines of a log that Lethe cannot read', () => {
    const lines = [...linesOfALog, ...otherLines];
    const file = path.join(workspace, 'lines');
    writeFileSync(file, lines.join('\n'));
    const { stdout, stderr } = python(path.join('tests', 'readable_lines.py'), file);
    expect(stderr).toBe('');
    const readable = JSON.parse(stdout) as boolean[];
    expect(lines.filter((line, i) => readable[i] !== (parseEventLine(line).kind !== 'malformed'))).toEqual([]);
    expect(readable).toHaveLength(lines.length);
    expect(new Set(readable).size).toBe(2);
  });

  it('counts answers as accuracies do', () => {
    for (const { state } of runs) {
      const { answers } = state;
      const last = state.rows.at(-1);
      expect(answers?.right.map((right, i) => right / (answers.examples[i] ?? NaN))).toEqual(last?.accuracy);
    }
  });

  it('computes the measures of every run to the last bit', () => {
    for (const { id, measures } of found.runs) {
      const run = runs.find(({ manifest }) => manifest.id === id);
      if (!run) throw new Error(`${id} is not listed`);
      const own = measuresOf(run);
      expect(Object.fromEntries(Object.keys(measures).map((name) => [name, orNull(own[inCamelCase(name)])]))).toEqual(
        measures,
      );
    }
    expect(found.runs.every(({ measures }) => Object.values(measures).every((value) => value !== null))).toBe(true);
  });

  it('computes paired differences and the exact test to the last bit', () => {
    const { rows } = compare(groupNamed('Pairs', runs).groups);
    const [keeps, forgets] = ['keeps', 'forgets'].map((key) => rows.find((row) => row.key === key));
    if (!keeps || !forgets) throw new Error('a variant is missing');
    for (const [name, { mean, p }] of Object.entries(found.pairs)) {
      const own = pairedDifference(keeps, forgets, inCamelCase(name));
      expect([name, own?.mean, own?.p]).toEqual([name, mean, p]);
    }
    expect(found.pairs['accuracy']?.p).toBe(2 / 2 ** 7);
  });
});
