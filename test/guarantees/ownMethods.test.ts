import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkedMethod } from '../../src/engine/own/checkedMethod';
import { describeFile } from '../../src/engine/own/describe';
import * as lethe from '../../src/engine/own/lethe';
import { link } from '../../src/engine/own/link';
import { moduleIn, ofKind } from '../../src/engine/own/moduleOf';
import { withOwnPlace } from '../../src/engine/own/places';
import { readSource } from '../../src/engine/own/source';
import { combine } from '../../src/engine/methods/combine';
import { createSam } from '../../src/engine/methods/sam';
import type { Method } from '../../src/engine/contract/method';
import { numbersOf, removeRunFolders, runToy } from './toyRuns';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

afterAll(removeRunFolders);

/** A method of the parts that are given, each on a line of its own from line 10 on. */
const textOf = (...parts: readonly string[]) => `import { defineMethod, tf, z } from 'lethe';

export default defineMethod({
  title: 'Mine',
  summary: 'For a test.',
  settings: z.object({ a: z.number().default(1) }),
  create({ a }) {
    let learner: any;
    return {
${parts.map((part) => `      ${part},`).join('\n')}
    };
  },
});
`;

let count = 0;
/** Each time another folder: places are remembered by file. */
function methodOf(text: string, settings: object = {}): Method {
  const source = readSource('mine.ts', (name) => (name === 'mine.ts' ? Buffer.from(text) : undefined));
  const module = ofKind(moduleIn(link(source, `/somewhere/${count++}`, lethe), 'mine.ts'), 'method');
  const made = module.definition.create(module.settings.parse(settings));
  return checkedMethod(made, { id: 'mine', place: module.place, readsSteps: true });
}

/** With which words a run of the method fails, as a training process says them. */
async function failureOf(...parts: readonly string[]): Promise<string> {
  const error = await runToy({}, { method: methodOf(textOf(...parts)) }).then(
    (run) => run.error,
    // It may fail before it begins.
    (cause: unknown) => cause as Error,
  );
  return withOwnPlace(error?.message ?? 'it did not fail', error);
}

const begin = 'begin(own) { learner = own; }';

describe('a method of the user’s own', () => {
  it('computes what the same one of Lethe computes, bit for bit', async () => {
    const text = textOf(
      begin,
      'beforePhase({ phase }) { if (phase === 0) learner.carried.set("cosines", noCosines.values); }',
      `gradient(theta, differentiate) {
        const here = differentiate(theta);
        const uphill = tf.mul(here.total, tf.div(0.05 * a, tf.maximum(tf.norm(here.total), 1e-30)));
        const there = differentiate(tf.add(theta, uphill));
        return { ...there, loss: here.loss, notes: { 'sam cosine': cosineOf(here.total, there.total) } };
      }`,
      'carries: () => ({ cosines: noCosines })',
      `carry: (_next, { notes }, { carried }) => ({ cosines: withCosine(carried.cosines, notes['sam cosine'], tf.scalar(0)) })`,
      'memoryBytes: () => 0',
    ).replace('tf, z }', 'tf, z, noCosines, withCosine, cosineOf }');
    const own = await runToy({}, { method: methodOf(text) });
    expect(own.error).toBeUndefined();
    const sam: Method = { ...createSam({ rho: 0.05 }), inspect: () => [] };
    expect(numbersOf(own)).toEqual(numbersOf(await runToy({}, { method: sam })));
  });

  it('goes on from any checkpoint to the same numbers', async () => {
    const text = textOf(
      begin,
      'keeps: () => ({ sum: { initial: new Float32Array(1), lengths: [1] } })',
      'afterTask(task) { learner.memory.set("sum", Float32Array.of(learner.memory.floats("sum")[0] + task + 1)); }',
      'constants: () => ({ sum: tf.tensor1d(learner.memory.floats("sum")) })',
      `gradient: (theta, differentiate, { constants: { sum } }) => {
        const slope = differentiate(theta);
        return { ...slope, total: tf.mul(slope.total, tf.add(1, tf.reshape(sum, []))) };
      }`,
    );
    const whole = await runToy({}, { method: methodOf(text) });
    expect(whole.error).toBeUndefined();
    const { folder } = await runToy({}, { method: methodOf(text), stopAt: 11 });
    const rest = await runToy({}, { method: methodOf(text), resume: folder });
    expect(rest.status).toBe('done');
    expect(numbersOf(rest).parameters).toEqual(numbersOf(whole).parameters);
  });

  it.each([
    ['throws', [begin, 'afterTask() { throw new Error("no more"); }'], 'mine.ts:11: no more'],
    [
      'throws nothing',
      [begin, 'penalty() { throw undefined; }'],
      'mine.ts:11: "penalty" throws what is no error: undefined.',
    ],
    [
      'throws later what is no error',
      [begin, 'async afterTask() { await 0; throw { message: 5 }; }'],
      'mine.ts:11: "afterTask" throws what is no error: [object Object].',
    ],
    ['throws in a step', [begin, 'gradient() { return learner.nothing.at.all; }'], /^mine\.ts:11: Cannot read/],
    [
      'multiplies what does not fit',
      [begin, 'penalty(theta) { return { value: tf.scalar(0),\n gradient: tf.add(theta, tf.ones([3])) }; }'],
      /^mine\.ts:12: .*shape/i,
    ],
  ])('that %s fails the run with its line', async (_, parts, message) => {
    expect(await failureOf(...parts)).toMatch(message);
  });

  it.each([
    [
      'gradient',
      'gradient(theta, d) { const s = d(theta); return { ...s, total: tf.ones([3]) }; }',
      /total has the shape \[3\], and has to have \[\d+\]/,
    ],
    ['gradient', 'gradient: (theta, d) => ({ ...d(theta), total: tf.mul(theta, NaN) })', /total is not finite/],
    ['gradient', 'gradient: (theta, d) => d(theta).total', /loss has to be a tensor of shape \[\], and is undefined/],
    ['gradient', 'gradient: (theta, d) => { d(theta); }', /has to give an object, and gives undefined/],
    [
      'penalty',
      'penalty: (theta) => ({ value: tf.scalar(0), gradient: tf.zeros([2, 2]) })',
      /gradient has the shape \[2, 2\]/,
    ],
    [
      'penalty',
      'penalty: (theta) => ({ value: 0, gradient: theta })',
      /value has to be a tensor of shape \[\], and is a number/,
    ],
    ['loss', 'loss: (plain) => tf.log(tf.mul(plain, -1))', /the loss is not finite/],
    ['loss', 'loss: (plain, { logits }) => tf.mean(logits, 0)', /the loss has the shape \[6\]/],
    ['update', 'update: ({ theta }) => ({ theta: tf.div(theta, 0) })', /theta is not finite/],
    ['stepSize', 'stepSize: () => NaN', /has to give a number from 0, and gives NaN/],
    ['memoryBytes', 'memoryBytes: () => -1', /has to give a number from 0, and gives -1/],
    [
      'batches',
      'batches: ({ current }) => ({ current: { ...current, weights: new Float32Array(2) } })',
      /"current" has 16 indices, 16 tasks and 2 weights/,
    ],
    ['batches', 'batches: () => ({})', /no batch named "current"/],
    [
      'batches',
      'batches: ({ current }) => ({ current: { ...current, indices: current.indices.map(() => 9999) } })',
      /an index that is none of the 240 training examples/,
    ],
    [
      'carries',
      'carries: () => ({ a: { shape: [2], values: new Float32Array(3) } })',
      /"a" has 3 values, and its shape \[2\] has 2/,
    ],
    ['carries', 'carries: () => ({ a: { shape: [1], values: Float32Array.of(NaN) } })', /"a" is not finite/],
    [
      'keeps',
      'keeps: () => ({ a: { initial: [1, 2] } })',
      /"a.initial" has to be a Float32Array, Int32Array or Uint8Array, and is a list/,
    ],
    ['parametersFor', 'parametersFor: (task, theta) => tf.slice(theta, 0, 5)', /the parameters has the shape \[5\]/],
    ['inspect', 'inspect: () => [{ kind: "layers", title: "" }]', /a view that cannot be shown/],
    [
      'inspect',
      'inspect: () => [{ kind: "layer", title: "Weights", quantity: "q", unit: "1", layers: [{ name: "a", value: 0 }] }]',
      /view 1 \("layer", Weights\) is of no kind that there is\. Kinds: layers, memory, .*tree/,
    ],
    [
      'inspect',
      'inspect: () => [{ kind: "layers", title: "Weights", quantity: "q", unit: "1", layers: [{ name: "a", value: 0, share: 1 }] }]',
      /view 1 \("layers", Weights\) has fields that views of its kind do not have: layers\.0\.share/,
    ],
    ['inspect', 'inspect: () => ({})', /has to give a list of views/],
    [
      'batches',
      'batches: ({ current }) => ({ current: { ...current, weights: current.weights.map((w) => 2 * w) } })',
      /the weights of its batches add up to 2(\.\d+)?, not to 1/,
    ],
    [
      'batches',
      'batches: ({ current }) => ({ current, old: { ...current, term: true, weights: current.weights.map((w) => w / 2) } })',
      /the weights of the batch "old" add up to 0\.5\d*, not to 1/,
    ],
    [
      'update',
      'update: ({ theta }) => ({ thetta: tf.zerosLike(theta) })',
      /gives "thetta", which nobody asked for\. Did you mean "theta"\? It may give: theta, slots/,
    ],
    [
      'update',
      'update: ({ slots }) => ({ slots: { ...slots, mm: slots.m } })',
      /has in "slots" "mm", which nobody asked for\. Did you mean "m"\? It may give: m, v/,
    ],
    ['carry', 'carry: (next) => ({ sum: tf.sum(next) })', /gives "sum", which nobody asked for\. It may give: nothing/],
    [
      'keeps',
      'keeps: () => ({ a: { initial: new Float32Array(3), lengths: [0, 5] } })',
      /"a" begins with 3 values, and its "lengths" allow 0 or 5/,
    ],
  ] as const)(
    'whose %s gives what it may not fails the run with the line of that part',
    async (part, text, message) => {
      const said = await failureOf(begin, text);
      expect(said).toMatch(message);
      expect(said).toMatch(new RegExp(`^mine\\.ts:11: "${part}": `));
    },
  );

  it.each([
    ['memory', 'learner.memory.set("m", Float32Array.of(1 / 0))', /What is put into the memory "m" is not finite/],
    ['parameters', 'learner.setTheta(new Float32Array(9).fill(NaN))', /What is put into the parameters is not finite/],
  ])('that puts what is not finite into the %s fails the run with that line', async (_, call, message) => {
    const keeps = 'keeps: () => ({ m: { initial: new Float32Array(1) } })';
    const said = await failureOf(begin, keeps, `afterTask() {\n\n${call};\n}`);
    expect(said).toMatch(/^mine\.ts:14: /);
    expect(said).toMatch(message);
  });

  it.each([
    [
      'sets a length that it does not keep',
      'learner.memory.set("m", new Float32Array(3))',
      '"m" has 3 values, and "keeps" allows 0 or 5 ("lengths")',
    ],
    [
      'sets what is not below its limit',
      'learner.memory.set("at", Int32Array.of(2, 9))',
      '"at" holds 9, and "keeps" allows 0 to 3 ("below")',
    ],
    [
      'sets another type',
      'learner.memory.set("m", new Int32Array(5))',
      '"m" is kept as Float32Array, not as Int32Array',
    ],
    [
      'sets what it does not keep',
      'learner.memory.set("mm", new Float32Array(5))',
      'the method keeps nothing named "mm". Its "keeps" has: m, at',
    ],
    [
      'reads another type',
      'learner.memory.floats("at")',
      '"at" is kept as Int32Array, and was asked for as Float32Array',
    ],
    [
      'reads what it does not keep',
      'learner.memory.floats("constructor")',
      'the method keeps nothing named "constructor". Its "keeps" has: m, at',
    ],
    [
      'reads what its steps do not carry',
      'learner.carried.floats("men")',
      'the steps of the method carry nothing named "men". Its "carries" has: mean',
    ],
  ])('that %s fails with its line, alone and in a combination', async (_, call, message) => {
    const text = textOf(
      begin,
      'keeps: () => ({ m: { initial: new Float32Array(), lengths: [0, 5] }, at: { initial: new Int32Array(), below: 4 } })',
      'carries: () => ({ mean: { shape: [1], values: new Float32Array(1) } })',
      'carry: (_next, _slope, { carried }) => carried',
      `beforePhase() { ${call}; }`,
    );
    for (const wrapped of [
      (method: Method) => method,
      (method: Method) => combine([method, createSam({ rho: 0.05 })]),
    ]) {
      const { error } = await runToy({}, { method: wrapped(methodOf(text)) });
      expect(withOwnPlace(error?.message ?? 'it did not fail', error)).toBe(`mine.ts:14: ${message}`);
    }
  });

  it.each([
    ['memory', 'own.memory.floats("m")', 'the memory is not there yet'],
    ['carried', 'own.carried.floats("m")', 'what steps carry is not there yet'],
  ])('that uses its %s before it is there is told from when on it is', async (_, call, message) => {
    const said = await failureOf(
      `begin(own) { ${call}; }`,
      'keeps: () => ({ m: { initial: new Float32Array(1) } })',
      'carries: () => ({ m: { shape: [1], values: new Float32Array(1) } })',
    );
    expect(said).toBe(`mine.ts:10: ${message}: it can be used from "beforePhase" on, and "begin" comes before it`);
  });

  it('whose arrays are not as long as each other cannot be stopped there, and is told why', async () => {
    const said = await failureOf(
      begin,
      'keeps: () => ({ m: { initial: new Float32Array() }, at: { initial: new Int32Array(), asLongAs: "m" } })',
      'afterTask() { learner.memory.set("at", new Int32Array(3)); }',
    );
    expect(said).toMatch(/"at" holds 3 values, and "m" 0: "keeps" says that they are as long as each other/);
  });

  it('is not blamed for a loss that diverges without it', async () => {
    const method = methodOf(textOf(begin, 'gradient: (theta, d) => d(theta)'));
    const { error } = await runToy(
      { training: { optimizer: 'sgd', learningRate: 10 }, network: { init: 9 } },
      { method },
    );
    expect(error?.message ?? 'done').toMatch(/^The (loss|sum of the parameters) became|^done$/);
  });

  it('with a part that there is none of, or one that is no function, is refused', () => {
    expect(() => methodOf(textOf('aftertask() {}'))).toThrow(/^mine\.ts:10: A method has no part named "aftertask"/);
    expect(() => methodOf(textOf('gradient: 3'))).toThrow(/^mine\.ts:7: "gradient" of a method has to be a function/);
  });

  it('leaves no tensors behind by being looked at', async () => {
    const method = methodOf(textOf(begin, 'gradient: (theta, d) => d(theta)'));
    const tensorsOf = async (own: Method) => {
      await runToy({}, { method: own });
      const before = tf.memory().numTensors;
      await runToy({}, { method: own });
      return tf.memory().numTensors - before;
    };
    expect(await tensorsOf(method)).toBe(await tensorsOf({ id: 'bare' }));
  });
});

describe('the description of a file of the user’s own', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lethe-own-'));
    return () => rmSync(folder, { recursive: true, force: true });
  });
  const described = (text: string) => {
    writeFileSync(path.join(folder, 'mine.ts'), text);
    return describeFile(path.join(folder, 'mine.ts'));
  };

  it('has its card and its settings as data', () => {
    expect(described(textOf(begin))).toMatchObject({
      kind: 'method',
      card: { title: 'Mine', combines: true, scenarios: { class: { fit: 'defined' } } },
      code: { entry: 'mine.ts' },
      settings: { properties: { a: { type: 'number', default: 1 } }, additionalProperties: false },
    });
  });

  it.each([
    ['no default export', 'export const a = 1;', /^mine\.ts: A method is what the file exports as its default/],
    ['no title', textOf().replace(`title: 'Mine',`, ''), /^mine\.ts:7: "title" of the method/],
    ['no function', textOf().replace('create({ a })', 'made({ a })'), /^mine\.ts: The method needs "create"/],
    [
      'settings of another kind',
      textOf().replace('z.object({ a: z.number().default(1) })', '{ a: 1 }'),
      /^mine\.ts:7: "settings" has to be z\.object/,
    ],
    [
      'a setting that every entry has',
      textOf().replace('a: z.', 'label: z.'),
      /^mine\.ts:7: A setting cannot be called "label"/,
    ],
    [
      'a key that there is none of',
      textOf().replace('create(', 'combins: false,\n  create('),
      /^mine\.ts:8: defineMethod knows no "combins"\. Did you mean "combines"\? It may be given: title, /,
    ],
    [
      'a function under such a key',
      textOf().replace('settings:', 'needBoundary() {\n    return [];\n  },\n  settings:'),
      /^mine\.ts:6: defineMethod knows no "needBoundary"\. Did you mean "needsBoundary"\?/,
    ],
    [
      'a use of what "lethe" does not have',
      textOf().replace('tf, z }', 'tf, z, bytesof }').replace('export', 'bytesof(1);\nexport'),
      /^mine\.ts:3: "lethe" exports nothing named "bytesof"\. Did you mean "bytesOf"\?/,
    ],
    [
      'a require',
      textOf().replace('export', 'require("fs");\nexport'),
      /^mine\.ts:3: "fs" cannot be had by "require": a file of your own imports "lethe"/,
    ],
    [
      'defaults of no setting',
      textOf().replace('create(', 'defaults: { task: { b: 1 } },\n  create('),
      /^mine\.ts:8: "defaults\.task" names a setting/,
    ],
  ])('of one with %s says what is wrong', (_, text, message) => {
    const description = described(text);
    expect(description.kind).toBe('faulty');
    expect(description.kind === 'faulty' && description.message).toMatch(message);
    expect(Object.keys(description.watched)).toEqual(['mine.ts']);
  });
});
