/**
 * Checkpoints that were changed, by chance or on purpose. Each trial changes the bytes of a real one and lets training
 * take it over, twice: with the log of the run, and with a log that was made to name the changed bytes. With its own log
 * a run takes the original and nothing else. With any log bytes are refused in words or taken as they are, and nothing
 * is left behind of what was refused.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openBackend, type Backend } from '../../src/engine/backend/backend';
import { decodeCheckpoint, encodeCheckpoint, type Snapshot } from '../../src/engine/checkpoint';
import { previousFile, sha256Of } from '../../src/engine/checkpointFiles';
import { readEarlierLog, type LoggedCheckpoint } from '../../src/engine/earlierLog';
import { stepInTask, type LoggedPosition } from '../../src/engine/fit';
import type { Method } from '../../src/engine/contract/method';
import { EventLog } from '../../src/engine/log';
import { createMethod } from '../../src/engine/methods/index';
import { randomInt, randomStream, type Random } from '../../src/engine/random';
import { orderOf, restoreBytes } from '../../src/engine/resume';
import { streamOf } from '../../src/engine/streams/index';
import { Tenure } from '../../src/engine/tenure';
import { Trainer } from '../../src/engine/trainer';
import { networkToys } from '../guarantees/networkToys';
import { toyDataset, toyManifest, type ToySpec } from '../guarantees/toyData';

/** Runs whose methods keep every kind of state; beside them those with networks of their own. */
const specs: readonly ToySpec[] = [
  { methods: { ewc: { lambda: 10, samples: 20 }, replay: { perClass: 3 } } },
  { methods: { packnet: {} } },
  {
    methods: {
      replay: { buffer: 'reservoir', size: 20 },
      sleep: { steps: 20, stepsGrowth: 0, thresholds: [1, 1, 1], window: 5 },
    },
    network: { output: 'relu', bias: false },
    training: { optimizer: 'sgd', momentum: 0.5 },
  },
];

/** A run, one of its checkpoints, and what its log says. */
interface Target {
  readonly trainer: Trainer;
  readonly original: Buffer;
  readonly logged: readonly LoggedCheckpoint[];
}

/** @returns what went wrong, one line each: at best nothing */
export async function attackCheckpoints(count: number, seed: number): Promise<{ trials: number; faults: string[] }> {
  const backend = await openBackend('cpu', '');
  const targets: Target[] = [];
  for (const spec of specs) targets.push(await targetOf(spec, backend));
  for (const create of Object.values(networkToys)) targets.push(await targetOf({}, backend, create));
  const faults: string[] = [];
  for (let trial = 0; trial < count; trial++) {
    const random = randomStream(seed, 'checkpoint attack', trial);
    const target = pick(random, targets);
    const [name, mutate] = pick(random, Object.entries(mutations));
    const fault = faultOf(target, mutate(Buffer.from(target.original), random));
    if (fault !== undefined) faults.push(`seed ${seed}, trial ${trial}, ${name}: ${fault}`);
  }
  return { trials: count, faults };
}

/** @param create instead of the methods of the spec */
async function targetOf(spec: ToySpec, backend: Backend, create?: () => Method): Promise<Target> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-attack-'));
  const log = new EventLog(path.join(folder, 'events.jsonl'));
  try {
    await trainerOf(spec, folder, log, backend, create).run();
    const original = readFileSync(path.join(folder, previousFile));
    const { checkpoints: logged } = readEarlierLog(path.join(folder, 'events.jsonl'));
    return { trainer: trainerOf(spec, folder, log, backend, create), original, logged };
  } finally {
    log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function trainerOf(spec: ToySpec, runFolder: string, log: EventLog, backend: Backend, create?: () => Method) {
  const manifest = toyManifest(spec);
  const stream = streamOf(toyDataset(), manifest.spec.stream, manifest.seed);
  const method = create?.() ?? createMethod(manifest.spec.methods);
  const own = { manifest, runFolder, stream, backend, method, log, tenure: new Tenure(runFolder) };
  return new Trainer({ ...own, stopRequested: () => false, versions: {}, host: 'here' });
}

// ---- a trial

function faultOf(target: Target, bytes: Buffer): string | undefined {
  const isOriginal = bytes.equals(target.original);
  const order = orderOf(sha256Of(bytes), target.logged);
  if (order >= 0 !== isOriginal) return 'the log of the run knows other bytes, or not its own';
  return faultWhenLogged(target, bytes);
}

/** Lets training take the bytes over as if its log named them. */
function faultWhenLogged({ trainer }: Target, bytes: Buffer): string | undefined {
  const before = digestOf(trainer.kept());
  const start = performance.now();
  let taken: Snapshot | undefined;
  let fault: string | undefined;
  try {
    restoreBytes(bytes, positionIn(bytes), (snapshot, at) => {
      trainer.restore(snapshot, at);
      taken = snapshot;
    });
  } catch (error) {
    fault = faultOfRefusal(error);
  }
  if (performance.now() - start > MOST_MS) return `it took ${Math.round(performance.now() - start)} ms`;
  const after = digestOf(trainer.kept());
  if (!taken) return fault ?? (after === before ? undefined : 'what was refused left something behind');
  if (after !== digestOf(taken.memory)) return 'the memory took over something else';
  return decodeCheckpoint(encodeCheckpoint(taken)).theta.length === taken.theta.length
    ? undefined
    : 'it lost parameters';
}

/** On a machine with other things to do. */
const MOST_MS = 5000;

/** The most helpful log there can be: it says of a checkpoint what that says of itself. */
function positionIn(bytes: Buffer): LoggedPosition {
  try {
    const snapshot = decodeCheckpoint(bytes);
    return { task: snapshot.task, step: stepInTask(snapshot) };
  } catch {
    return { task: 0, step: 0 };
  }
}

function faultOfRefusal(error: unknown): string | undefined {
  if (!(error instanceof RangeError)) return `not a refusal: ${String(error)}`;
  const isInWords =
    /^the [^\n]{10,200}$/.test(error.message) && !/undefined|NaN|\[object|call stack/.test(error.message);
  return isInWords ? undefined : `not in words: ${error.message}`;
}

function digestOf(state: Snapshot['memory']): string {
  const hash = createHash('sha256');
  for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}

// ---- mutations

type Mutation = (bytes: Buffer, random: Random) => Buffer;

function pick<T>(random: Random, items: readonly T[]): T {
  return items[randomInt(random, items.length)] as T;
}

const headerEnd = (bytes: Buffer) => 8 + bytes.readUInt32LE(0);

function range(bytes: Buffer, random: Random): [from: number, to: number] {
  const from = randomInt(random, bytes.length);
  return [from, from + 1 + randomInt(random, Math.min(64, bytes.length - from))];
}

function flip(bytes: Buffer, at: number, random: Random): Buffer {
  bytes[at] = (bytes[at] as number) ^ (1 << randomInt(random, 8));
  return bytes;
}

const numbers = [0, -0, 1, -1, 0.5, 1e-9, 7, 255, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 1e308, -(2 ** 53)];
const values: readonly unknown[] = [
  ...numbers,
  null,
  true,
  '',
  '1',
  ' 7 ',
  'NaN',
  '1e999',
  '-0',
  '0x10',
  [],
  {},
  [[]],
  'F64',
  'I32',
  'U8',
];
const names = [
  '__proto__',
  'constructor',
  '',
  'theta',
  'optimizer/m',
  'memory/',
  'memory/ewc/fisher',
  'carried/si/path',
  'x'.repeat(5000),
  '\u001b[2J',
];
const lengths = [
  0n,
  1n,
  7n,
  8n,
  1n << 20n,
  (1n << 31n) - 1n,
  1n << 31n,
  1n << 32n,
  1n << 53n,
  1n << 63n,
  (1n << 64n) - 1n,
];

type Json = Record<string, unknown>;

/** Changes the header as JSON, and writes it back with its right length. */
const inHeader =
  (change: (header: Json, random: Random) => void): Mutation =>
  (bytes, random) => {
    const header = JSON.parse(bytes.toString('utf8', 8, headerEnd(bytes))) as Json;
    change(header, random);
    return withHeader(JSON.stringify(header), bytes.subarray(headerEnd(bytes)));
  };

function withHeader(header: string, data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), data]);
}

const entryIn = (header: Json, random: Random) => header[pick(random, Object.keys(header).slice(1))] as Json;
const metadataOf = (header: Json) => header['__metadata__'] as Json;

const mutations: Readonly<Record<string, Mutation>> = {
  nothing: (bytes) => bytes,
  'a bit': (bytes, random) => flip(bytes, randomInt(random, bytes.length), random),
  'a bit of the header': (bytes, random) => flip(bytes, randomInt(random, headerEnd(bytes)), random),
  'several bytes': (bytes, random) => {
    for (let i = 0; i < 8; i++) bytes[randomInt(random, bytes.length)] = randomInt(random, 256);
    return bytes;
  },
  'the end': (bytes, random) => bytes.subarray(0, randomInt(random, bytes.length)),
  'more at the end': (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + randomInt(random, 999))]),
  'bytes taken out': (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  'bytes twice': (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  'the length of the header': (bytes, random) => {
    bytes.writeBigUInt64LE(pick(random, lengths));
    return bytes;
  },
  'a place': inHeader((header, random) => {
    const place = [pick(random, values), pick(random, values)];
    const entry = entryIn(header, random);
    const old = entry['data_offsets'] as unknown[];
    entry['data_offsets'] = pick(random, [place, [old[0], place[1]], [place[0], old[1]], [...old, 0], old.slice(1)]);
  }),
  'the place of another': inHeader((header, random) => {
    entryIn(header, random)['data_offsets'] = entryIn(header, random)['data_offsets'];
  }),
  'a shape': inHeader((header, random) => {
    const length = randomInt(random, 4);
    entryIn(header, random)['shape'] = Array.from({ length }, () => pick(random, values));
  }),
  'a type': inHeader((header, random) => {
    entryIn(header, random)['dtype'] = pick(random, values);
  }),
  'a part of an entry': inHeader((header, random) => {
    const entry = entryIn(header, random);
    const key = pick(random, Object.keys(entry));
    if (random() < 0.5) entry[key] = pick(random, values);
    else Reflect.deleteProperty(entry, key);
  }),
  'an entry': inHeader((header, random) => {
    const key = pick(random, Object.keys(header));
    if (random() < 0.5) header[key] = pick(random, values);
    else Reflect.deleteProperty(header, key);
  }),
  'an entry more': inHeader((header, random) => {
    const entry = pick(random, [entryIn(header, random), { dtype: 'U8', shape: [0], data_offsets: [0, 0] }]);
    Object.defineProperty(header, pick(random, names), { value: entry, enumerable: true, configurable: true });
  }),
  'thousands of entries': inHeader((header, random) => {
    const entry = entryIn(header, random);
    for (let i = 0; i < 5000; i++) header[`method/${i}`] = entry;
  }),
  'a number of the run': inHeader((header, random) => {
    const metadata = metadataOf(header);
    metadata[pick(random, Object.keys(metadata))] = pick(random, [...numbers.map(String), ...values]);
  }),
  'the point of the run': inHeader((header, random) => {
    for (const key of ['task', 'phase', 'step']) metadataOf(header)[key] = String(randomInt(random, 8) - 1);
  }),
  'a deep header': (bytes, random) => withHeader('[{"a":'.repeat(randomInt(random, 100_000)), bytes),
};
