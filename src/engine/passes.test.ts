import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trainingSchema } from '../core/recipe';
import { Passes, type PassesInput, type PassesSnapshot } from './passes';
import type { Lessons } from './steps/lessons';
import type { Plan } from './steps/plan';
import type { Stepper } from './steps/stepper';

interface Told {
  /** Validation losses, in their order. */
  readonly losses: number[];
  /** Steps after which the optimiser was made anew. */
  readonly fresh: number[];
  /** Parameters that were restored. */
  readonly restored: number[][];
}

const PER_PASS = 4;
const STEPS = 40;

/** One task of ten passes; the parameters are the number of the pass. */
function passesOf(own: object, told: Told, through = false) {
  let pass = 0;
  let at = 0;
  const training = trainingSchema.parse({ batchSize: 8, learningRate: 0.1, ...own });
  const indices = new Int32Array(8 * PER_PASS);
  const lesson = { indices, tasks: indices, ...(through && { throughTheRun: true as const }) };
  const plan: Pick<Plan, 'tasks' | 'phasesOf' | 'batchSizeOf' | 'plannedStepsOf' | 'stepInTask' | 'stepInRun'> = {
    tasks: 2,
    phasesOf: () => [{ name: 'train', steps: STEPS }],
    batchSizeOf: () => training.batchSize,
    plannedStepsOf: () => STEPS,
    stepInTask: ({ step }) => step,
    stepInRun: ({ task, step }) => task * STEPS + step,
  };
  const stepper = {
    theta: { dataSync: () => Float32Array.of(pass) },
    setTheta: (values: Float32Array) => told.restored.push([...values]),
    setSlots: () => told.fresh.push(at),
  };
  const input: PassesInput = {
    training,
    plan: plan as Plan,
    lessons: { current: lesson } as unknown as Lessons,
    stepper: stepper as unknown as Stepper,
    buffers: () => undefined,
    setBuffers: () => undefined,
    events: { validation: () => undefined } as unknown as PassesInput['events'],
    validate: () => ({ loss: told.losses[pass++] ?? 0, accuracy: 0 }),
  };
  const passes = new Passes(input);
  /** Takes the steps of a task. @returns how many, and the step sizes at the beginning of each pass */
  const run = (task = 0, from = 0, to = STEPS) => {
    const sizes: number[] = [];
    if (from === 0 && passes.begin({ task, phase: 0 } as never)) return { steps: 0, sizes };
    let step = from;
    while (step < to) {
      at = step;
      if (passes.endsAt({ task, phase: 0, step })) break;
      sizes.push(passes.stepSize?.({ task, phase: 0, step }, training.learningRate) ?? training.learningRate);
      step += Math.min(passes.stepsLeft({ task, phase: 0, step }), to - step);
    }
    if (to === STEPS) passes.end({ task, phase: 0, step });
    return { steps: step, sizes };
  };
  return { passes, run };
}

const nothingTold = (losses: number[] = []): Told => ({ losses, fresh: [], restored: [] });
const validation = { share: 0.1 };

describe('passes over the data', () => {
  it('have nothing to do where nothing is asked for', () => {
    const told = nothingTold();
    const { passes, run } = passesOf({}, told);
    expect(passes.snapshot()).toBeUndefined();
    expect(passes.stepSize).toBeUndefined();
    expect(passes.stepsLeft({ task: 0, phase: 0, step: 3 })).toBe(Infinity);
    expect(run()).toEqual({ steps: STEPS, sizes: [0.1] });
    expect(told).toEqual(nothingTold());
  });

  it('drop the step size as ReduceLROnPlateau does with a patience of one less', () => {
    // test/guarantees/torchRecipe.py made it.
    const file = 'test/guarantees/torchRecipe.json';
    const torch = JSON.parse(readFileSync(file, 'utf8')) as { plateau: number[]; schedules: { plateau: number[] } };
    const schedule = { kind: 'plateau', factor: 0.5, patience: 2, threshold: 0.01, minimum: 0.02 };
    const { sizes } = passesOf({ learningRate: 0.05, validation, schedule }, nothingTold(torch.plateau)).run();
    expect(sizes).toEqual([0.05, ...torch.schedules.plateau.slice(0, 9)]);
    expect(new Set(sizes).size).toBe(3);
  });

  it('make the optimiser anew at each drop where that is asked for', () => {
    const told = nothingTold([1, 2, 2, 0.5, 2, 2, 2, 2, 2, 2]);
    const schedule = { kind: 'plateau', patience: 2, freshOptimizer: true };
    passesOf({ validation, schedule }, told).run();
    // The last of them when the task is over.
    expect(told.fresh).toEqual([12, 24, 32, 36]);
  });

  it('end with the best parameters, of the last part of a pass too', () => {
    const told = nothingTold([3, 1, 2, 2, 2]);
    const own = { validation: { ...validation, restoreBest: true }, earlyStopping: { patience: 3 } };
    expect(passesOf(own, told).run().steps).toBe(5 * PER_PASS);
    // After the second pass, counted from 1.
    expect(told.restored).toEqual([[2]]);
  });

  it('count an improvement by more than minDelta alone', () => {
    const own = { validation, earlyStopping: { patience: 2, minDelta: 0.5 } };
    expect(passesOf(own, nothingTold([3, 2.6, 2.4, 2.2, 2])).run().steps).toBe(5 * PER_PASS);
    expect(passesOf(own, nothingTold([3, 2.9, 2.6])).run().steps).toBe(3 * PER_PASS);
  });

  it('of a later task begin anew, but of a run that is one task go on', () => {
    const losses = [3, 4, 4, 3, 4, 4];
    const own = { validation, earlyStopping: { patience: 2 } };
    const apart = passesOf(own, nothingTold(losses));
    expect([apart.run(0).steps, apart.run(1).steps]).toEqual([12, 12]);
    const one = passesOf(own, nothingTold(losses), true);
    expect([one.run(0).steps, one.run(1).steps]).toEqual([12, 0]);
  });

  it('go on from a snapshot as if they had not been left', () => {
    const own = {
      validation: { ...validation, restoreBest: true },
      earlyStopping: { patience: 4 },
      schedule: { kind: 'plateau', patience: 1, factor: 0.5 },
    };
    const losses = [3, 1, 2, 2, 2, 2];
    const whole = nothingTold(losses);
    const wanted = passesOf(own, whole).run();
    const first = passesOf(own, nothingTold(losses));
    const { sizes } = first.run(0, 0, 14);
    const rest = nothingTold(losses.slice(3));
    const second = passesOf(own, rest);
    second.passes.restore(first.passes.snapshot());
    const found = second.run(0, 14);
    expect(found.steps).toBe(wanted.steps);
    expect([...sizes, ...found.sizes.slice(1)]).toEqual(wanted.sizes);
    expect(rest.restored).toEqual(whole.restored);
  });

  it.each<[string, object, (snapshot: PassesSnapshot) => PassesSnapshot | undefined]>([
    ['none where there must be one', { validation }, () => undefined],
    ['one where there is none', {}, (snapshot) => snapshot],
    ['too few counts', { validation }, (snapshot) => ({ ...snapshot, counts: new Int32Array(3) })],
    ['a negative count', { validation }, (snapshot) => ({ ...snapshot, counts: new Int32Array(5).fill(-1) })],
    ['parameters of another network', { validation }, (snapshot) => ({ ...snapshot, theta: new Float32Array(3) })],
    [
      'parameters without their statistics',
      { validation },
      (snapshot) => ({ ...snapshot, theta: new Float32Array(7) }),
    ],
  ])('refuse a checkpoint with %s', (_, own, changed) => {
    const snapshot = passesOf({ validation }, nothingTold()).passes.snapshot() as PassesSnapshot;
    const { passes } = passesOf(own, nothingTold());
    expect(() => passes.requireFit(changed(snapshot), 7, 2)).toThrow(RangeError);
    expect(() => passesOf({ validation }, nothingTold()).passes.requireFit(snapshot, 7, 2)).not.toThrow();
  });
});
