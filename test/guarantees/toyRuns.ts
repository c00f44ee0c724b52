import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { parseEventLine, volatileFields, type EventOf, type RunEvent } from '../../src/core/events';
import { manifestSchema, type RunManifest } from '../../src/core/manifest';
import { cards, type MethodId } from '../../src/core/methods/index';
import { foldEvents } from '../../src/core/runModel';
import type { Backend } from '../../src/engine/backend/backend';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { readCheckpoint, type Snapshot } from '../../src/engine/checkpoint';
import type { Dataset, Examples } from '../../src/engine/data/dataset';
import { EventLog } from '../../src/engine/log';
import { createMethod } from '../../src/engine/methods/index';
import { Stopped, type Learner, type Method } from '../../src/engine/methods/method';
import { randomStream } from '../../src/engine/random';
import { decodeTensors, type StoredTensor } from '../../src/engine/safetensors';
import { splitStream, type Stream } from '../../src/engine/streams/split';
import { Trainer } from '../../src/engine/trainer';

// On a busy machine even small runs take their time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Images of 8 × 8 bytes, a random pattern for each class with noise on it; the classes take turns in the file. */
export function toyDataset({ classes = 6, train = 40, test = 20 } = {}): Dataset {
  const examples = (part: string, perClass: number): Examples => {
    const count = classes * perClass;
    const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
    const noise = randomStream(1, part);
    const images = new Uint8Array(count * 64);
    labels.forEach((label, i) => {
      const pattern = randomStream(2, 'pattern', label);
      for (let pixel = 0; pixel < 64; pixel++) images[i * 64 + pixel] = 155 * pattern() + 100 * noise();
    });
    return { count, images, labels };
  };
  return {
    id: 'toy',
    title: 'Toy',
    classes,
    shape: [8, 8, 1],
    train: examples('train', train),
    test: examples('test', test),
    checksums: { toy: '0' },
  };
}

export interface ToySpec {
  /** Method → settings that differ from its defaults. */
  readonly methods?: Partial<Record<MethodId, Record<string, unknown>>>;
  readonly stream?: Record<string, unknown>;
  readonly network?: Record<string, unknown>;
  readonly training?: Record<string, unknown>;
  readonly seed?: number;
  readonly dataset?: Dataset;
  /** On native TensorFlow: steps are not compiled. */
  readonly eager?: boolean;
}

/** Three tasks of two classes, six steps each, a network of 64-12-10-6. */
export function toyManifest({ methods = { none: {} }, stream, network, training, seed = 1 }: ToySpec): RunManifest {
  return manifestSchema.parse({
    lethe: 1,
    id: 'toy',
    created: 0,
    experiment: { name: 'toy' },
    variant: { key: 'toy', label: 'toy', hash: 'toy' },
    seed,
    spec: {
      stream: { dataset: 'toy', tasks: 3, ...stream },
      network: { hidden: [12, 10], ...network },
      training: { batchSize: 16, learningRate: 0.01, iterations: 6, ...training },
      evaluation: { points: 2, samples: 10 },
      methods: Object.entries(methods).map(([method, settings]) => ({
        method,
        settings: cards[method as MethodId].settings.parse(settings),
      })),
    },
  });
}

export interface ToyRun {
  readonly folder: string;
  readonly status: 'done' | 'stopped' | 'failed';
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

export const toyStream = (spec: ToySpec): Stream =>
  splitStream(spec.dataset ?? toyDataset(), toyManifest(spec).spec.stream, spec.seed ?? 1);

function toyTrainer(spec: ToySpec, folder: string, log: EventLog, backend: Backend, stop: () => boolean, own?: Method) {
  const manifest = toyManifest(spec);
  return new Trainer({
    manifest,
    runFolder: folder,
    stream: toyStream(spec),
    backend,
    method: own ?? createMethod(manifest.spec.methods),
    log,
    stopRequested: stop,
    versions: {},
    host: 'here',
    eager: spec.eager === true,
  });
}

/** A run of the real trainer in this process, with real files. */
export async function runToy(
  spec: ToySpec,
  { resume, stopAt, method, clock = 'jumping' }: Running = {},
): Promise<ToyRun> {
  const backend = await openTestBackend();
  const folder = resume ?? newFolder();
  const log = new EventLog(path.join(folder, 'events.jsonl'));
  let asked = 0;
  let time = 0;
  const jumping = vi.spyOn(performance, 'now');
  if (clock === 'jumping') jumping.mockImplementation(() => (time += 1000));
  try {
    const trainer = toyTrainer(spec, folder, log, backend, () => ++asked === stopAt, method);
    const outcome = await outcomeOf(trainer, resume === undefined ? undefined : lastCheckpoint(folder));
    log.write({ type: 'ended', ...outcome, ...(outcome.error && { error: outcome.error.message }) } as never);
    return { folder, ...outcome, asked, events: eventsOf(folder), trainer };
  } finally {
    jumping.mockRestore();
    log.close();
  }
}

async function outcomeOf(trainer: Trainer, snapshot: Snapshot | undefined): Promise<Pick<ToyRun, 'status' | 'error'>> {
  try {
    await trainer.run(snapshot);
    return { status: 'done' };
  } catch (error) {
    if (error instanceof Stopped) return { status: 'stopped' };
    return { status: 'failed', error: error as Error };
  }
}

function lastCheckpoint(folder: string): Snapshot | undefined {
  try {
    return readCheckpoint(folder);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What a method sees of a run that has not begun. */
export async function toyLearner(spec: ToySpec): Promise<Learner> {
  const backend = await openTestBackend();
  const folder = newFolder();
  let learner: Learner | undefined;
  const log = new EventLog(path.join(folder, 'events.jsonl'));
  toyTrainer(spec, folder, log, backend, () => false, {
    id: 'spy',
    begin(own) {
      learner = own;
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
