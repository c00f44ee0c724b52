/** The Python client: its own tests, and that Lethe reads of its runs exactly what the client itself does. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare, measuresOf } from '../src/core/comparison';
import { doubtsOf } from '../src/core/doubts';
import { eventSchema, parseEventLine, type RunEvent } from '../src/core/events';
import { manifestSchema } from '../src/core/manifest';
import { isOfRun, measureNames, type MeasureName, type RunMeasureName } from '../src/core/measures/table';
import { groupNamed } from '../src/core/namedExperiment';
import { pairedDifference } from '../src/core/pairedDifference';
import type { Run } from '../src/core/run';
import { checkedLog } from '../src/runs/checkedLog';
import { RunStore } from '../src/runs/index';
import { linesOfALog, otherLines } from './linesOfALog';
import { recordedEvents, type Recorded } from './recordings/recordings';

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

/** By measure. */
type Pairs = Readonly<Record<string, { readonly mean: number | null; readonly p: number | null }>>;
/** What the client says of a run, all measures among it. */
type Result = Readonly<Record<string, string | number | null>> & { readonly run: string };

const inCamelCase = (name: string) =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as RunMeasureName;
const inSnakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const orNull = (value: number) => (Number.isNaN(value) ? null : value);

/** A run of its own of a recorded one: of another experiment, or another variant of it. */
function again({ manifest, events }: Recorded, name: string, changed: (event: RunEvent) => RunEvent[]): Recorded {
  const { variant, id, experiment } = manifest;
  const own = { ...variant, key: name, hash: `${variant.hash} ${name}` };
  return {
    manifest: { ...manifest, id: `${id}-${name}`, experiment: { ...experiment, name: 'Told more' }, variant: own },
    events: events.flatMap(changed),
  };
}

/** Rows that say areas under ROC curves and what training cost too and leave out some tasks, steps that say the online accuracy, a network that grows. */
function told(event: RunEvent): RunEvent[] {
  if (event.type === 'started') return [{ ...event, parameters: 1000 }];
  if (event.type === 'eval') {
    const { at, task, step } = event;
    // Not every step says it, and of one task only the last.
    if (task === 3 && step < 90) return [event];
    const online = step % 3 === 0 ? {} : { accuracy: 1 / (step + 2) };
    return [{ type: 'step', at, task, step, loss: 1, ...online }, event];
  }
  if (event.type !== 'task-end') return [event];
  const { at, task, accuracy, taskAware } = event;
  const tasks = accuracy.map((_, j) => j).filter((j) => task < 3 || j !== 1);
  const of = (values: readonly (number | null)[]) => tasks.map((j) => values[j] ?? null);
  const { loss: _loss, ...row } = event;
  return [
    { type: 'network', at, task, parameters: 1000 + 10 * task },
    {
      ...{ ...row, tasks, accuracy: of(accuracy), taskAware: of(taskAware), flops: 1e9 / (task + 3) },
      rocAuc: of(accuracy).map((a) => a && a ** 0.5),
    },
  ];
}

/** The same log of a run that was killed after `later` events that no checkpoint holds, and went on from the first step of task 2. */
function interrupted({ manifest, events }: Recorded, later: number): Recorded {
  const isHere = (event: RunEvent) => 'step' in event && event.task === 2 && event.step === 1;
  const place = events.findLastIndex(isHere) + 1;
  const { at = 0 } = events[place] ?? {};
  const kept: RunEvent = { type: 'checkpoint', at, task: 2, step: 1, file: 'checkpoints/1', sha256: 'f'.repeat(64) };
  const wentOn: RunEvent[] = [
    { type: 'ended', at, status: 'stopped', seconds: 2.5, peakMemoryBytes: 1e12 },
    { type: 'resumed', at, task: 2, step: 1, token: 'a' },
    // What is measured anew counts once.
    ...events
      .filter(isHere)
      .map((event) => (event.type === 'interference' ? { ...event, cosine: (event.cosine ?? 0) / 2 } : event)),
  ];
  const lost = events.slice(place, place + later);
  return { manifest, events: [...events.slice(0, place), kept, ...lost, ...wentOn, ...events.slice(place)] };
}

/** Recorded runs, and some that tell what these do not: of areas, online accuracy, a cumulative run, and of an interruption. */
function writeRecordings(workspace: string): void {
  const full = recordedEvents('full', '');
  const [none, joint, replay] = ['none', 'joint', 'replay'].map((key) =>
    full.find(({ manifest }) => manifest.variant.key === key),
  );
  if (!none || !joint || !replay) throw new Error('a recording is missing');
  const made = [again(none, 'none', told), again(joint, 'joint', told), again(replay, 'replay', told)];
  const last = made[2];
  if (!last) throw new Error('a run is missing');
  const all = [
    ...full,
    ...recordedEvents('inside', ''),
    ...recordedEvents('split-mnist', ''),
    ...made,
    again(interrupted(last, 9), 'interrupted', (event) => [event]),
    again(interrupted(last, 100), 'interrupted-longer', (event) => [event]),
    again(joint, 'cumulative', (event) => [
      event.type === 'task-end' ? { ...event, accuracy: event.accuracy.map((a) => a && a * 0.99) } : event,
    ]),
    // It says that it is done, and lacks a row.
    again(none, 'lacking', (event) => (event.type === 'task-end' && event.task === 1 ? [] : [event])),
  ];
  for (const { manifest, events } of all) {
    const folder = path.join(workspace, '.lethe', 'runs', manifest.id);
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify(manifest));
    writeFileSync(path.join(folder, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }
}

const mapped = <Name extends string, Value, Other>(of: Record<Name, Value>, change: (value: Value) => Other) =>
  Object.fromEntries(Object.entries<Value>(of).map(([name, value]) => [name, change(value)]));

/** Every measure that Lethe has of a run, those beside its bounds from the comparison of the runs of its seed. */
function ownMeasures(run: Run, all: readonly Run[]): Record<MeasureName, number> {
  const { experiment, seed, variant } = run.manifest;
  const ofSeed = all.filter(({ manifest }) => manifest.seed === seed);
  const row = compare(groupNamed(experiment.name, ofSeed).groups).rows.find(({ key }) => key === variant.key);
  if (!row) throw new Error(`${run.manifest.id} is in no row`);
  const own = measuresOf(run);
  return Object.fromEntries(
    measureNames.map((name) => [name, isOfRun(name) ? own[name] : row.measures[name].mean]),
  ) as Record<MeasureName, number>;
}

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
  let pairs: Pairs;
  let runs: readonly Run[];

  beforeAll(async () => {
    workspace = mkdtempSync(path.join(tmpdir(), 'lethe-client-'));
    const { stdout, stderr } = python(path.join('tests', 'paired_runs.py'), workspace);
    expect(stderr).toBe('');
    pairs = JSON.parse(stdout) as Pairs;
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

  it('has every measure of Lethe, of every run, to the last bit', async () => {
    writeRecordings(workspace);
    const { stdout, stderr } = python(path.join('tests', 'results_of_runs.py'), workspace);
    expect(stderr).toBe('');
    const results = new Map((JSON.parse(stdout) as Result[]).map((result) => [result.run, result]));
    const all = await new RunStore(workspace, { dist: workspace }).list();
    expect(results.size).toBe(all.length);
    const defined = new Set<MeasureName>();
    for (const run of all) {
      const { id } = run.manifest;
      const own = ownMeasures(run, all);
      for (const name of measureNames) if (!Number.isNaN(own[name])) defined.add(name);
      const found = measureNames.map((name) => [name, results.get(id)?.[inSnakeCase(name)]]);
      expect([id, Object.fromEntries(found)]).toEqual([id, mapped(own, orNull)]);
    }
    // None is left out: what the table gains the client has to have, and some run here has to have a number of it.
    expect([...defined].sort()).toEqual([...measureNames].sort());
  });

  it('computes paired differences and the exact test to the last bit', () => {
    const { rows } = compare(groupNamed('Pairs', runs).groups);
    const [keeps, forgets] = ['keeps', 'forgets'].map((key) => rows.find((row) => row.key === key));
    if (!keeps || !forgets) throw new Error('a variant is missing');
    for (const [name, { mean, p }] of Object.entries(pairs)) {
      const own = pairedDifference(keeps, forgets, inCamelCase(name));
      expect([name, orNull(own?.mean ?? NaN), orNull(own?.p ?? NaN)]).toEqual([name, mean, p]);
    }
    expect(pairs['accuracy']?.p).toBe(2 / 2 ** 7);
  });
});
