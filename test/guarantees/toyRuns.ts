import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { parseEventLine, volatileFields, type EventOf, type RunEvent } from '../../src/core/events';
import type { ReadView, ViewKind, ViewOf } from '../../src/core/mechanism';
import { foldEvents } from '../../src/core/runModel';
import type { Backend } from '../../src/engine/backend/backend';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { readEarlierLog } from '../../src/engine/earlierLog';
import { EventLog } from '../../src/engine/log';
import { createMethod } from '../../src/engine/methods/index';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import { restoreNewest } from '../../src/engine/resume';
import { decodeTensors, type StoredTensor } from '../../src/engine/safetensors';
import { Stopped } from '../../src/engine/stopped';
import { streamOf } from '../../src/engine/streams/index';
import type { Stream } from '../../src/engine/contract/stream';
import { Tenure } from '../../src/engine/tenure';
import { Trainer } from '../../src/engine/trainer';
import { toyDatasets, toyManifest, type ToySpec } from './toyData';

export { toyDataset, toyManifest, type ToySpec } from './toyData';

// On a busy machine even small runs take their time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export interface ToyRun {
  readonly folder: string;
  readonly status: 'done' | 'stopped' | 'killed' | 'failed';
  readonly error?: Error;
  /** How often the run asked whether it should stop. */
  readonly asked: number;
  readonly events: readonly RunEvent[];
  readonly trainer: Trainer;
}

interface Running {
  /** Goes on in this folder from its last checkpoint. */
  readonly resume?: string;
  /** Stops when asked for this time, counted from 1. */
  readonly stopAt?: number;
  /** Breaks off as if killed, when asked for this time whether it should stop. */
  readonly killAt?: number;
  /** Instead of the methods of the spec. */
  readonly method?: Method;
  /** `jumping`: a second passes with each look at the clock, so that every chance to stop is asked for. Default. */
  readonly clock?: 'jumping' | 'real';
}

const folders: string[] = [];
/** Removes the folders of all runs; for `afterAll`. */
export const removeRunFolders = (): void =>
  folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true }));

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-toy-'));
  folders.push(folder);
  return folder;
}

export const toyStream = (spec: ToySpec): Stream => ({
  ...streamOf(spec.dataset ?? toyDatasets(), toyManifest(spec).spec.stream, spec.seed ?? 1),
  ...(spec.views && { views: spec.views }),
});

function toyTrainer(spec: ToySpec, folder: string, log: EventLog, backend: Backend, stop: () => boolean, own?: Method) {
  const manifest = toyManifest(spec);
  return new Trainer({
    manifest,
    runFolder: folder,
    stream: toyStream(spec),
    backend,
    method: own ?? createMethod(manifest.spec.methods),
    log,
    tenure: new Tenure(folder),
    stopRequested: stop,
    versions: {},
    host: 'here',
    eager: spec.eager === true,
  });
}

/** A run of the real trainer in this process, with real files. */
export async function runToy(
  spec: ToySpec,
  { resume, stopAt, killAt, method, clock = 'jumping' }: Running = {},
): Promise<ToyRun> {
  const backend = await openTestBackend();
  const folder = resume ?? newFolder();
  const log = new EventLog(path.join(folder, 'events.jsonl'));
  let asked = 0;
  let time = 0;
  const jumping = vi.spyOn(performance, 'now');
  if (clock === 'jumping') jumping.mockImplementation(() => (time += 1000));
  const stop = () => {
    if (++asked === killAt) throw new Killed();
    return asked === stopAt;
  };
  try {
    const trainer = toyTrainer(spec, folder, log, backend, stop, method);
    const outcome = await outcomeOf(trainer, resume);
    const ended = { type: 'ended', ...outcome, ...(outcome.error && { error: outcome.error.message }) };
    if (outcome.status !== 'killed') log.write(ended as never);
    return { folder, ...outcome, asked, events: eventsOf(folder), trainer };
  } finally {
    jumping.mockRestore();
    log.close();
  }
}

class Killed extends Error {}

async function outcomeOf(trainer: Trainer, resume: string | undefined): Promise<Pick<ToyRun, 'status' | 'error'>> {
  try {
    const warnings = resume === undefined ? [] : goOn(trainer, resume);
    await trainer.run(warnings);
    return { status: 'done' };
  } catch (error) {
    if (error instanceof Stopped) return { status: 'stopped' };
    if (error instanceof Killed) return { status: 'killed' };
    return { status: 'failed', error: error as Error };
  }
}

/** As a training process does it. */
function goOn(trainer: Trainer, folder: string): string[] {
  const { checkpoints } = readEarlierLog(path.join(folder, 'events.jsonl'));
  const { warning } = restoreNewest(folder, checkpoints, (...taken) => trainer.restore(...taken));
  return warning === undefined ? [] : [warning];
}

/** What a method sees of a run that has not begun. @param method which has begun, then, and whose memory is there */
export async function toyLearner(spec: ToySpec, method?: Method): Promise<Learner> {
  const backend = await openTestBackend();
  const folder = newFolder();
  let learner: Learner | undefined;
  const log = new EventLog(path.join(folder, 'events.jsonl'));
  toyTrainer(spec, folder, log, backend, () => false, {
    id: 'spy',
    ...method,
    begin(own) {
      learner = own;
      method?.begin?.(own);
    },
  });
  if (!learner) throw new Error('the trainer did not begin the method');
  return learner;
}

export const eventsOf = (folder: string): RunEvent[] =>
  readFileSync(path.join(folder, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const read = parseEventLine(line);
      if (read.kind !== 'event') throw new Error(`not an event: ${line}`);
      return read.event;
    });

export const ofType = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);

/** The views of a kind among others. */
export const ofKind = <Kind extends ViewKind>(views: readonly ReadView[], kind: Kind): ViewOf<Kind>[] =>
  views.filter((view) => view.kind === kind) as ViewOf<Kind>[];

/** All views of a kind that the methods of a run showed, in the order of the tasks. */
export const viewsOf = <Kind extends ViewKind>(events: readonly RunEvent[], kind: Kind): ViewOf<Kind>[] =>
  ofKind(
    ofType(events, 'mechanism').flatMap(({ views }) => views),
    kind,
  );

/** The value without what may differ between equal runs. */
export function withoutVolatile(value: unknown, more: readonly string[] = []): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) => (volatileFields.has(key) || more.includes(key) ? undefined : item)),
  );
}

/** Everything views show of a run, but for times and the number of resumptions. */
export const shownOf = (events: readonly RunEvent[]): unknown =>
  withoutVolatile(foldEvents(events), ['firstAt', 'lastAt', 'idle', 'resumes']);

/** The parameters after a task (from 0), by name. */
export const parametersAfter = (folder: string, task: number): Readonly<Record<string, StoredTensor>> =>
  decodeTensors(readFileSync(path.join(folder, `checkpoints/task-${task + 1}.safetensors`))).tensors;

/** Stands for the exact bytes of the parameters after a task. */
export const digestAfter = (folder: string, task: number): string =>
  createHash('sha256')
    .update(readFileSync(path.join(folder, `checkpoints/task-${task + 1}.safetensors`)))
    .digest('hex');

const tasks = [0, 1, 2];

/** What must be equal in two runs that are to be the same, bit for bit. */
export const numbersOf = ({ events, folder, status }: ToyRun) => ({
  status,
  shown: shownOf(events),
  parameters: tasks.map((task) => digestAfter(folder, task)),
});

/** Largest difference between the parameters of two runs after any task. */
export function largestDifference(a: ToyRun, b: ToyRun, of = tasks): number {
  const differences = of.flatMap((task) => {
    const [first, second] = [a, b].map(({ folder }) => parametersAfter(folder, task));
    return Object.entries(first ?? {}).map(([name, { values }]) =>
      Math.max(...Array.from(values, (value, i) => Math.abs(value - (second?.[name]?.values[i] as number)))),
    );
  });
  return Math.max(...differences);
}
