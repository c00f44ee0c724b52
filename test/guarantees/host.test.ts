import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { firstDifference } from '../../src/core/difference';
import { foldEvents } from '../../src/core/runModel';
import { decodeCheckpoint } from '../../src/engine/checkpoint';
import type { Learner } from '../../src/engine/contract/learner';
import type { ExampleList, Method, Position } from '../../src/engine/contract/method';
import { hostToys } from './hostToys';
import { digestAfter, numbersOf, ofType, parametersAfter, removeRunFolders, runToy, type ToyRun } from './toyRuns';

afterAll(removeRunFolders);

const toy = (name: string): Method => {
  const create = hostToys[name];
  if (!create) throw new Error(`there is no toy with ${name}`);
  return create();
};

const logOf = ({ folder }: ToyRun) => readFileSync(path.join(folder, 'events.jsonl'), 'utf8');
const checkpointOf = ({ folder }: ToyRun) =>
  decodeCheckpoint(readFileSync(path.join(folder, 'checkpoints/latest.safetensors')));

/** The method, and of each step that is taken its position and lesson. */
function watched(method: Method): { method: Method; met: (Position & { lesson: ExampleList })[] } {
  const met: (Position & { lesson: ExampleList })[] = [];
  return {
    met,
    method: {
      ...method,
      met: (lesson, position) => {
        met.push({ ...position, lesson });
        method.met?.(lesson, position);
      },
    },
  };
}

/** Steps that were taken in each phase of each task. */
function stepsIn(met: readonly Position[]): number[][] {
  const counts: number[][] = [[], [], []];
  for (const { task, phase } of met) {
    const phases = counts[task] as number[];
    phases[phase] = (phases[phase] ?? 0) + 1;
  }
  return counts;
}

/** Whatever the plan came to, its steps were taken, and the end of each task that had steps was measured. */
function expectWholeCourse(run: ToyRun, steps: readonly number[]) {
  expect(run.error).toBeUndefined();
  const history = foldEvents(run.events);
  const sum = steps.reduce((total, n) => total + n, 0);
  expect(history).toMatchObject({ plan: steps, stepsPlanned: sum, stepsDone: sum });
  for (const points of [history.curve, history.losses]) {
    const ends = steps.flatMap((_, task) => points.filter((point) => point.task === task).slice(-1));
    expect(ends.map(({ task, step }) => [task, step])).toEqual(steps.flatMap((n, task) => (n > 0 ? [[task, n]] : [])));
    expect(new Set(points.map(({ globalStep }) => globalStep)).size).toBe(points.length);
  }
  expect(history.rows.map(({ task }) => task)).toEqual([0, 1, 2]);
}

describe.each(Object.keys(hostToys))('a method with %s', (name) => {
  it('goes on to the same log, stopped at any chance, killed on the way, and stopped again', async () => {
    const whole = await runToy({}, { method: toy(name) });
    for (let stopAt = 1; stopAt <= whole.asked; stopAt++) {
      const { folder } = await runToy({}, { stopAt, method: toy(name) });
      for (const killAt of stopAt % 3 === 0 ? [5, 2] : [])
        await runToy({}, { resume: folder, killAt, method: toy(name) });
      await runToy({}, { resume: folder, stopAt: 3, method: toy(name) });
      const run = await runToy({}, { resume: folder, method: toy(name) });
      expect(firstDifference(logOf(run), logOf(whole)), `stopped when asked for the ${stopAt}th time`).toBeUndefined();
      expect(numbersOf(run), `stopped when asked for the ${stopAt}th time`).toEqual(numbersOf(whole));
    }
  });
});

/** A method whose steps hand on one number as it is. @param parts of it, that may ask for the learner when they run */
function carryingOneNumber(parts: (learner: () => Learner) => Partial<Method>): Method {
  let learner: Learner;
  return {
    id: 'toy',
    begin(own) {
      learner = own;
    },
    carries: () => ({ mean: { shape: [1], values: new Float32Array(1) } }),
    carry: (_next, _slope, { carried }) => carried,
    ...parts(() => learner),
  };
}

describe('a phase that is skipped', () => {
  it('takes no steps, in the log and its progress, even where that is all of a task', async () => {
    const { method, met } = watched(toy('phases that are skipped'));
    const run = await runToy({}, { method });
    expect(stepsIn(met)).toEqual([[3, 3], [], [3]]);
    expectWholeCourse(run, [6, 0, 3]);
    expect(ofType(run.events, 'task-start').map(({ steps }) => steps)).toEqual([6, 6, 6]);
    expect(ofType(run.events, 'plan')).toMatchObject([
      { task: 1, step: 0, steps: 3 },
      { task: 1, step: 0, steps: 0 },
      { task: 2, step: 3, steps: 3 },
    ]);
    expect(digestAfter(run.folder, 1)).not.toBe(digestAfter(run.folder, 2));
    expect(parametersAfter(run.folder, 1)).toEqual(parametersAfter(run.folder, 0));
  });
});

describe('a phase that ends early', () => {
  it('does so by its training loss or one of validation, where it asks, and the plan in the log follows', async () => {
    const { method, met } = watched(toy('phases that end early'));
    const asked: (Position & { loss: number })[] = [];
    const afterSteps: Method['afterSteps'] = (position, loss) => {
      asked.push({ ...position, loss });
      return method.afterSteps?.(position, loss);
    };
    const run = await runToy({}, { method: { ...method, afterSteps } });
    const counts = stepsIn(met);
    expectWholeCourse(
      run,
      counts.map((phases) => phases.reduce((sum, n) => sum + n, 0)),
    );
    expect(counts.flat().some((n) => n < 6)).toBe(true);
    const ended = counts.flatMap((phases, task) => phases.flatMap((n, phase) => (n < 6 ? [{ task, phase, n }] : [])));
    expect(ended.map(({ phase }) => phase)).toEqual(expect.arrayContaining([0, 1]));
    expect(ofType(run.events, 'plan').map(({ task }) => task)).toEqual(ended.map(({ task }) => task));
    // Each time where the phase asks for it, never at its own end.
    for (const { phase, step } of asked) {
      expect(step % (phase === 0 ? 2 : 1)).toBe(0);
      expect(step).toBeGreaterThan(0);
      expect(step).toBeLessThan(6);
    }
    const losses = ofType(run.events, 'step').filter(({ task }) => task === 0);
    const [first, second] = losses.map(({ loss }) => loss);
    expect(asked[0]?.loss).toBeCloseTo(((first ?? NaN) + (second ?? NaN)) / 2, 12);
  });

  it('has its losses said at its end although the next mean is not due', async () => {
    const method: Method = {
      id: 'toy',
      phases: (_task, steps) => [{ name: 'train', steps, askEvery: 37 }],
      afterSteps: ({ step }) => (step === 111 ? 'end' : undefined),
    };
    const run = await runToy({ training: { iterations: 400 } }, { method, clock: 'real' });
    expectWholeCourse(run, [111, 111, 111]);
    const steps = ofType(run.events, 'step').flatMap(({ task, step }) => (task === 0 ? [step] : []));
    expect(steps.slice(-3)).toEqual([96, 104, 111]);
    const points = ofType(run.events, 'eval').flatMap(({ task, step }) => (task === 0 ? [step] : []));
    expect(points).toEqual([1, 2, 4, 8, 16, 32, 64, 111]);
  });
});

describe('a method that looks after each step', () => {
  it('does so before the next one is met, sees the parameters after it, and changes no number', async () => {
    const looked: (Position & { met: number; theta: Float32Array })[] = [];
    let learner: Learner | undefined;
    const { method, met } = watched({
      id: 'toy',
      begin(own) {
        learner = own;
      },
      afterStep(position) {
        const theta = Float32Array.from(learner?.theta.dataSync() ?? []);
        looked.push({ ...position, met: met.length, theta });
      },
    });
    const run = await runToy({}, { method });
    expect(run.error).toBeUndefined();
    expect(looked.map(({ task, phase, step, met: count }) => ({ task, phase, step, count }))).toEqual(
      met.map(({ task, phase, step }, i) => ({ task, phase, step, count: i + 1 })),
    );
    for (const task of [0, 1, 2]) {
      const last = looked.findLast((look) => look.task === task);
      const saved = parametersAfter(run.folder, task);
      expect(learner?.network.views.length).toBeGreaterThan(0);
      for (const { name, offset, size } of learner?.network.views ?? [])
        expect(last?.theta.subarray(offset, offset + size)).toEqual(saved[name]?.values);
    }
    expect(numbersOf(run)).toEqual(numbersOf(await runToy({}, { method: { id: 'toy' } })));
  });
});

describe('the validation loss of a learner', () => {
  it.each([['softmax'], ['relu']])(
    'is the plain loss of the present parameters (%s), in chunks too',
    async (output) => {
      const found: number[] = [];
      const wanted: number[] = [];
      let learner: Learner;
      const method: Method = {
        id: 'toy',
        begin(own) {
          learner = own;
        },
        // The loss of a step is that of the parameters before it, and a batch is the whole task.
        beforePhase({ task }) {
          found.push(learner.loss({ task, indices: learner.examples[task] ?? new Int32Array() }));
        },
        afterTask(task) {
          const indices = Int32Array.from({ length: 1203 }, (_, i) => learner.examples[task]?.[i % 80] ?? 0);
          const [once, often] = [indices.subarray(0, 80), indices.subarray(0, 1200)];
          expect(learner.loss({ task, indices: often })).toBeCloseTo(learner.loss({ task, indices: once }), 5);
          expect(() => learner.loss({ task, indices: new Int32Array() })).toThrow(RangeError);
        },
      };
      const spec = { network: { output }, training: { batchSize: 80, iterations: 1 }, stream: { scenario: 'task' } };
      const run = await runToy(spec, { method });
      expect(run.error).toBeUndefined();
      expect(ofType(run.events, 'warning')).toEqual([]);
      wanted.push(...ofType(run.events, 'step').map(({ loss }) => loss));
      expect(found).toHaveLength(3);
      found.forEach((loss, i) => expect(loss).toBeCloseTo(wanted[i] ?? NaN, 5));
    },
  );
});

describe('what a task trains on', () => {
  it('holds the exemplars that were kept, twice where the method says so, each as its own task sees it', async () => {
    const { method, met } = watched(toy('exemplars in the training set'));
    const spec = { training: { iterations: undefined, epochs: 1 } };
    const run = await runToy(spec, { method });
    // 80 own examples, and 10 more for each task before, in batches of 16.
    expectWholeCourse(run, [5, 5, 6]);
    expect(ofType(run.events, 'started')[0]?.steps).toEqual([5, 5, 5]);
    expect(ofType(run.events, 'task-start').map(({ steps }) => steps)).toEqual([5, 5, 6]);
    const { memory } = checkpointOf(run);
    const [kept, tasks] = [memory['indices'] as Int32Array, memory['tasks'] as Int32Array];
    const seen = met.filter(({ task }) => task === 2).flatMap(({ lesson }) => [...lesson.indices]);
    const seenAs = met.filter(({ task }) => task === 2).flatMap(({ lesson }) => [...lesson.tasks]);
    const often = [...kept].slice(0, 10).map((index) => seen.filter((other) => other === index).length);
    expect(Math.max(...often)).toBe(2);
    expect(often.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(12);
    seen.forEach((index, i) => {
      const at = kept.subarray(0, 10).indexOf(index);
      expect(seenAs[i]).toBe(at < 0 ? 2 : tasks[at]);
    });
  });

  it('is in the checkpoint in the middle of a task, and is not asked for again', async () => {
    const spec = { training: { iterations: 4 } };
    const create = () => toy('a lesson out of the parameters');
    const { asked } = await runToy(spec, { method: create() });
    const kept: (number | undefined)[] = [];
    for (let stopAt = 1; stopAt <= asked; stopAt++) {
      const stopped = await runToy(spec, { stopAt, method: create() });
      const { phase, step, lesson, task } = checkpointOf(stopped);
      expect(lesson !== undefined).toBe(phase > 0 || step > 0);
      kept.push(lesson?.indices.length);
      const lessons: number[] = [];
      const method = create();
      await runToy(spec, {
        resume: stopped.folder,
        method: { ...method, lesson: (of) => (lessons.push(of), method.lesson?.(of) as ExampleList) },
      });
      const first = lesson ? task + 1 : task;
      expect(lessons).toEqual([0, 1, 2].slice(first));
    }
    expect(new Set(kept)).toEqual(new Set([undefined, 32]));
  });

  it('may be a memory alone, as small as it is', async () => {
    const lesson = (task: number) => ({ indices: Int32Array.of(3), tasks: Int32Array.of(task) });
    const { method, met } = watched({ id: 'toy', lesson });
    expectWholeCourse(await runToy({}, { method }), [6, 6, 6]);
    expect(new Set(met.flatMap((step) => [...step.lesson.indices]))).toEqual(new Set([3]));
  });

  it.each([
    ['nothing', [], [], /no examples/],
    ['what there is not', [999], [0], /data set does not have/],
    ['what no task sees', [1], [7], /stream does not have/],
  ])('is refused where it is %s', async (_, indices, tasks, message) => {
    const lesson = () => ({ indices: Int32Array.from(indices), tasks: Int32Array.from(tasks) });
    expect((await runToy({}, { method: { id: 'toy', lesson } })).error?.message).toMatch(message);
  });
});

describe('the step size', () => {
  const training = { optimizer: 'sgd', momentum: 0, learningRate: 0.05 };

  it('is that of the step: none leaves the parameters alone, twice as much moves them twice as far', async () => {
    const sizes: [Position, number][] = [];
    const stepSize: Method['stepSize'] = (position, base) => {
      sizes.push([position, base]);
      return position.task === 1 ? 0 : base;
    };
    const phases: Method['phases'] = () => [
      { name: 'a', steps: 2 },
      { name: 'b', steps: 1, learningRate: 0.02 },
    ];
    const run = await runToy({ training }, { method: { id: 'toy', phases, stepSize } });
    expect(parametersAfter(run.folder, 1)).toEqual(parametersAfter(run.folder, 0));
    expect(digestAfter(run.folder, 2)).not.toBe(digestAfter(run.folder, 1));
    expect(new Set(sizes.map(([{ phase }, base]) => `${phase} ${base}`))).toEqual(new Set(['0 0.05', '1 0.02']));

    const once = { training: { ...training, iterations: 1 } };
    const plain = await runToy(once);
    const double = await runToy(once, { method: { id: 'toy', stepSize: (_, base) => 2 * base } });
    const still = await runToy(once, { method: { id: 'toy', stepSize: () => 0 } });
    const of = ({ folder }: ToyRun) => parametersAfter(folder, 0)['layer1.bias']?.values ?? [];
    of(still).forEach((start, i) =>
      expect((of(double)[i] ?? NaN) - start).toBeCloseTo(2 * ((of(plain)[i] ?? NaN) - start), 6),
    );
  });

  it('changes within one call of many steps as it does step by step', async () => {
    const spec = { training: { ...training, iterations: 300 } };
    const create = () => toy('a step size for each step');
    const [fast, slow] = [
      await runToy(spec, { method: create(), clock: 'real' }),
      await runToy(spec, { method: create() }),
    ];
    expect(numbersOf(fast)).toEqual(numbersOf(slow));
  });
});

describe('the optimiser', () => {
  it('begins anew in each phase that says so: its steps count from there, and it has no state', async () => {
    const create = () => toy('fresh slots in each epoch');
    const whole = await runToy({}, { method: create() });
    const found = new Set<string>();
    for (let stopAt = 1; stopAt <= whole.asked; stopAt++) {
      const { phase, step, optimizerSteps } = checkpointOf(await runToy({}, { stopAt, method: create() }));
      if (step > 0) expect(optimizerSteps).toBe(step);
      found.add(`${phase} ${step}`);
    }
    expect([...found].sort()).toEqual(['0 0', '0 1', '1 0', '1 1', '2 0', '2 1']);
    const kept = await runToy({}, { method: { ...create(), beforePhase: () => undefined } });
    expect(digestAfter(kept.folder, 0)).not.toBe(digestAfter(whole.folder, 0));
  });
});

describe('work before tests', () => {
  it('gives the parameters that are tested, at curve points too, and leaves training and baseline as they are', async () => {
    const without: Method = { ...toy('work before tests'), beforeEvaluation: (theta) => theta };
    let asked = 0;
    const zero: Method = {
      ...without,
      beforeEvaluation(theta) {
        asked++;
        return tf.zerosLike(theta);
      },
    };
    const [plain, tested] = [await runToy({}, { method: without }), await runToy({}, { method: zero })];
    expect(asked).toBe(ofType(tested.events, 'eval').length + 3);
    for (const [type, share] of [
      ['eval', 1],
      ['task-end', 0.5],
    ] as const)
      for (const { task, taskAware } of ofType(tested.events, type))
        // The first output of a head is right for half of the examples, and for all of those that the curves are measured on.
        expect(taskAware.slice(0, task + 1)).toEqual(new Array(task + 1).fill(share));
    const last = (run: ToyRun) => ofType(run.events, 'task-end').at(-1)?.taskAware;
    expect(last(plain)).not.toEqual(last(tested));
    const steady = (run: ToyRun) => [
      ...ofType(run.events, 'step').map(({ loss }) => loss),
      ...ofType(run.events, 'baseline').flatMap(({ accuracy }) => accuracy),
    ];
    expect(steady(tested)).toEqual(steady(plain));
    expect([0, 1, 2].map((task) => digestAfter(tested.folder, task))).toEqual(
      [0, 1, 2].map((task) => digestAfter(plain.folder, task)),
    );
  });

  it('goes before the parameters of each task, and its time is the method’s', async () => {
    const seen: number[] = [];
    const method: Method = {
      id: 'toy',
      beforeEvaluation: (theta) => tf.onesLike(theta),
      parametersFor(_task, theta) {
        seen.push(theta.dataSync()[0] ?? NaN);
        return theta;
      },
    };
    const [run, without] = [await runToy({}, { method }), await runToy({})];
    expect(new Set(seen)).toEqual(new Set([1]));
    // Each look at the clock takes a second.
    const seconds = (of: ToyRun) => ofType(of.events, 'task-end').map((event) => event.seconds?.['method']);
    expect(seconds(run).every((value) => (value ?? 0) > 0)).toBe(true);
    expect(seconds(without).every((value) => (value ?? NaN) <= (seconds(run)[0] ?? 0))).toBe(true);
  });

  it.each<[string, (learner: Learner) => void]>([
    ['the parameters', (learner) => learner.setTheta(new Float32Array(learner.network.parameterCount))],
    ['the slots', (learner) => learner.resetOptimizer()],
    ['what steps carry', (learner) => learner.carried.set('mean', new Float32Array(1))],
  ])('cannot change %s', async (_, change) => {
    const method = carryingOneNumber((learner) => ({
      beforeEvaluation(theta) {
        change(learner());
        return theta;
      },
    }));
    expect((await runToy({}, { method })).error?.message).toMatch(/may not change the training state/);
  });
});

describe('what steps carry', () => {
  it.each<[string, (learner: Learner) => void, RegExp]>([
    ['read', ({ carried }) => void carried.floats('path'), /carry nothing named "path"/],
    ['set', ({ carried }) => carried.set('path', new Float32Array(2)), /carry nothing named "path"/],
    [
      'set under a name of every object',
      ({ carried }) => carried.set('constructor', new Float32Array(2)),
      /nothing named/,
    ],
    ['set in another size', ({ carried }) => carried.set('mean', new Float32Array(2)), /"mean" has 1 values, not 2/],
  ])('is not %s where it is not declared', async (_, use, message) => {
    const method = carryingOneNumber((learner) => ({
      beforePhase() {
        use(learner());
      },
    }));
    expect((await runToy({}, { method })).error?.message).toMatch(message);
  });
});

describe('answers of its own', () => {
  const rowsOf = (run: ToyRun) =>
    ofType(run.events, 'task-end').map(({ accuracy, taskAware }) => ({ accuracy, taskAware }));

  it('are asked for at every test but that of the untrained network, and change nothing of the training', async () => {
    const plain = await runToy({}, { method: { id: 'toy' } });
    const same = await runToy({}, { method: { id: 'toy', scores: ({ logits }) => logits } });
    expect(numbersOf(same)).toEqual(numbersOf(plain));
    const first: Method = {
      id: 'toy',
      templates: () => ({ shift: tf.tensor2d([1e6, 0, 0, 0, 0, 0], [1, 6]) }),
      scores: ({ logits }, { shift }) => tf.add(logits, shift as tf.Tensor2D),
    };
    const always = await runToy({ evaluation: { samples: 40 } }, { method: first });
    expect(always.error).toBeUndefined();
    expect(parametersAfter(always.folder, 2)).toEqual(parametersAfter(plain.folder, 2));
    expect(ofType(always.events, 'baseline')).toMatchObject(
      ofType(plain.events, 'baseline').map(({ accuracy, taskAware }) => ({ accuracy, taskAware })),
    );
    for (const { accuracy, taskAware } of rowsOf(always)) {
      expect(accuracy).toEqual([0.5, 0, 0]);
      expect(taskAware[0]).toBe(0.5);
    }
    for (const { accuracy } of ofType(always.events, 'eval')) expect(accuracy[0]).toBe(0.5);
  });

  it('are made with the parameters that are tested', async () => {
    const seen: number[][] = [];
    const tested: Method = {
      id: 'toy',
      beforeEvaluation: (theta) => tf.mul(theta, 0),
      parametersFor: (task, theta) => (task === 1 ? tf.add(theta, 1) : theta),
      templates(theta) {
        seen.push([...new Set(theta.dataSync())]);
        return {};
      },
      scores: ({ logits }) => logits,
    };
    await runToy({ evaluation: { points: 0 } }, { method: tested });
    expect(seen.slice(0, 3)).toEqual([[0], [1], [0]]);
  });

  it('may not change the training on their way', async () => {
    let learner: Learner;
    const method: Method = {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      templates() {
        learner.resetOptimizer();
        return {};
      },
      scores: ({ logits }) => logits,
    };
    expect((await runToy({}, { method })).error?.message).toMatch(/may not change the training state/);
  });
});
