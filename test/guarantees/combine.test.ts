import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkSchema } from '../../src/core/recipe';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Batches, Method, Position } from '../../src/engine/contract/method';
import type { Stream } from '../../src/engine/contract/stream';
import type { Differentiate, Outputs, Proposed, Slope, Step, Tensors } from '../../src/engine/contract/step';
import { combine } from '../../src/engine/methods/combine';
import { createNetwork } from '../../src/engine/networks/network';
import { removeRunFolders, runToy, toyLearner } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const experimentNetwork = () => createNetwork(networkSchema.parse({ hidden: [2] }), 4, 3);
const position: Position = { task: 0, phase: 0, step: 0 };
const theta = () => tf.tensor1d([1, 2]);
const slopeOf = (value: number): Slope => ({
  loss: tf.scalar(value),
  task: tf.tensor1d([value, value]),
  total: tf.tensor1d([value, value]),
});
const proposed = (): Proposed => ({ theta: theta(), slots: { m: tf.tensor1d([3, 4]), v: tf.tensor1d([5, 6]) } });
const stepWith = (own: Partial<Step> = {}): Step => ({
  theta: theta(),
  batches: {},
  constants: {},
  carried: {},
  count: tf.scalar(1),
  learningRate: tf.scalar(0.1),
  outputs: () => {
    throw new Error('nobody asks for outputs here');
  },
  examples: () => {
    throw new Error('nobody asks for examples here');
  },
  ...own,
});
const numbers = (tensor: tf.Tensor | undefined) => [...(tensor?.dataSync() ?? [])];

/** Of two methods the first doubles, the second adds one: the order shows. */
const doubling: Method = {
  id: 'double',
  loss: (plain) => tf.mul(plain, 2),
  gradient: (at, differentiate) => {
    const slope = differentiate(at);
    return { ...slope, total: tf.mul(slope.total, 2) };
  },
  update: ({ theta: at }) => ({ theta: tf.mul(at, 2) }),
  parametersFor: (_task, at) => tf.mul(at, 2),
};
const adding: Method = {
  id: 'add',
  loss: (plain) => tf.add(plain, 1),
  gradient: (at, differentiate) => {
    const slope = differentiate(at);
    return { ...slope, total: tf.add(slope.total, 1) };
  },
  update: ({ theta: at }) => ({ theta: tf.add(at, 1) }),
  parametersFor: (_task, at) => tf.add(at, 1),
};

describe('a network that one of them brings', () => {
  const bringing = (id: string): Method => ({
    id,
    network: (experiment) => ({
      ...experiment,
      // Says what it was asked with.
      forward: (_parameters, _x, { constants }) => ({ logits: constants['own'] as tf.Tensor2D, layers: [] }),
    }),
  });

  it('gets the constants of its method by their own names', () => {
    const network = combine([doubling, bringing('mine'), adding]).network?.(
      experimentNetwork(),
      undefined,
      {} as Stream,
    );
    const own = tf.tensor2d([[7]]);
    const constants = { 'mine/own': own, 'double/own': tf.tensor2d([[8]]) };
    const { logits } = network?.forward([], tf.zeros([1, 4]), { training: false, columns: {}, constants }) ?? {};
    expect(logits).toBe(own);
  });

  it('is the only one', () => {
    expect(() => combine([bringing('one'), bringing('other')])).toThrow(/one and other both want to say the network/);
  });
});

it('one of them may classify in a way of its own, with the templates that it made', () => {
  const own: Method = {
    id: 'own',
    templates: (at) => ({ shift: tf.sum(at) }),
    scores: ({ logits }, { shift }) => tf.add(logits, shift as tf.Scalar),
  };
  const both = combine([own, doubling]);
  const outputs = { logits: tf.tensor2d([[1, 2]]), layers: [] };
  const templates = both.templates?.(theta()) ?? {};
  expect(numbers(both.scores?.(outputs, templates))).toEqual([4, 5]);
  expect(Object.keys(combine([doubling, adding]))).not.toContain('scores');
  expect(() => combine([own, { ...own, id: 'other' }])).toThrow('own and other both want to say the answers of a task');
});

it('columns at test are those of all methods, and all hear that the network grew', () => {
  const heard: string[] = [];
  const having = (id: string, value: number): Method => ({
    id,
    columnsAt: (task) => ({ [id]: [value, task] }),
    grown: (move) => heard.push(`${id} ${[...move(Float32Array.of(1))].join()}`),
  });
  const both = combine([having('a', 1), having('b', 2)]);
  expect(both.columnsAt?.(5)).toEqual({ a: [1, 5], b: [2, 5] });
  both.grown?.((values, fill = 0) => Float32Array.of(...values, fill));
  expect(heard).toEqual(['a 1,0', 'b 1,0']);
});

describe('each method wraps what those before it do:', () => {
  const both = combine([doubling, adding]);
  const turned = combine([adding, doubling]);
  const differentiate: Differentiate = () => slopeOf(5);

  it('its name is theirs, in their order', () => {
    expect([both.id, turned.id, combine([adding]).id]).toEqual(['double+add', 'add+double', 'add']);
  });

  it('the loss, the slope, the update and the parameters at test pass through them in their order', () => {
    const outputs = {} as Outputs;
    const batch = {} as never;
    for (const [method, scalarOf] of [
      [both, (value: number) => value * 2 + 1],
      [turned, (value: number) => (value + 1) * 2],
    ] as const) {
      expect(numbers(method.loss?.(tf.scalar(5), outputs, batch, stepWith()))).toEqual([scalarOf(5)]);
      const slope = method.gradient?.(theta(), differentiate, stepWith());
      expect(numbers(slope?.total)).toEqual([scalarOf(5), scalarOf(5)]);
      expect(numbers(method.update?.(proposed(), slopeOf(0), stepWith()).theta)).toEqual([scalarOf(1), scalarOf(2)]);
      expect(numbers(method.parametersFor?.(0, theta()))).toEqual([scalarOf(1), scalarOf(2)]);
    }
  });

  it('slots pass through the updates, too, and what one leaves out stays', () => {
    const shrinking: Method = {
      id: 'shrink',
      update: ({ slots }) => ({ slots: { m: tf.mul(slots['m'] as tf.Tensor1D, 0.5) } }),
    };
    const next = combine([shrinking, doubling, { ...shrinking, id: 'more' }]).update?.(
      proposed(),
      slopeOf(0),
      stepWith(),
    );
    expect(numbers(next?.theta)).toEqual([2, 4]);
    expect([numbers(next?.slots?.['m']), numbers(next?.slots?.['v'])]).toEqual([
      [0.75, 1],
      [5, 6],
    ]);
  });

  it('what only some have is asked of them alone, and what none has is not there', () => {
    const alone = combine([{ id: 'silent' }, doubling]);
    expect(numbers(alone.update?.(proposed(), slopeOf(0), stepWith()).theta)).toEqual([2, 4]);
    const always = ['begin', 'memoryBytes'];
    expect(Object.keys(alone).sort()).toEqual([...Object.keys(doubling), ...always].sort());
  });

  it('a slope at other points is asked of the methods before, one of batches that are named of nobody', () => {
    const asked: [number[], Parameters<Differentiate>[1]][] = [];
    const spy: Differentiate = (at, batches) => {
      asked.push([numbers(at), batches]);
      return slopeOf(batches ? 7 : 5);
    };
    const found: number[][] = [];
    const asking: Method = {
      id: 'ask',
      gradient: (at, inner) => {
        found.push(numbers(inner(tf.add(at, 10)).total), numbers(inner(at, ['memory']).total));
        return inner(at);
      },
    };
    combine([doubling, asking]).gradient?.(theta(), spy, stepWith());
    expect(found).toEqual([
      [10, 10],
      [7, 7],
    ]);
    expect(asked).toEqual([
      [[11, 12], undefined],
      [[1, 2], ['memory']],
      [[1, 2], undefined],
    ]);
  });

  it('penalties add up, and there is none where nobody has one', () => {
    const pulling = (id: string, by: number): Method => ({
      id,
      penalty: (at) => (by === 0 ? undefined : { value: tf.scalar(by), gradient: tf.mul(at, by) }),
    });
    const found = combine([pulling('a', 1), pulling('b', 0), pulling('c', 3)]).penalty?.(theta(), stepWith());
    expect([numbers(found?.value), numbers(found?.gradient)]).toEqual([[4], [4, 8]]);
    expect(combine([pulling('a', 0), pulling('b', 0)]).penalty?.(theta(), stepWith())).toBeUndefined();
  });

  it('batches grow from one to the next, and all hear of what was met, of phases and of the end of a task', async () => {
    const heard: string[] = [];
    const more = (id: string): Method => ({
      id,
      batches: (batches) => ({ ...batches, [id]: { ...batches.current, apart: true } }),
      met: () => void heard.push(`${id} met`),
      beforePhase: async () => {
        await Promise.resolve();
        heard.push(`${id} before`);
      },
      afterTask: () => void heard.push(`${id} after`),
    });
    const method = combine([more('a'), more('b')]);
    const current = { indices: new Int32Array(1), tasks: new Int32Array(1), weights: Float32Array.of(1) };
    const batches: Batches = { current };
    expect(Object.keys(method.batches?.(batches, position, current) ?? {})).toEqual(['current', 'a', 'b']);
    method.met?.(current, position);
    await method.beforePhase?.(position);
    await method.afterTask?.(0);
    expect(heard).toEqual(['a met', 'b met', 'a before', 'b before', 'a after', 'b after']);
  });

  it('a phase is skipped when one of them skips it, and all have prepared it', async () => {
    const heard: string[] = [];
    const saying = (id: string, said: 'skip' | undefined): Method => ({
      id,
      beforePhase: () => {
        heard.push(id);
        return said;
      },
    });
    const skipping = combine([saying('a', undefined), saying('b', 'skip'), saying('c', undefined)]);
    expect(await skipping.beforePhase?.(position)).toBe('skip');
    expect(heard).toEqual(['a', 'b', 'c']);
    expect(await combine([saying('a', undefined), saying('b', undefined)]).beforePhase?.(position)).toBeUndefined();
  });

  it('the step size and the parameters of all tests pass through them in their order', () => {
    const first: Method = {
      id: 'first',
      stepSize: (_, base) => base * 2,
      beforeEvaluation: (at) => tf.mul(at, 2),
    };
    const second: Method = {
      id: 'second',
      stepSize: ({ step }, base) => base + step + 1,
      beforeEvaluation: (at) => tf.add(at, 1),
    };
    expect(combine([first, second]).stepSize?.({ ...position, step: 3 }, 5)).toBe(14);
    expect(combine([second, first]).stepSize?.({ ...position, step: 3 }, 5)).toBe(18);
    expect(numbers(combine([first, second]).beforeEvaluation?.(theta()))).toEqual([3, 5]);
    expect(numbers(combine([second, first]).beforeEvaluation?.(theta()))).toEqual([4, 6]);
  });

  it('one that ends its own phases is asked, beside others too', () => {
    const ending: Method = {
      id: 'a',
      phases: () => [{ name: 'train', steps: 9, askEvery: 3 }],
      afterSteps: (_, loss) => (loss < 1 ? 'end' : undefined),
    };
    const method = combine([{ id: 'b' }, ending]);
    expect([method.afterSteps?.(position, 0.5), method.afterSteps?.(position, 2)]).toEqual(['end', undefined]);
  });

  it('one that needs the task at test makes all of it need it', () => {
    expect(combine([{ id: 'a' }, { id: 'b', taskAwareOnly: true }]).taskAwareOnly).toBe(true);
    expect(combine([{ id: 'a', taskAwareOnly: false }]).taskAwareOnly).toBe(false);
  });
});

/** Counts in its memory and in what it carries, under a name that another may have too. */
function counting(id: string, by: number, seen: Record<string, unknown>): Method {
  let learner: Learner;
  return {
    id,
    begin(own) {
      learner = own;
    },
    keeps: () => ({
      total: { initial: new Float32Array(by) },
      same: { initial: new Float32Array(), asLongAs: 'other' },
      other: { initial: new Float32Array() },
    }),
    carries: () => ({ total: { shape: [1], values: Float32Array.of(by) } }),
    constants: () => ({ by: tf.scalar(by) }),
    carry: (_next, _slope, { constants, carried }) => ({
      total: tf.add(carried['total'] as tf.Tensor, constants['by'] as tf.Tensor),
    }),
    afterTask() {
      seen[id] = [learner.memory.size, ...learner.carried.floats('total')];
      learner.memory.set('total', new Float32Array(by).fill(by));
      learner.carried.set('total', Float32Array.of(0));
    },
    inspect: () => [{ kind: 'layers', title: id, quantity: 'q', unit: '1', layers: [{ name: 'a', value: 0 }] }],
  };
}

describe('what methods keep is kept apart:', () => {
  it('each has its own part of memory, constants and what is carried, under names of its own', async () => {
    const seen: Record<string, unknown> = {};
    // One name begins with the other.
    const method = combine([counting('c', 2, seen), counting('cc', 5, seen)]);
    const learner = await toyLearner({}, method);
    expect(Object.keys(method.keeps?.() ?? {})).toEqual([
      'c/total',
      'c/same',
      'c/other',
      'cc/total',
      'cc/same',
      'cc/other',
    ]);
    expect(Object.keys(method.carries?.() ?? {})).toEqual(['c/total', 'cc/total']);
    const constants = (method.constants?.() ?? {}) as Tensors;
    expect(Object.keys(constants)).toEqual(['c/by', 'cc/by']);
    const carried = { 'c/total': tf.tensor1d([100]), 'cc/total': tf.tensor1d([200]) };
    const next = method.carry?.(theta(), slopeOf(0), stepWith({ constants, carried })) ?? {};
    expect(Object.entries(next).map(([name, tensor]) => [name, ...numbers(tensor)])).toEqual([
      ['c/total', 102],
      ['cc/total', 205],
    ]);
    await method.afterTask?.(0);
    expect([...learner.memory.floats('c/total')]).toEqual([2, 2]);
    expect([...learner.memory.floats('cc/total')]).toEqual([5, 5, 5, 5, 5]);
    expect([...learner.carried.floats('c/total'), ...learner.carried.floats('cc/total')]).toEqual([0, 0]);
    expect(seen).toEqual({ c: [8, 2], cc: [20, 5] });
    expect(method.memoryBytes?.()).toBe(8 + 20 + 4 + 4);
    expect(method.inspect?.(0).map(({ title, method: of }) => [title, of])).toEqual([
      ['c', 'c'],
      ['cc', 'cc'],
    ]);
  });

  it('and is so in a run, which counts bytes as each method has them', async () => {
    const seen: Record<string, unknown> = {};
    const own: Method = { ...counting('own', 3, seen), memoryBytes: () => 1000 };
    const run = await runToy({ training: { iterations: 2 } }, { method: combine([counting('c', 2, seen), own]) });
    expect(run.error).toBeUndefined();
    // Two steps since the task before, when it was set to 0.
    expect(seen).toEqual({ c: [8, 4], own: [12, 6] });
    const bytes = run.events.flatMap((event) => (event.type === 'task-end' ? [event.memoryBytes] : []));
    expect(bytes).toEqual([1012, 1012, 1012]);
  });
});

describe('what makes no sense is refused:', () => {
  const lesson = () => ({ indices: new Int32Array(1), tasks: new Int32Array(1) });
  const phases = () => [{ name: 'train', steps: 1 }];

  it('two that want to say what a task trains on, or its phases', () => {
    expect(() => combine([{ id: 'a', lesson }, { id: 'b' }, { id: 'c', lesson }])).toThrow(
      'a and c both want to say the lesson of a task',
    );
    expect(() =>
      combine([
        { id: 'a', phases },
        { id: 'b', phases },
      ]),
    ).toThrow('a and b both want to say the phases of a task');
  });

  it('two that want to end phases, or one that wants to end those of another', () => {
    const afterSteps = () => 'end' as const;
    expect(() =>
      combine([
        { id: 'a', afterSteps },
        { id: 'b', afterSteps },
      ]),
    ).toThrow('a and b both want to say the end of the phases of a task');
    expect(() =>
      combine([
        { id: 'a', phases },
        { id: 'b', afterSteps },
      ]),
    ).toThrow('b wants to end the phases of a');
  });

  it('one that stands twice: their memories would be one', () => {
    expect(() => combine([{ id: 'a' }, { id: 'b' }, { id: 'a' }])).toThrow('a stands twice in a combination');
  });

  it('but not one beside others that do not', () => {
    const method = combine([{ id: 'a', lesson }, { id: 'b', phases }, { id: 'c' }]);
    expect([method.lesson?.(0), method.phases?.(0, 3)]).toEqual([lesson(), phases()]);
  });
});
