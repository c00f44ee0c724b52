import { describe, expect, it } from 'vitest';
import { trainingSchema } from '../core/recipe';
import type { Snapshot } from './checkpoint';
import { requireFit, requirePosition } from './fit';
import type { Method } from './contract/method';
import type { Stream } from './contract/stream';
import { Lessons } from './steps/lessons';
import { Plan } from './steps/plan';

const phases = [
  { name: 'train', steps: 4, askEvery: 2 },
  { name: 'retrain', steps: 2 },
];
const examples = [new Int32Array(3), new Int32Array(3)];
const stream = { dataset: { train: { count: 5 } }, tasks: [{}, {}] } as unknown as Stream;

function shapeWith(method: Omit<Method, 'id'>) {
  const own: Method = { id: 'two phases', phases: () => phases, ...method };
  const plan = new Plan(trainingSchema.parse({}), own, examples);
  const lessons = new Lessons(stream, own, examples);
  return { parameterCount: 3, slotNames: ['m', 'v'], carried: { path: 2 }, plan, lessons };
}
const shape = shapeWith({});
const skipping = shapeWith({ beforePhase: () => 'skip' });
const ending = shapeWith({ afterSteps: () => 'end' });
const teaching = shapeWith({ lesson: (task) => ({ indices: new Int32Array(3), tasks: new Int32Array(3).fill(task) }) });

const fitting: Snapshot = {
  ...{
    task: 1,
    phase: 1,
    step: 1,
    optimizerSteps: 9,
    lossSum: 0,
    lossCount: 0,
    rightSum: 0,
    rightCount: 0,
    flops: 0,
    askedSum: 0,
    askedCount: 0,
  },
  taken: { tasks: [6], phases: [4] },
  memory: {},
  carried: { path: new Float32Array(2) },
  theta: new Float32Array(3),
  slots: { m: new Float32Array(3), v: new Float32Array(3) },
};
/** Where all steps before were taken. */
const at = (task: number, phase: number, step: number): Snapshot => ({
  ...{ ...fitting, task, phase, step },
  taken: { tasks: [6, 6, 6].slice(0, Math.max(0, task)), phases: [4, 2, 0].slice(0, phase) },
});
const having = (tasks: number[], own: number[], more: Partial<Snapshot> = {}): Snapshot => ({
  ...fitting,
  ...{ task: tasks.length, phase: own.length, step: 0, taken: { tasks, phases: own }, ...more },
});

describe('a snapshot', () => {
  it.each([at(0, 0, 0), at(0, 0, 3), at(0, 1, 0), at(1, 1, 1), at(1, 2, 0), at(2, 0, 0)])(
    'fits at task $task, phase $phase, step $step',
    (snapshot) => {
      expect(() => requireFit(snapshot, shape)).not.toThrow();
    },
  );

  it.each([at(0, 0, 4), at(0, 2, 1), at(0, 3, 0), at(2, 0, 1), at(2, 1, 0), at(3, 0, 0), at(-1, 0, 0), at(0, 0, 0.5)])(
    'does not fit at task $task, phase $phase, step $step, where the run has no step',
    (snapshot) => {
      expect(() => requireFit(snapshot, shape)).toThrow(RangeError);
    },
  );

  it.each<[string, Partial<Snapshot>, RegExp]>([
    ['another number of parameters', { theta: new Float32Array(4) }, /has 4 parameters, the network 3/],
    ['a slot of another length', { slots: { ...fitting.slots, v: new Float32Array(2) } }, /optimiser/],
    ['a slot too few', { slots: { m: new Float32Array(3) } }, /optimiser/],
    ['a slot too many', { slots: { ...fitting.slots, w: new Float32Array(3) } }, /optimiser/],
    ['a slot of another name', { slots: { m: new Float32Array(3), constructor: new Float32Array(3) } }, /optimiser/],
    ['nothing carried', { carried: {} }, /carry/],
    ['something else carried', { carried: { way: new Float32Array(2) } }, /carry/],
    ['more carried', { carried: { ...fitting.carried, way: new Float32Array(2) } }, /carry/],
    ['something of another length carried', { carried: { path: new Float32Array(3) } }, /carry/],
    ['half a step', { optimizerSteps: 0.5 }, /cannot be/],
    ['less than no losses', { lossCount: -1 }, /cannot be/],
  ])('with %s does not fit', (_, change, message) => {
    expect(() => requireFit({ ...fitting, ...change }, shape)).toThrow(RangeError);
    expect(() => requireFit({ ...fitting, ...change }, shape)).toThrow(message);
  });

  it.each([
    ['all steps', having([6], [4, 2]), [shape, skipping, ending]],
    ['a phase that was skipped', having([6], [0]), [skipping]],
    ['all phases skipped', having([6], [0, 0]), [skipping]],
    ['a phase that ended where it was asked about', having([6], [2]), [ending]],
    ['a phase that ended elsewhere', having([6], [3]), []],
    ['a phase that ended although nobody asked', having([6], [4, 1]), []],
    ['more steps than the phase has', having([6], [6]), []],
    ['less than no steps', having([6], [-2]), []],
    ['a phase that the plan has not', having([6], [4, 2, 0]), []],
    ['a task that is shorter', having([2], [4]), [skipping, ending]],
    ['a task that is longer', having([8], [4]), []],
    ['a task that nobody counted', { ...having([6], [4]), task: 0 }, []],
    ['a phase that nobody counted', { ...having([6], [4]), phase: 0 }, []],
    ['a loss that was asked about', having([6], [], { step: 3, askedSum: 0.5, askedCount: 1 }), [ending]],
    ['no loss to ask about', having([6], [], { step: 3 }), [shape, skipping]],
    ['two losses after one step', having([6], [], { step: 3, askedSum: 0.5, askedCount: 2 }), []],
    ['a sum of no losses', having([6], [], { step: 2, askedSum: 0.5 }), []],
  ] as const)('with %s fits those methods alone that can have come to it', (_, snapshot, accepting) => {
    for (const one of [shape, skipping, ending]) {
      const fit = expect(() => requireFit(snapshot, one));
      if ((accepting as readonly unknown[]).includes(one)) fit.not.toThrow();
      else fit.toThrow(RangeError);
    }
  });

  const lessonOf = (indices: number[], tasks: number[]) => ({
    lesson: { indices: Int32Array.from(indices), tasks: Int32Array.from(tasks) },
  });
  it('has the lesson of a task that has begun, for a method that gives lessons', () => {
    const own = lessonOf([4, 4, 0], [0, 1, 1]);
    expect(() => requireFit({ ...fitting, ...own }, teaching)).not.toThrow();
    expect(() => requireFit(fitting, teaching)).not.toThrow();
    expect(() => requireFit({ ...fitting, ...own }, shape)).toThrow('a lesson where there is none');
    expect(() => requireFit({ ...at(1, 0, 0), ...own }, teaching)).toThrow('a lesson where there is none');
    expect(() => requireFit({ ...at(2, 0, 0), ...own }, teaching)).toThrow('a lesson where there is none');
  });

  it.each([
    ['no examples', lessonOf([], []), /no examples/],
    ['an example too far', lessonOf([5], [0]), /data set/],
    ['an example before the first', lessonOf([-1], [0]), /data set/],
    ['a task too many', lessonOf([0], [2]), /stream/],
    ['a task before the first', lessonOf([0], [-1]), /stream/],
    ['an example without a task', lessonOf([0, 1], [0]), /one task for each example/],
  ])('with a lesson of %s does not fit', (_, lesson, message) => {
    expect(() => requireFit({ ...fitting, ...lesson }, teaching)).toThrow(RangeError);
    expect(() => requireFit({ ...fitting, ...lesson }, teaching)).toThrow(message);
  });

  it('is of the point that its log says, or refused', () => {
    expect(() => requirePosition(fitting, { task: 1, step: 5 })).not.toThrow();
    expect(() => requirePosition(fitting, { task: 1, step: 1 })).toThrow(RangeError);
    expect(() => requirePosition(fitting, { task: 0, step: 5 })).toThrow(/another point of the run/);
  });
});
