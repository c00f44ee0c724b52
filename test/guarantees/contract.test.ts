import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstDifference } from '../../src/cli/difference';
import { viewsSchema } from '../../src/core/mechanism';
import { cards, methodIds, type MethodId } from '../../src/core/methods/index';
import { scenarios } from '../../src/core/methods/card';
import { parseExperiment } from '../../src/core/parse';
import { testBackend } from '../../src/engine/backend/testBackends';
import { decodeCheckpoint } from '../../src/engine/checkpoint';
import type { Batches, Method } from '../../src/engine/contract/method';
import type { Slope } from '../../src/engine/contract/step';
import { createMethod } from '../../src/engine/methods/index';
import { rewrittenWith } from '../../src/engine/steps/rewritten';
import type { Stream } from '../../src/engine/contract/stream';
import { cases } from './cases';
import {
  numbersOf,
  ofType,
  parametersAfter,
  removeRunFolders,
  runToy,
  toyLearner,
  toyManifest,
  toyStream,
  type ToyRun,
  type ToySpec,
} from './toyRuns';

afterAll(removeRunFolders);

/**
 * What every method must keep to. A new one is tried with its default settings in the small network of the toy runs; where
 * these do not suit it, it says here what does.
 */
const suitable: Partial<Record<MethodId, ToySpec>> = { sleep: cases['sleep'] };

/** Methods whose memory is counted otherwise than by the arrays that they keep and carry, and why. */
const countedOtherwise: Partial<Record<MethodId, string>> = {
  replay: 'it keeps places in the training set, and counts the images and labels that lie there',
  agem: 'as replay',
  sam: 'nothing it carries is for old tasks: it is a record of its angles',
};

const tasks = [0, 1, 2];
const isNative = testBackend === 'native';
/** Method by whose side all others that combine must work. */
const companion = { replay: { perClass: 3 } };

/** Steps of a task, as the recipe asks for them. */
const STEPS = 4;

/** In the first scenario that the method is for. */
function specOf(id: MethodId): ToySpec {
  const scenario = [...scenarios].reverse().find((one) => cards[id].scenarios[one].fit !== 'undefined');
  const { training, stream, ...rest } = suitable[id] ?? {};
  return {
    methods: { [id]: {} },
    ...rest,
    stream: { scenario, ...stream },
    training: { ...training, iterations: STEPS },
  };
}

const besideReplay = (spec: ToySpec): ToySpec => ({ ...spec, methods: { ...spec.methods, ...companion } });

const logOf = ({ folder }: ToyRun) => readFileSync(path.join(folder, 'events.jsonl'), 'utf8');
const checkpointOf = ({ folder }: ToyRun, name = 'latest') =>
  decodeCheckpoint(readFileSync(path.join(folder, `checkpoints/${name}.safetensors`)));

/** Bytes of what the method keeps and carries, as a checkpoint has it. */
function keptBytes(run: ToyRun, name?: string): number {
  const { memory, carried } = checkpointOf(run, name);
  return [...Object.values(memory), ...Object.values(carried)].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** A run of the method to its end, in which every step is compiled where it can be. @throws Error saying what to do */
async function wholeRun(spec: ToySpec, running: Parameters<typeof runToy>[1] = {}): Promise<ToyRun> {
  const failed = (cause: Error) => {
    const said = `${JSON.stringify(spec.methods)} does not train the toy network (${cause.message})`;
    return new Error(
      `${said}: give it settings, training and a network that suit it in the table "suitable" of ${path.basename(__filename)}`,
      { cause },
    );
  };
  const run = await runToy(spec, running).catch((error: unknown) => {
    throw failed(error as Error);
  });
  if (run.error) throw failed(run.error);
  expect(ofType(run.events, 'warning')).toEqual([]);
  return run;
}

// ---- memory

async function expectDeclaredMemory(id: MethodId, spec: ToySpec, whole: ToyRun) {
  const method = createMethod(toyManifest(spec).spec.methods);
  await toyLearner(spec, method);
  const [kept, carries] = [method.keeps?.() ?? {}, method.carries?.() ?? {}];
  const { memory, carried } = checkpointOf(whole);
  expect(Object.keys(memory).sort()).toEqual(Object.keys(kept).sort());
  expect(Object.keys(carried).sort()).toEqual(Object.keys(carries).sort());
  for (const [name, values] of Object.entries(memory))
    expect(values.constructor.name).toBe(kept[name]?.initial.constructor.name);
  for (const [name, { length }] of Object.entries(carried)) expect(length).toBe(carries[name]?.values.length);

  const [, second = NaN, third = NaN] = ofType(whole.events, 'task-end').map(({ memoryBytes }) => memoryBytes);
  if (countedOtherwise[id] === undefined) {
    expect([second, third]).toEqual([keptBytes(whole, 'previous'), keptBytes(whole)]);
  } else for (const bytes of [second, third]) expect(bytes).toBeGreaterThanOrEqual(0);

  const longer = await wholeRun({ ...spec, training: { ...spec.training, iterations: 3 * STEPS } }, { clock: 'real' });
  expect(keptBytes(longer)).toBe(keptBytes(whole));
}

/** What is wrong with an experiment that combines it with replay. */
function problemsBeside({ methods, network, training, stream }: ToySpec) {
  const entries = Object.entries({ ...methods, ...companion }).map(([method, settings]) => ({ method, ...settings }));
  return parseExperiment(JSON.stringify({ name: 'Both', stream, network, training, seeds: 1, methods: [entries] }))
    .problems;
}

// ---- what a step may be

const finite = (tensor: tf.Tensor, shape: readonly number[]) => {
  expect(tensor.shape).toEqual(shape);
  expect(tensor.dtype).toBe('float32');
  expect(tensor.dataSync().every(Number.isFinite)).toBe(true);
};

function expectSlope({ loss, task, total }: Slope, parameters: number) {
  finite(loss, []);
  finite(task, [parameters]);
  finite(total, [parameters]);
}

/** Each example has a task that sees it and a weight; the weights of the loss add up to 1. */
function expectBatches(batches: Batches, { dataset, tasks: all }: Stream) {
  const weights = Object.values(batches).flatMap(({ weights: own, apart }) => (apart ? [] : [...own]));
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
  for (const { indices, tasks: seenAs, weights: own, columns = {} } of Object.values(batches)) {
    expect(indices.length).toBeGreaterThan(0);
    expect([seenAs.length, own.length]).toEqual([indices.length, indices.length]);
    expect(indices.every((index) => index >= 0 && index < dataset.train.count)).toBe(true);
    expect(seenAs.every((task) => task >= 0 && task < all.length)).toBe(true);
    for (const { length } of Object.values(columns)) expect(length % indices.length).toBe(0);
  }
}

/** The method, which looks at everything it gives; `seen` counts its steps. */
function watched(method: Method, stream: Stream, parameters: number, seen: { steps: number }): Method {
  const parts: Partial<Method> = {
    batches(batches, position) {
      const found = method.batches?.(batches, position) ?? batches;
      expectBatches(found, stream);
      return found;
    },
    gradient(theta, differentiate, step) {
      const slope = method.gradient?.(theta, differentiate, step) ?? differentiate(theta);
      expectSlope(slope, parameters);
      return slope;
    },
    update(proposed, slope, step) {
      seen.steps++;
      const next = rewrittenWith(proposed, method.update?.(proposed, slope, step));
      for (const tensor of [next.theta, ...Object.values(next.slots)]) finite(tensor, [parameters]);
      return next;
    },
    carry(next, slope, step) {
      const carried = method.carry?.(next, slope, step) ?? {};
      const declared = method.carries?.() ?? {};
      expect(Object.keys(carried).sort()).toEqual(Object.keys(declared).sort());
      for (const [name, tensor] of Object.entries(carried)) finite(tensor, declared[name]?.shape ?? []);
      return carried;
    },
    parametersFor(task, theta) {
      const own = method.parametersFor?.(task, theta) ?? theta;
      finite(own, [parameters]);
      return own;
    },
    inspect(task) {
      const views = method.inspect?.(task) ?? [];
      // What the schema does not know it would leave out.
      expect(viewsSchema.parse(views)).toEqual(views);
      return views;
    },
    ...(method.loss && {
      loss(plain, outputs, batch, step) {
        const loss = method.loss?.(plain, outputs, batch, step) ?? plain;
        expect(loss.shape).toEqual([]);
        return loss;
      },
    }),
    ...(method.penalty && {
      penalty(theta, step) {
        const found = method.penalty?.(theta, step);
        if (found) {
          finite(found.value, []);
          finite(found.gradient, [parameters]);
        }
        return found;
      },
    }),
  };
  return { ...method, ...parts };
}

async function expectFixedAndFinite(spec: ToySpec) {
  const { network } = await toyLearner(spec);
  const method = createMethod(toyManifest(spec).spec.methods);
  const seen = { steps: 0 };
  const run = await runToy(
    { ...spec, eager: true },
    { method: watched(method, toyStream(spec), network.parameterCount, seen) },
  );
  // What it found.
  if (run.error) throw run.error;
  const planned = ofType(run.events, 'task-start').reduce((sum, { steps }) => sum + steps, 0);
  expect(seen.steps).toBe(planned);
  return run;
}

// ---- the same numbers, however they are come by

/** Where a run goes on: task, phase and step. */
function placeOf(run: ToyRun): string {
  const { task, phase, step } = checkpointOf(run);
  return [task, phase, step].join();
}

/**
 * Stops at every chance there is, and is killed on the way to it, but not on native TensorFlow, where each piece compiles
 * its steps. @returns the run that got to the end
 */
async function runInPieces(spec: ToySpec): Promise<{ run: ToyRun; places: ReadonlySet<string> }> {
  const places = new Set<string>();
  let run = await runToy(spec, { stopAt: 1 });
  let place = '';
  let stopAt = 2;
  const advance = () => {
    const now = placeOf(run);
    // Work between steps begins anew each time, and must once come to its end.
    stopAt = now === place ? stopAt + 1 : 2;
    place = now;
    places.add(now);
  };
  while (run.status === 'stopped') {
    advance();
    const { folder } = run;
    if (!isNative) {
      run = await runToy(spec, { resume: folder, killAt: stopAt });
      // It may have got to the end of a task.
      if (placeOf(run) !== place) advance();
    }
    run = await runToy(spec, { resume: folder, stopAt });
  }
  return { run, places };
}

/** Every phase of more than one step was broken off in the middle. */
async function expectMiddles(spec: ToySpec, places: ReadonlySet<string>) {
  const method = createMethod(toyManifest(spec).spec.methods);
  await toyLearner(spec, method);
  for (const task of tasks)
    (method.phases?.(task, STEPS) ?? [{ steps: STEPS }]).forEach(({ steps }, phase) => {
      if (steps > 1) expect([...places]).toContain([task, phase, Math.floor(steps / 2)].join());
    });
}

async function expectSameInPieces(spec: ToySpec, whole: ToyRun) {
  const { run, places } = await runInPieces(spec);
  expect(run.error).toBeUndefined();
  await expectMiddles(spec, places);
  expect(numbersOf(run)).toEqual(numbersOf(whole));
  expect(firstDifference(logOf(run), logOf(whole))).toBeUndefined();
}

/** All parameters after each task, in the order of their names. */
const allParameters = ({ folder }: ToyRun): number[] =>
  tasks.flatMap((task) =>
    Object.entries(parametersAfter(folder, task))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, { values }]) => [...values]),
  );

/** But for rounding. */
async function expectSameEagerly(spec: ToySpec, compiled: ToyRun) {
  const [found, wanted] = [compiled, await wholeRun({ ...spec, eager: true })].map(allParameters);
  expect(found?.length).toBe(wanted?.length);
  const differences = (wanted ?? []).map((value, i) => Math.abs(value - (found?.[i] ?? NaN)));
  expect(differences.reduce((most, difference) => Math.max(most, difference), 0)).toBeLessThan(1e-4);
}

describe.each(methodIds)('%s keeps to the contract:', (id) => {
  const spec = specOf(id);
  let whole: ToyRun;
  beforeAll(async () => {
    whole = await wholeRun(spec);
  });

  it('all it gives is finite and of fixed shapes, its views are of the kinds that there are', async () => {
    await expectFixedAndFinite(spec);
  });

  it('the same settings give the same numbers again, in calls of one step or of many', async () => {
    expect(numbersOf(await wholeRun(spec, { clock: 'real' }))).toEqual(numbersOf(whole));
  });

  it('stopped or killed at every chance, it goes on to the same numbers and the same log', async () => {
    await expectSameInPieces(spec, whole);
  });

  it('its memory is what it declares, is counted, and takes no more room the longer it trains', async () => {
    await expectDeclaredMemory(id, spec, whole);
  });

  // With other backends all steps are eager.
  if (isNative)
    it('compiled steps come to what eager ones come to', async () => {
      await expectSameEagerly(spec, whole);
    });

  if (!cards[id].combines)
    it('is refused beside replay, at its line', () => {
      expect(problemsBeside(spec)).toContainEqual(
        expect.objectContaining({ message: `${cards[id].title} cannot be combined with other methods.` }),
      );
    });
  else if (id !== 'replay')
    it('works beside replay: accepted, compiled, and resumed', async () => {
      const both = besideReplay(spec);
      expect(problemsBeside(spec).filter(({ severity }) => severity === 'error')).toEqual([]);
      if (isNative) await expectSameEagerly(both, await wholeRun(both));
      else await expectSameInPieces(both, await expectFixedAndFinite(both));
    });
});

it('every method that may be combined can be, with all the others at once', () => {
  const combining = methodIds.filter((id) => cards[id].combines);
  const methods = combining.map((method) => ({ method, settings: cards[method].settings.parse({}) }));
  expect(createMethod(methods).id).toBe(combining.join('+'));
});

it('no method is said to count its memory otherwise that does not', async () => {
  for (const id of Object.keys(countedOtherwise) as MethodId[]) {
    const run = await wholeRun(specOf(id));
    expect(ofType(run.events, 'task-end').at(-1)?.memoryBytes, id).not.toBe(keptBytes(run));
  }
});
