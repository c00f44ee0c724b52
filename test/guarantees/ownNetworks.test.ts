import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { MethodId } from '../../src/core/methods/index';
import type { OwnNetworkSpec } from '../../src/core/recipe';
import type { MakeNetwork } from '../../src/engine/contract/network';
import { describeFile } from '../../src/engine/own/describe';
import * as lethe from '../../src/engine/own/lethe';
import { link } from '../../src/engine/own/link';
import { moduleIn, ofKind } from '../../src/engine/own/moduleOf';
import { networkMaker } from '../../src/engine/own/ownParts';
import { withOwnPlace } from '../../src/engine/own/places';
import { readSource } from '../../src/engine/own/source';
import { randomStream } from '../../src/engine/random';
import { testBackend } from '../../src/engine/backend/testBackends';
import { largestDifference, numbersOf, ofType, removeRunFolders, runToy } from './toyRuns';

afterAll(removeRunFolders);

let count = 0;
/** Each time another folder: places are remembered by file. */
function networkOf(text: string, settings: object = {}, readsSteps = testBackend !== 'native'): MakeNetwork {
  const source = readSource('net.ts', (name) => (name === 'net.ts' ? Buffer.from(text) : undefined));
  const module = ofKind(moduleIn(link(source, `/nets/${count++}`, lethe), 'net.ts'), 'network');
  const spec = { ...module.settings.parse(settings), kind: './net.ts', output: 'softmax' } satisfies OwnNetworkSpec;
  return networkMaker(module, spec, readsSteps);
}

/** The network 64-12-10-6 of the toy runs, as its author writes it: the same layers, drawn in the same order. */
const plain = `import { defineNetwork, denseLayer, inputLayer, z } from 'lethe';

export default defineNetwork({
  title: 'Plain',
  summary: 'Two hidden layers.',
  settings: z.object({ first: z.int().default(12), second: z.int().default(10) }),
  create({ first, second }, { inputs, outputs }) {
    const sizes = [inputs[0] * inputs[1] * inputs[2], first, second, outputs];
    const within = (bound) => (random) => bound * (2 * random() - 1);
    const layer = (i, isHead = false) => ({
      ['layer' + i + '.weights']: { shape: [sizes[i - 1], sizes[i]], isHead },
      ['layer' + i + '.bias']: { role: 'bias', shape: [sizes[i]], isHead, initial: within(1 / Math.sqrt(sizes[i - 1])) },
    });
    return {
      parameters: { ...layer(1), ...layer(2), ...layer(3, true) },
      forward(p, x) {
        const one = inputLayer(x, p['layer1.weights'], p['layer1.bias'], true);
        const two = denseLayer(one, p['layer2.weights'], p['layer2.bias'], true);
        const logits = denseLayer(two, p['layer3.weights'], p['layer3.bias'], false);
        return { logits, layers: { one, two } };
      },
    };
  },
});
`;

/** With batch norm, whose running statistics are buffers; dropout; and a head of named shapes. */
const normed = `import { batchNorm, defineNetwork, denseLayer, stridedConvolution, tf } from 'lethe';

export default defineNetwork({
  title: 'Normed',
  summary: 'A convolution, its batch norm, dropout and a head.',
  create(_settings, { inputs: [height, width, channels], outputs }) {
    return {
      parameters: {
        'conv.weights': { shape: [3, 3, channels, 4], initial: 'he' },
        'norm.scale': { role: 'scale', shape: [4] },
        'norm.shift': { role: 'shift', shape: [4] },
        'head.weights': { shape: [4 * height * width, outputs], isHead: true },
        'head.bias': { role: 'bias', shape: [outputs], isHead: true },
      },
      buffers: { 'norm.mean': { shape: [4] }, 'norm.variance': { shape: [4], initial: 1 } },
      momentum: 0.1,
      dropout: { share: 0.25, units: [4 * height * width] },
      forward(p, x, { training, frozen, kept, buffers }) {
        const images = tf.reshape(x, [-1, height, width, channels]);
        const convolved = stridedConvolution(images, p['conv.weights'], 1, false);
        const running = { mean: buffers['norm.mean'], variance: buffers['norm.variance'] };
        let next = {};
        let y;
        if (training && !frozen) {
          const found = batchNorm(convolved, p['norm.scale'], p['norm.shift'], running);
          y = found.y;
          next = { 'norm.mean': found.running.mean, 'norm.variance': found.running.variance };
        } else {
          const factor = tf.mul(p['norm.scale'], tf.rsqrt(tf.add(running.variance, 1e-5)));
          y = tf.add(tf.mul(tf.sub(convolved, running.mean), factor), p['norm.shift']);
        }
        const features = tf.reshape(tf.relu(y), [-1, 4 * height * width]);
        const dropped = kept ? tf.mul(features, kept[0]) : tf.mul(features, 0.75);
        const logits = denseLayer(dropped, p['head.weights'], p['head.bias'], false);
        return { logits, layers: { features }, buffers: next };
      },
    };
  },
});
`;

/** The plain one with another body of `forward`, or other parts, each on a line of its own. */
const small = (forward: string, parts = '') => `import { defineNetwork, tf, z } from 'lethe';

export default defineNetwork({
  title: 'Small',
  summary: 'For a test.',
  create(_settings, { inputs: [h, w, c], outputs }) {
    return {
      parameters: { 'head.weights': { shape: [h * w * c, outputs], isHead: true } },
      ${parts}
      forward(p, x) {
        ${forward}
      },
    };
  },
});
`;
const right = "return { logits: tf.matMul(x, p['head.weights']) };";

/** With which words a run fails, as a training process says them. */
async function failureOf(text: string): Promise<string> {
  const said = (error: unknown) => withOwnPlace(error instanceof Error ? error.message : String(error), error);
  try {
    const { error } = await runToy({ makeNetwork: networkOf(text, {}, true), eager: true });
    return error ? said(error) : 'it did not fail';
  } catch (error) {
    return said(error);
  }
}

describe('a network of the user’s own', () => {
  it('computes what the same one of Lethe computes, bit for bit, and has its names in files', async () => {
    const own = await runToy({ makeNetwork: networkOf(plain) });
    expect(own.error).toBeUndefined();
    const { parameters } = numbersOf(await runToy({}));
    // Files name the architecture too.
    const built = await runToy({});
    expect(largestDifference(own, built)).toBe(0);
    expect(parameters).toHaveLength(3);
    expect(ofType(own.events, 'task-end').map(({ accuracy }) => accuracy)).toEqual(
      ofType(built.events, 'task-end').map(({ accuracy }) => accuracy),
    );
  });

  it.each<[MethodId, object]>([
    ['ewc', { samples: 12 }],
    ['si', {}],
    ['packnet', {}],
    ['sam', {}],
    ['replay', { perClass: 3 }],
    ['agem', {}],
  ])('is trained by %s', async (method, settings) => {
    for (const text of [plain, normed]) {
      const run = await runToy({ methods: { [method]: settings }, makeNetwork: networkOf(text) });
      expect(run.error).toBeUndefined();
      expect(ofType(run.events, 'warning')).toEqual([]);
    }
  });

  it('without layers in a row is not for sleep, which says so', async () => {
    await expect(runToy({ methods: { sleep: {} }, makeNetwork: networkOf(plain) })).rejects.toThrow(
      /sleep is for networks of dense and convolutional layers in a row/,
    );
  });

  it('compiled comes to what it comes to eagerly', async () => {
    for (const text of [plain, normed]) {
      const compiled = await runToy({ makeNetwork: networkOf(text, {}, false) });
      expect(ofType(compiled.events, 'warning')).toEqual([]);
      const eager = await runToy({ makeNetwork: networkOf(text, {}, true), eager: true });
      expect(largestDifference(compiled, eager)).toBeLessThan(testBackend === 'native' ? 1e-4 : 1e-12);
    }
  });

  it('goes on from any checkpoint to the same numbers, running statistics too', async () => {
    const spec = () => ({ makeNetwork: networkOf(normed) });
    const whole = await runToy(spec());
    const { folder } = await runToy(spec(), { stopAt: 9 });
    const rest = await runToy(spec(), { resume: folder });
    expect(rest.status).toBe('done');
    expect(numbersOf(rest).parameters).toEqual(numbersOf(whole).parameters);
  });

  it('begins as it says: numbers, bounds, variances, functions', () => {
    const text = small(right).replace(
      'isHead: true } },',
      `isHead: true, initial: 0 }, 'a': { shape: [400, 50], initial: 'fan-in' }, 'b': { shape: [400, 50], initial: 'he' },
        'c': { shape: [3, 3, 20, 50], initial: 'xavier' }, 'd': { role: 'bias', shape: [5] }, 'e': { role: 'scale', shape: [5] },
        'f': { shape: [5], initial: (random) => random() - 2 } },`,
    );
    const network = networkOf(text)([8, 8, 1], 6);
    const theta = network.initial(randomStream(3, 'init'));
    const of = (name: string) => {
      const view = network.views.find((one) => one.name === name);
      return theta.subarray(view?.offset, (view?.offset ?? 0) + (view?.size ?? 0));
    };
    const most = (values: Float32Array) => Math.max(...values.map(Math.abs));
    expect(most(of('head.weights'))).toBe(0);
    expect(most(of('a'))).toBeCloseTo(1 / 20, 3);
    expect(Math.sqrt(of('b').reduce((sum, value) => sum + value ** 2, 0) / of('b').length)).toBeCloseTo(
      Math.sqrt(2 / 400),
      2,
    );
    expect(most(of('c'))).toBeCloseTo(Math.sqrt(6 / (180 + 450)), 3);
    expect([...of('d'), ...of('e')]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(of('f').every((value) => value >= -2 && value < -1)).toBe(true);
  });

  it.each([
    [
      'throws when it is made',
      small(right).replace('return {', 'throw new RangeError("images of 28 × 28 are needed"); return {'),
      /^net\.ts:7: images of 28 × 28/,
    ],
    ['throws nothing', small('throw undefined;'), /^net\.ts:10: "forward" throws what is no error: undefined\.$/],
    ['throws in its forward', small('throw new Error("no");'), /^net\.ts:11: no$/],
    [
      'multiplies what does not fit',
      small("return { logits: tf.matMul(tf.slice(x, [0, 0], [-1, 5]), p['head.weights']) };"),
      /^net\.ts:11: [^]*\(head\.weights is \[64, 6\]\.\)/,
    ],
    [
      'gives logits of a wrong shape',
      small("return { logits: tf.tile(tf.matMul(x, p['head.weights']), [1, 2]) };"),
      /^net\.ts:10: "forward": logits has the shape \[\d+, 12\], and has to have \[\d+, 6\]/,
    ],
    [
      'gives no tensor',
      small('return { logits: 3 };'),
      /^net\.ts:10: "forward": logits has to be a tensor of shape \[\d+, 6\], and is number/,
    ],
    ['gives nothing', small(''), /^net\.ts:10: "forward": has to give an object with "logits", and gives undefined/],
    [
      'gives NaN',
      small("return { logits: tf.mul(tf.matMul(x, p['head.weights']), NaN) };"),
      /^net\.ts:10: "forward": logits is not finite/,
    ],
    [
      'gives a layer that has no rows',
      small(`const logits = tf.matMul(x, p['head.weights']); return { logits, layers: { a: tf.sum(x) } };`),
      /the layer "a" has the shape \[\]/,
    ],
    ['has no head', small(right).replace(', isHead: true', ''), /^net\.ts:10: No parameter has "isHead": true/],
    [
      'has a head of another width',
      small(right).replace('w * c, outputs', 'w * c, 7'),
      /"head\.weights" is of the head, so its last axis is the 6 outputs, and its shape is \[64, 7\]/,
    ],
    [
      'has a role that there is none of',
      small(right).replace('isHead: true', 'isHead: true, role: "memory"'),
      /The role of "head\.weights" has to be one of weights, bias, scale, shift/,
    ],
    [
      'has a shape that is none',
      small(right).replace('h * w * c', '0.5'),
      /The parameter "head\.weights" needs a "shape"/,
    ],
    [
      'begins with NaN',
      small(right).replace('isHead: true', 'isHead: true, initial: () => NaN'),
      /"head\.weights" does not begin with finite numbers/,
    ],
    [
      'has a part that there is none of',
      small(right, 'layers: [],'),
      /A network has no part named "layers"\. It may have: parameters,/,
    ],
    ['drops all', small(right, 'dropout: { share: 1, units: [3] },'), /"dropout\.share" has to lie from 0 and below 1/],
  ] as const)('that %s fails the run with the line', async (_, text, message) => {
    expect(await failureOf(text)).toMatch(message);
  });

  it('leaves no tensors behind by being looked at', async () => {
    const make = networkOf(normed);
    await runToy({ makeNetwork: make });
    const before = tf.memory().numTensors;
    await runToy({ makeNetwork: make });
    const own = tf.memory().numTensors - before;
    await runToy({});
    const again = tf.memory().numTensors;
    await runToy({});
    // A run of Lethe's own network leaves its θ and slots; the running statistics come to that.
    expect(own).toBeLessThanOrEqual(tf.memory().numTensors - again + 1);
  });
});

describe('the description of a network of the user’s own', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lethe-own-'));
    return () => rmSync(folder, { recursive: true, force: true });
  });
  const described = (text: string) => {
    writeFileSync(path.join(folder, 'net.ts'), text);
    return describeFile(path.join(folder, 'net.ts'));
  };

  it('has its card and its settings as data', () => {
    expect(described(plain)).toMatchObject({
      kind: 'network',
      card: { title: 'Plain', summary: 'Two hidden layers.' },
      code: { entry: 'net.ts' },
      settings: { properties: { first: { type: 'integer', default: 12 } } },
    });
  });

  it.each([
    ['no title', plain.replace("title: 'Plain',", ''), /^net\.ts:7: "title" of the network/],
    [
      'no function',
      plain.replace('create({ first', 'made({ first'),
      /^net\.ts: The network needs "create": a function from its settings to its parameters and "forward"/,
    ],
    [
      'a setting that every network has',
      plain.replace('first: z.', 'weights: z.'),
      /A setting cannot be called "weights": every network has one/,
    ],
  ])('of one with %s says what is wrong', (_, text, message) => {
    const description = described(text);
    expect(description.kind === 'faulty' && description.message).toMatch(message);
  });
});
