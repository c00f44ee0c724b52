import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEventLine, volatileFields, type EventOf, type RunEvent } from '../../core/events';
import { foldEvents } from '../../core/runModel';
import type { Backend } from '../backend/backend';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import type { Stream } from '../contract/stream';
import { readEarlierLog } from '../earlierLog';
import { Journey } from '../journey';
import { EventLog } from '../log';
import { createMethod } from '../methods/index';
import { restoreNewest } from '../resume';
import { decodeTensors, type StoredTensor } from '../safetensors';
import { Stopped } from '../stopped';
import { streamOf } from '../streams/index';
import { Tenure } from '../tenure';
import { toyDatasets, toyManifest, type ToySpec } from './toyData';

export interface ToyRun {
  readonly folder: string;
  readonly status: 'done' | 'stopped' | 'killed' | 'failed';
  readonly error?: Error;
  /** How often the run asked whether it should stop. */
  readonly asked: number;
  readonly events: readonly RunEvent[];
  readonly journey: Journey;
}

export interface Running {
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

/** Small runs of the real trainer in this process, with real files, on one backend. */
export class ToyRuns {
  private readonly folders: string[] = [];

  constructor(private readonly backend: () => Promise<Backend>) {}

  /** Removes the folders of all runs. */
  removeFolders(): void {
    this.folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true }));
  }

  async run(spec: ToySpec, { resume, stopAt, killAt, method, clock = 'jumping' }: Running = {}): Promise<ToyRun> {
    const backend = await this.backend();
    const folder = resume ?? this.newFolder();
    const log = new EventLog(path.join(folder, 'events.jsonl'));
    let asked = 0;
    const stop = () => {
      if (++asked === killAt) throw new Killed();
      return asked === stopAt;
    };
    const realClock = clock === 'jumping' ? jump() : () => undefined;
    try {
      const journey = toyJourney(spec, folder, log, backend, stop, method);
      const outcome = await outcomeOf(journey, resume);
      const ended = { type: 'ended', ...outcome, ...(outcome.error && { error: outcome.error.message }) };
      if (outcome.status !== 'killed') log.write(ended as never);
      return { folder, ...outcome, asked, events: eventsOf(folder), journey };
    } finally {
      realClock();
      log.close();
    }
  }

  /** What a method sees of a run that has not begun. @param method which has begun, then, and whose memory is there */
  async learner(spec: ToySpec, method?: Method): Promise<Learner> {
    const backend = await this.backend();
    const folder = this.newFolder();
    let learner: Learner | undefined;
    const log = new EventLog(path.join(folder, 'events.jsonl'));
    toyJourney(spec, folder, log, backend, () => false, {
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

  private newFolder(): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'lethe-toy-'));
    this.folders.push(folder);
    return folder;
  }
}

/** A second passes with each look at the clock. @returns puts the real clock back */
function jump(): () => void {
  const real = performance.now.bind(performance);
  let time = 0;
  performance.now = () => (time += 1000);
  return () => {
    performance.now = real;
  };
}

export function toyStream(spec: ToySpec): Stream {
  const { dataset, views, seed = 1, makeStream } = spec;
  const datasets = dataset ? [dataset] : toyDatasets();
  const stream = makeStream?.(datasets, seed) ?? streamOf(dataset ?? datasets, toyManifest(spec).spec.stream, seed);
  return { ...stream, ...(views && { views }) };
}

function toyJourney(spec: ToySpec, folder: string, log: EventLog, backend: Backend, stop: () => boolean, own?: Method) {
  const manifest = toyManifest(spec);
  return new Journey({
    manifest,
    runFolder: folder,
    stream: toyStream(spec),
    backend,
    partsOf: ({ methods }) => ({ method: own ?? createMethod(methods), makeNetwork: spec.makeNetwork }),
    log,
    tenure: new Tenure(folder),
    stopRequested: stop,
    versions: {},
    host: 'here',
    eager: spec.eager === true,
  });
}

class Killed extends Error {}

async function outcomeOf(journey: Journey, resume: string | undefined): Promise<Pick<ToyRun, 'status' | 'error'>> {
  try {
    const warnings = resume === undefined ? [] : goOn(journey, resume);
    await journey.run(warnings);
    return { status: 'done' };
  } catch (error) {
    if (error instanceof Stopped) return { status: 'stopped' };
    if (error instanceof Killed) return { status: 'killed' };
    return { status: 'failed', error: error as Error };
  }
}

/** As a training process does it. */
function goOn(journey: Journey, folder: string): string[] {
  const { checkpoints } = readEarlierLog(path.join(folder, 'events.jsonl'));
  const { warning } = restoreNewest(folder, checkpoints, (...taken) => journey.restore(...taken));
  return warning === undefined ? [] : [warning];
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

/** The value without what may differ between equal runs. */
export function withoutVolatile(value: unknown, more: readonly string[] = []): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) => (volatileFields.has(key) || more.includes(key) ? undefined : item)),
  );
}

/** Everything views show of a run, but for times and the number of resumptions. */
export const shownOf = (events: readonly RunEvent[]): unknown =>
  withoutVolatile(foldEvents(events), ['firstAt', 'lastAt', 'idle', 'resumes', 'from', 'spent']);

/** The parameters after a task (from 0), by name. */
export const parametersAfter = (folder: string, task: number): Readonly<Record<string, StoredTensor>> =>
  decodeTensors(readFileSync(path.join(folder, `checkpoints/task-${task + 1}.safetensors`))).tensors;

/** Stands for the exact bytes of the parameters after a task. */
export const digestAfter = (folder: string, task: number): string =>
  createHash('sha256')
    .update(readFileSync(path.join(folder, `checkpoints/task-${task + 1}.safetensors`)))
    .digest('hex');

export const toyTasks = [0, 1, 2];

/** What must be equal in two runs that are to be the same, bit for bit. */
export const numbersOf = ({ events, folder, status }: ToyRun) => ({
  status,
  shown: shownOf(events),
  parameters: toyTasks.map((task) => digestAfter(folder, task)),
});
